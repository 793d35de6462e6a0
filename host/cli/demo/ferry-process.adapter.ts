import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** How a run of the program ended. */
export interface Run {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs this very program as processes of their own, the way a person at a terminal would. */
export class FerryProcess {
  /** Opens the keys of the demo's vendor, which are worth nothing. */
  readonly passphrase = 'demo';
  readonly #folder: string;
  readonly #program: string;

  /** Begins with an empty folder: an older one of the demo is removed, any other is left alone. */
  constructor(folder: string) {
    this.#folder = path.resolve(folder);
    this.#program = path.resolve(process.argv[1] ?? '');
    const isOurs = fs.existsSync(path.join(this.#folder, MARK));
    if (fs.existsSync(this.#folder) && !isOurs && fs.readdirSync(this.#folder).length > 0)
      throw new Error(`${this.#folder} is not a folder of the demo; it is left alone`);
    fs.rmSync(this.#folder, { recursive: true, force: true });
    fs.mkdirSync(this.#folder, { recursive: true });
    fs.writeFileSync(path.join(this.#folder, MARK), 'Made by `ferry demo`, which removes it when it runs again.\n');
  }

  run(...args: readonly string[]): Run {
    const { status, stdout, stderr } = spawnSync(process.execPath, [this.#program, ...args], this.#options());
    return { exit: status, stdout, stderr };
  }

  json<T>(...args: readonly string[]): T {
    const { stdout } = this.run(...args, '--json');
    return JSON.parse(stdout) as T;
  }

  /** Starts a run and kills it with SIGKILL as soon as a file that it writes into `watched` holds the words. */
  runAndKill(watched: string, words: string, ...args: readonly string[]): Promise<'killed' | 'finished first'> {
    const place = path.join(this.#folder, watched);
    fs.mkdirSync(place, { recursive: true });
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [this.#program, ...args], { ...this.#options(), stdio: 'ignore' });
      const watcher = fs.watch(place, () => {
        if (holds(place, words)) child.kill('SIGKILL');
      });
      child.on('error', reject);
      child.on('exit', (_code, signal) => {
        watcher.close();
        resolve(signal === 'SIGKILL' ? 'killed' : 'finished first');
      });
    });
  }

  #options() {
    const state = path.join(this.#folder, 'state');
    const env = { ...process.env, FERRY_STATE: state, FERRY_PASSPHRASE: this.passphrase };
    return { cwd: this.#folder, env, encoding: 'utf8' as const };
  }
}

/** Whether any kept move there holds the words; one that is finished and gone meanwhile holds nothing. */
function holds(folder: string, words: string): boolean {
  return fs.readdirSync(folder).some((name) => {
    if (!name.endsWith('.json')) return false;
    try {
      return fs.readFileSync(path.join(folder, name), 'utf8').includes(words);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw error;
    }
  });
}

const MARK = '.license-ferry-demo';
