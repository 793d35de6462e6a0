import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PROGRAM } from './ferry.mjs';

/** Longer than the slowest event needs on an emulated processor that is shared. */
const PATIENCE_MS = 60_000;

/** A container that the built program serves in this computer. It ends with the check. */
export class ServedProgram {
  #child;
  #ended;
  /** Records of the log that nobody has waited for yet. */
  #records = [];
  #wakeUp = () => undefined;
  #said = '';

  /** Serves a dongle. @returns once it says that it is ready @throws Error with what it said, when it ends before */
  static start(...args) {
    return ServedProgram.startBy('node', PROGRAM, 'dongle', 'serve', ...args);
  }

  /** The same by a whole command line. */
  static async startBy(command, ...args) {
    const served = new ServedProgram();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    served.#child = child;
    served.#ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
    process.on('exit', () => child.kill('SIGKILL'));
    createInterface({ input: child.stderr }).on('line', (line) => served.#hear(line));
    await Promise.race([
      new Promise((resolve) => {
        createInterface({ input: child.stdout }).on('line', (line) => line.startsWith('Ready: ') && resolve());
      }),
      served.#ended.then((status) => Promise.reject(new Error(`it ended with ${status}:\n${served.#said}`))),
    ]);
    return served;
  }

  /** The next record of that event in its log; those before it are given up. */
  async logged(event) {
    let timer;
    const isLate = new Promise((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`no ${event} within ${PATIENCE_MS / 1000} s:\n${this.#said}`)),
        PATIENCE_MS,
      );
    });
    try {
      for (;;) {
        const at = this.#records.findIndex((record) => record.event === event);
        if (at !== -1) return this.#records.splice(0, at + 1)[at];
        const somethingSaid = new Promise((resolve) => {
          this.#wakeUp = resolve;
        });
        await Promise.race([somethingSaid, isLate]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends it. @returns its exit code, or the signal */
  end(signal) {
    this.#child.kill(signal);
    return this.#ended;
  }

  #hear(line) {
    this.#said += `${line}\n`;
    if (line.startsWith('{')) this.#records.push(JSON.parse(line));
    this.#wakeUp();
  }
}
