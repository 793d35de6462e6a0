import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

const PROGRAM = path.resolve(import.meta.dirname, '../../dist/ferry.js');
const PAIRING = /^Pairing code, for one new client: (\S+)$/m;
const READY = /^Ready: (\S+) \(\w+\) at (\S+)$/gm;

/** A container served by a process of the built program. */
export class ServedFerry {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly addresses: readonly string[];
  readonly log: () => string;
  /** Of one that was started with `--pair`. */
  readonly pairingCode: string | undefined;

  private constructor(
    child: ChildProcess,
    ended: Promise<number | null>,
    addresses: readonly string[],
    log: () => string,
    pairingCode: string | undefined,
  ) {
    this.#child = child;
    this.#ended = ended;
    this.addresses = addresses;
    this.log = log;
    this.pairingCode = pairingCode;
  }

  /** Serves the container in a folder, and resolves when it can be reached at every address. */
  static async start(
    kind: 'dongle' | 'device',
    folder: string,
    listen: readonly string[],
    more: readonly string[] = [],
  ): Promise<ServedFerry> {
    const others = more.slice(0, Math.max(0, more.indexOf('--usbip'))).filter((one) => path.isAbsolute(one)).length;
    const where = listen.flatMap((address) => ['--listen', address]);
    const child = spawn(process.execPath, [PROGRAM, kind, 'serve', folder, ...where, ...more], { stdio: 'pipe' });
    let [stdout, stderr] = ['', ''];
    child.stderr.on('data', (text) => {
      stderr += String(text);
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', (exit) => resolve(exit)));
    const ready = new Promise<readonly string[]>((resolve) => {
      child.stdout.on('data', (text) => {
        stdout += String(text);
        const found = [...stdout.matchAll(READY)].map(([, , address = '']) => address);
        const expected = listen.length + (more.includes('--usbip') ? 1 + others : 0);
        const isWhole = found.length === expected && (!more.includes('--pair') || PAIRING.test(stdout));
        if (isWhole) resolve(found);
      });
    });
    const failed = ended.then((exit) => {
      throw new Error(`ferry ${kind} serve ended with ${exit}: ${stderr}`);
    });
    const addresses = await Promise.race([ready, failed]);
    failed.catch(() => undefined);
    return new ServedFerry(child, ended, addresses, () => stderr, PAIRING.exec(stdout)?.[1]);
  }

  /** The one address it is served at. */
  get address(): string {
    const [first] = this.addresses;
    if (first === undefined) throw new Error('it is served nowhere');
    return first;
  }

  get process(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Asks it to end. @returns its exit code */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.#ended;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
