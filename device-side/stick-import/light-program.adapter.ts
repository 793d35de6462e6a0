import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { withoutSecrets } from '../../carriers/exec/secret-variables.ts';
import type { ServerLog } from '../../carriers/server/server-port.ts';
import { systemWords } from '../../container/store/file-failure.ts';
import type { DeviceLight } from './device-light.ts';

/** Characters that are kept of what it says. */
const MOST_SAID = 1000;
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

  /** Waits for its end alone: what it leaves running, such as what blinks, may hold its streams open. */
  async #run(light: DeviceLight): Promise<void> {
    try {
      const why = await this.#failureOf(light);
      if (why !== undefined) this.#log.warn('light.failed', { light, why });
    } catch (error) {
      this.#log.warn('light.failed', { light, why: systemWords(error) });
    }
  }

  /** Undefined when it ended well. @throws what the system answers where it cannot be run */
  async #failureOf(light: DeviceLight): Promise<string | undefined> {
    const env = withoutSecrets(process.env);
    const child = spawn(this.#program, [light], { stdio: ['ignore', 'ignore', 'pipe'], env });
    const timer = setTimeout(() => child.kill('SIGKILL'), this.#longest);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(0, MOST_SAID);
    });
    try {
      const [code, signal]: (number | string | null)[] = await once(child, 'exit');
      if (code === 0) return undefined;
      // What it has said is there by now, and is read in between.
      await turn();
      await turn();
      return whyOf(code ?? null, signal ?? null, said);
    } finally {
      clearTimeout(timer);
      child.stderr.destroy();
    }
  }
}

/** How it ended, and the first line of what it said. */
function whyOf(code: number | string | null, signal: number | string | null, stderr: string): string {
  const end = code === null ? `it was ended by ${signal}` : `it ended with ${code}`;
  const [said] = stderr.trim().split('\n', 1);
  return said ? `${end}: ${said}` : end;
}
