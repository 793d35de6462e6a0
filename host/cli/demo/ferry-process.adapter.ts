import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { FerryError } from '../../../container/errors.ts';
import { makeFolder } from '../../../container/store/file-durable.adapter.ts';
import { systemCode, systemWords } from '../../../container/store/file-failure.ts';

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
  /** Where it works, from the present folder. */
  readonly folder: string;
  readonly #program: string;

  /** Makes a new folder of that name, with a number behind it when there is one already. @throws FILE_UNWRITABLE */
  constructor(name: string) {
    this.folder = newFolder(name);
    this.#program = path.resolve(process.argv[1] ?? '');
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
    const place = path.join(this.folder, watched);
    makeFolder(place);
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
    const state = path.resolve(this.folder, 'state');
    const env = { ...process.env, FERRY_STATE: state, FERRY_PASSPHRASE: this.passphrase };
    return { cwd: this.folder, env, encoding: 'utf8' as const };
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

function newFolder(name: string): string {
  for (let number = 1; ; number++) {
    const folder = number === 1 ? name : `${name}-${number}`;
    try {
      fs.mkdirSync(folder);
      return folder;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') continue;
      throw new FerryError('FILE_UNWRITABLE', { file: folder, why: systemWords(error) }, { cause: error });
    }
  }
}
