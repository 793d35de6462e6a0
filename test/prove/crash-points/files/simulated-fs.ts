import fs from 'node:fs';
import path from 'node:path';
import type { FileContent, NodeId } from './disk-image.ts';
import type { RecordedDisk } from './recorded-disk.ts';

/** Where the simulated disk is mounted; nothing of that name is on a real one. */
export const MOUNTED = '/simulated-disk';
const BOOT_ID = '/proc/sys/kernel/random/boot_id';
/** When this process began, as the system tells; it is asked for at every look. */
const PROCESS = `/proc/${process.pid}/stat`;
const FIRST_HANDLE = 1 << 24;

interface OpenFile {
  readonly node: NodeId;
  position: number;
}

type Call = (...args: never[]) => unknown;

/**
 * The functions of `node:fs` for everything below `MOUNTED`, on a recorded disk; everything else goes to the real ones. So
 * the adapters run as they are, and nothing that they do with files gets past the record: a function that is not simulated
 * throws there.
 */
export class SimulatedFs {
  #disk: RecordedDisk | undefined;
  #boots = 0;
  #nextHandle = FIRST_HANDLE;
  readonly #open = new Map<number, OpenFile>();
  readonly #process = fs.existsSync(PROCESS) ? fs.readFileSync(PROCESS, 'utf8') : undefined;
  readonly #real = new Map<string, Call>();

