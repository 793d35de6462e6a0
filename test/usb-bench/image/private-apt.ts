import fs from 'node:fs';
import path from 'node:path';
import { BenchError } from '../bench-error.ts';
import { runProgram } from '../programs.ts';

/**
 * apt with lists, caches and "nothing installed" of its own in a folder, but the sources and keys of this computer. So it needs
 * no rights and changes nothing of the system, and packages come with all that they depend on.
 */
export class PrivateApt {
  readonly #folder: string;
  readonly #options: readonly string[];

  constructor(folder: string) {
    this.#folder = folder;
    for (const name of ['state/lists/partial', 'cache/archives/partial'])
      fs.mkdirSync(path.join(folder, name), { recursive: true });
    fs.writeFileSync(path.join(folder, 'nothing-installed'), '');
    this.#options = [
      `Dir::State=${path.join(folder, 'state')}`,
      `Dir::State::status=${path.join(folder, 'nothing-installed')}`,
      `Dir::Cache=${path.join(folder, 'cache')}`,
      'Debug::NoLocking=1',
      // Downloads would be handed to a user who may not write here.
      `APT::Sandbox::User=${process.getuid?.() === 0 ? 'root' : ''}`,
      'Acquire::Languages=none',
      'Acquire::Retries=3',
    ].flatMap((option) => ['-o', option]);
  }

  /** Fetches the lists of packages. */
  async update(): Promise<void> {
    await this.#run('apt-get', ['update', '--quiet=2']);
  }

  /**
   * The package of the kernel that a package without content stands for, as `linux-image-6.1.0-1-amd64`.
   *
   * @throws BenchError when the lists have none
   */
  async kernelOf(metaPackage: string): Promise<{ readonly name: string; readonly release: string }> {
    const text = (await this.#run('apt-cache', ['depends', metaPackage])).toString();
    const name = /Depends: (linux-image-(?:unsigned-)?\d\S*)/.exec(text)?.[1];
    if (name === undefined) throw new BenchError('benchBroken', `${metaPackage} depends on no kernel:\n${text}`);
    return { name, release: name.replace(/^linux-image-(unsigned-)?/, '') };
  }

  /** @returns the files of these packages alone */
  async download(packages: readonly string[]): Promise<string[]> {
    return this.#fetch('alone', (cwd) => this.#run('apt-get', ['download', '--quiet=2', ...packages], cwd));
  }

  /** @returns the files of these packages and of everything that they depend on */
  async downloadWithAll(packages: readonly string[]): Promise<string[]> {
    const options = ['--yes', '--quiet=2', '--no-install-recommends', '--download-only'];
    return this.#fetch('cache/archives', (cwd) => this.#run('apt-get', [...options, 'install', ...packages], cwd));
  }

  async #fetch(place: string, work: (folder: string) => Promise<unknown>): Promise<string[]> {
    const folder = path.join(this.#folder, place);
    fs.mkdirSync(folder, { recursive: true });
    await work(folder);
    return fs
      .readdirSync(folder)
      .filter((name) => name.endsWith('.deb'))
      .map((name) => path.join(folder, name));
  }

  #run(program: string, args: readonly string[], cwd = this.#folder): Promise<Buffer> {
    return runProgram(program, [...this.#options, ...args], { cwd, env: { DEBIAN_FRONTEND: 'noninteractive' } });
  }
}
