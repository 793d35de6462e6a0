import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ServerLog } from '../../carriers/server/server-port.ts';
import { systemWords } from '../../container/store/file-failure.ts';
import type { DeviceLight } from './device-light.ts';

/** Milliseconds after which it is killed. */
const LONGEST = 5000;

/**
 * A program that sets the light of a device: it is run with what the light is to say as its only argument, once at a time, and never
 * twice in a row for the same. Of what changes meanwhile, the last is shown. A program that fails is logged, and nothing waits for it.
 */
export class LightProgram {
  readonly #program: string;
  readonly #log: ServerLog;
  readonly #longest: number;
  #wanted: DeviceLight | undefined;
  #shown: DeviceLight | undefined;
  #isShowing = false;
  #work: Promise<void> = Promise.resolve();

  /** @param longest milliseconds that the program has */
  constructor(program: string, log: ServerLog, longest = LONGEST) {
    this.#program = program;
    this.#log = log;
    this.#longest = longest;
  }

  show(light: DeviceLight): void {
    this.#wanted = light;
    if (!this.#isShowing) this.#work = this.#showAll();
  }

  /** Switches it off. */
  async close(): Promise<void> {
    this.show('off');
    await this.#work;
  }

  async #showAll(): Promise<void> {
    this.#isShowing = true;
    while (this.#wanted !== undefined && this.#wanted !== this.#shown) {
      this.#shown = this.#wanted;
      await this.#run(this.#shown);
    }
    this.#isShowing = false;
  }

  async #run(light: DeviceLight): Promise<void> {
    try {
      await promisify(execFile)(this.#program, [light], { timeout: this.#longest, killSignal: 'SIGKILL' });
    } catch (error) {
      this.#log.warn('light.failed', { light, why: whyOf(error) });
    }
  }
}

/** Of a program that ran, how it ended and the first line of what it said. */
function whyOf(error: unknown): string {
  const { code, signal, stderr } = error as { code?: unknown; signal?: unknown; stderr?: string };
  const end = typeof code === 'number' ? `it ended with ${code}` : `it was ended by ${signal}`;
  if (typeof code === 'string') return systemWords(error);
  const [said] = (stderr ?? '').trim().split('\n', 1);
  return said ? `${end}: ${said}` : end;
}