  /** @returns what gives `node:fs` back */
  install(): () => void {
    const calls: Record<string, Call> = this.#calls();
    for (const [name, real] of Object.entries(fs) as [string, unknown][]) {
      if (!name.endsWith('Sync') || typeof real !== 'function') continue;
      this.#real.set(name, real as Call);
      const simulated = calls[name];
      const call = (...args: never[]): unknown => {
        if (!this.#isOurs(args)) return (real as Call)(...args);
        if (simulated === undefined) throw new Error(`the simulated disk has no fs.${name}`);
        return simulated(...args);
      };
      Object.assign(fs, { [name]: call });
    }
    return () => {
      Object.assign(fs, Object.fromEntries(this.#real));
    };
  }

  /** The machine has started with this disk; every file that was open is not any more. */
  boot(disk: RecordedDisk): void {
    this.#disk = disk;
    this.#boots += 1;
    this.#open.clear();
  }

  #isOurs([first]: readonly unknown[]): boolean {
    if (typeof first === 'number') return first >= FIRST_HANDLE;
    if (typeof first !== 'string') return false;
    return first === BOOT_ID || first === PROCESS || first === MOUNTED || first.startsWith(`${MOUNTED}/`);
  }

  #calls(): Record<string, Call> {
    return {
      openSync: (file: string, flags: string | number = 'r') => this.#openFile(file, flags),
      closeSync: (handle: number) => {
        this.#at(handle);
        this.#open.delete(handle);
      },
      readSync: (handle: number, into: Uint8Array, offset: number, length: number, position: number) =>
        this.#content(this.#at(handle).node).readInto(into.subarray(offset, offset + length), position),
      writeSync: (handle: number, from: Uint8Array, offset = 0, length = from.length - offset, position?: number) =>
        this.#write(this.#at(handle), from.subarray(offset, offset + length), position),
      writeFileSync: (target: string | number, data: string | Uint8Array) => {
        const handle = typeof target === 'number' ? target : this.#openFile(target, 'w');
        this.#write(this.#at(handle), new Uint8Array(Buffer.from(data as string)), undefined);
        if (handle !== target) this.#open.delete(handle);
      },
      readFileSync: (target: string | number, encoding?: unknown) => this.#readFile(target, encoding),
      fsyncSync: (handle: number) => this.#recorded.sync(this.#at(handle).node),
      fdatasyncSync: (handle: number) => this.#recorded.sync(this.#at(handle).node),
      ftruncateSync: (handle: number, size = 0) => this.#resize(this.#at(handle).node, size),
      truncateSync: (file: string, size = 0) => this.#resize(this.#need(file), size),
      fstatSync: (handle: number) => this.#stat(this.#at(handle).node),
      statSync: (file: string, options?: { throwIfNoEntry?: boolean }) => this.#statPath(file, options),
      lstatSync: (file: string, options?: { throwIfNoEntry?: boolean }) => this.#statPath(file, options),
      existsSync: (file: string) => this.#recorded.find(partsOf(file)) !== undefined,
      realpathSync: (file: string) => {
        this.#need(file);
        return path.resolve(file);
      },
      mkdirSync: (file: string) => {
        if (this.#recorded.find(partsOf(file)) !== undefined) throw failure('EEXIST', file);
        const place = this.#place(file);
        this.#name([{ ...place, node: this.#recorded.newNode('folder') }]);
      },
      readdirSync: (file: string, options?: { withFileTypes?: boolean }) => this.#readFolder(file, options),
      renameSync: (from: string, to: string) => {
        const node = this.#need(from);
        this.#name([
          { ...this.#place(from), node: undefined },
          { ...this.#place(to), node },
        ]);
      },
      linkSync: (from: string, to: string) => {
        const node = this.#need(from);
        if (this.#recorded.find(partsOf(to)) !== undefined) throw failure('EEXIST', to);
        this.#name([{ ...this.#place(to), node }]);
      },
      rmSync: (file: string, options?: { force?: boolean }) => {
        if (options?.force === true && this.#recorded.find(partsOf(file)) === undefined) return;
        this.#need(file);
        this.#name([{ ...this.#place(file), node: undefined }]);
      },
      rmdirSync: (file: string) => {
        if ((this.#recorded.whole.folder(this.#need(file))?.size ?? 0) > 0) throw failure('ENOTEMPTY', file);
        this.#name([{ ...this.#place(file), node: undefined }]);
      },
    };
  }

  get #recorded(): RecordedDisk {
    if (this.#disk === undefined) throw new Error('no simulated disk is mounted');
    return this.#disk;
  }

  #openFile(file: string, flags: string | number): number {
    let node = this.#recorded.find(partsOf(file));
    const [writes, exclusive] = [String(flags).startsWith('w'), String(flags).includes('x')];
    if (node !== undefined && exclusive) throw failure('EEXIST', file);
    if (node === undefined) {
      if (!writes) throw failure('ENOENT', file);
      const place = this.#place(file);
      node = this.#recorded.newNode('file');
      this.#name([{ ...place, node }]);
    } else if (writes && this.#content(node).size > 0) this.#resize(node, 0);
    const handle = this.#nextHandle++;
    this.#open.set(handle, { node, position: 0 });
    return handle;
  }

  #write(open: OpenFile, bytes: Uint8Array, given: number | null | undefined): number {
    const position = given ?? open.position;
    if (bytes.length > 0) this.#recorded.change({ kind: 'write', node: open.node, position, bytes: bytes.slice() });
    if (given === undefined || given === null) open.position += bytes.length;
    return bytes.length;
  }

  #readFile(target: string | number, encoding: unknown): string | Buffer {
    if (target === BOOT_ID) return `boot ${this.#boots}\n`;
    if (target === PROCESS && this.#process !== undefined) return this.#process;
    const content = this.#content(typeof target === 'number' ? this.#at(target).node : this.#need(target));
    const bytes = Buffer.from(content.read(0, content.size));
    return encoding === 'utf8' ? bytes.toString('utf8') : bytes;
  }

  #readFolder(file: string, options?: { withFileTypes?: boolean }): unknown[] {
    const names = this.#recorded.whole.folder(this.#need(file));
    if (names === undefined) throw failure('ENOTDIR', file);
    if (options?.withFileTypes !== true) return [...names.keys()];
    return [...names].map(([name, node]) => ({ ...this.#stat(node), name }));
  }

  #resize(node: NodeId, size: number): void {
    this.#recorded.change({ kind: 'resize', node, size });
  }

  #name(names: readonly { readonly folder: NodeId; readonly name: string; readonly node: NodeId | undefined }[]): void {
    this.#recorded.change({ kind: 'names', names });
  }

  #statPath(file: string, options?: { throwIfNoEntry?: boolean }): unknown {
    const node = this.#recorded.find(partsOf(file));
    if (node === undefined && options?.throwIfNoEntry === false) return undefined;
    return this.#stat(this.#need(file));
  }

  #stat(node: NodeId) {
    const content = this.#recorded.whole.file(node);
    const isFile = content !== undefined;
    return {
      isFile: () => isFile,
      isDirectory: () => !isFile,
      isSymbolicLink: () => false,
      size: content?.size ?? 0,
      mode: 0o700,
      uid: process.getuid?.() ?? 0,
      mtimeMs: 0,
    };
  }

  #at(handle: number): OpenFile {
    const open = this.#open.get(handle);
    if (open === undefined) throw failure('EBADF', String(handle));
    return open;
  }

  #content(node: NodeId): FileContent {
    const content = this.#recorded.whole.file(node);
    if (content === undefined) throw failure('EISDIR', String(node));
    return content;
  }

  #need(file: string): NodeId {
    const node = this.#recorded.find(partsOf(file));
    if (node === undefined) throw failure('ENOENT', file);
    return node;
  }

  /** The folder that a path is in, and its name there. */
  #place(file: string): { readonly folder: NodeId; readonly name: string } {
    const parts = partsOf(file);
    const name = parts.at(-1);
    const folder = this.#recorded.find(parts.slice(0, -1));
    if (name === undefined || folder === undefined) throw failure('ENOENT', file);
    if (this.#recorded.whole.folder(folder) === undefined) throw failure('ENOTDIR', file);
    return { folder, name };
  }
}

function partsOf(file: string): readonly string[] {
  const below = path.resolve(file).slice(MOUNTED.length);
  return below.split('/').filter((part) => part !== '');
}

function failure(code: string, file: string): Error {
  return Object.assign(new Error(`${code}: ${file}`), { code });
}
