import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { FerryError } from '../../container/errors.ts';
import { QuietTimer } from '../stream/quiet-timer.adapter.ts';
import { withoutSecrets } from './secret-variables.ts';
import { SpokenLines } from './spoken-lines.ts';

/** Windows has no process groups; there only the shell itself is ended. */
const HAS_GROUPS = process.platform !== 'win32';

/** After these, waiting for its end is of no use: it has had its time, or serves no container. */
const AT_ONCE: ReadonlySet<string> = new Set(['CARRIER_TIMEOUT', 'CARRIER_GARBLED']);

/**
 * The standard streams of a program that a shell starts, as one way there and back. The program and all that it starts form a
 * process group of their own, without a terminal, which ends with the stream: its standard input closes, and what has not
 * ended within the patience is killed, or at once when it was silent for as long already or says what nobody understands. It has the
 * environment of this program, without the secrets in it.
 *
 * When it ends by itself, the stream breaks with CARRIER_UNREACHABLE before its first byte and CARRIER_LOST after it; the
 * error tells the exit and, by what it wrote to its standard error, the reason.
 */
export class ProgramStream extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #where: string;
  readonly #patience: number;
  readonly #said: SpokenLines;
  readonly #ended: Promise<string>;
  #hasAnswered = false;

  /**
   * @param patience seconds that it has to end, once its standard input is closed
   * @param remark is told each line that it writes to its standard error
   */
  constructor(command: string, where: string, patience: number, remark: (line: string) => void = () => undefined) {
    super();
    this.#said = new SpokenLines(remark);
    this.#where = where;
    this.#patience = patience;
    const env = withoutSecrets(process.env);
    this.#child = spawn(command, { shell: true, detached: HAS_GROUPS, stdio: ['pipe', 'pipe', 'pipe'], env });
    const { stdin, stdout, stderr } = this.#child;
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', (exit, signal) => {
        // Whatever it left behind would hold the streams open.
        this.#kill();
        this.#child.once('close', () => resolve(signal === null ? `exit code ${exit}` : `signal ${signal}`));
      });
      this.#child.once('error', (error) => resolve(error.message));
    });
    // A program that ends before it has read everything is told by its exit.
    stdin.on('error', () => undefined);
    stderr.on('data', (piece: Uint8Array) => this.#said.add(piece));
    stderr.on('end', () => this.#said.end());
    stdout.on('data', (piece: Uint8Array) => {
      this.#hasAnswered = true;
      if (!this.push(piece)) stdout.pause();
    });
    this.#ended.then((how) => this.destroy(this.#fault(how)));
  }

  /** Process id of the shell, which is the process group of all that it starts. */
  get processGroup(): number | undefined {
    return this.#child.pid;
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(bytes: Uint8Array, _: string, done: () => void): void {
    this.#child.stdin.write(bytes, () => done());
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const timer = new QuietTimer();
    if (error instanceof FerryError && AT_ONCE.has(error.code)) this.#kill();
    else timer.start(this.#patience, () => this.#kill());
    this.#child.stdin.end();
    // What it still says is of no use to anybody, and it must not wait for a reader.
    this.#child.stdout.removeAllListeners('data').resume();
    this.#ended.then(() => {
      timer.end();
      done(error);
    });
  }

  #fault(how: string): FerryError {
    const { reason } = this.#said;
    const why = `the program ended with ${how}${reason === undefined ? '' : `, saying "${reason}"`}`;
    return new FerryError(this.#hasAnswered ? 'CARRIER_LOST' : 'CARRIER_UNREACHABLE', { where: this.#where, why });
  }

  #kill(): void {
    if (!HAS_GROUPS || this.#child.pid === undefined) {
      this.#child.kill('SIGKILL');
      return;
    }
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // There is nobody left in the group.
    }
  }
}
