import { hash } from 'node:crypto';

const PAGE = 4096;

/** What a file holds. Never changed once it is in an image; pages that are all zero are left out. */
export class FileContent {
  readonly size: number;
  readonly #pages: readonly (Uint8Array | undefined)[];
  #digest: string | undefined;

  constructor(size = 0, pages: readonly (Uint8Array | undefined)[] = []) {
    this.size = size;
    this.#pages = pages;
  }

  read(position: number, length: number): Uint8Array {
    const result = new Uint8Array(Math.max(0, Math.min(length, this.size - position)));
    this.readInto(result, position);
    return result;
  }

  /** Fills bytes from a position on, as far as there are any. @returns how many there were */
  readInto(bytes: Uint8Array, position: number): number {
    const length = Math.max(0, Math.min(bytes.length, this.size - position));
    for (let at = 0; at < length; ) {
      const from = (position + at) % PAGE;
      const to = Math.min(PAGE, from + length - at);
      const page = this.#pages[Math.floor((position + at) / PAGE)];
      if (page === undefined) bytes.fill(0, at, at + to - from);
      else bytes.set(from === 0 && to === PAGE ? page : page.subarray(from, to), at);
      at += to - from;
    }
    return length;
  }

  written(position: number, bytes: Uint8Array): FileContent {
    const pages = [...this.#pages];
    for (let at = 0; at < bytes.length; ) {
      const number = Math.floor((position + at) / PAGE);
      const from = (position + at) % PAGE;
      const to = Math.min(PAGE, from + bytes.length - at);
      const page = pages[number]?.slice() ?? new Uint8Array(PAGE);
      page.set(bytes.subarray(at, at + to - from), from);
      pages[number] = page;
      at += to - from;
    }
    return new FileContent(Math.max(this.size, position + bytes.length), pages);
  }

  resized(size: number): FileContent {
    if (size >= this.size) return new FileContent(size, this.#pages);
    const kept = new FileContent(size, this.#pages).read(0, size);
    return new FileContent().written(0, kept);
  }

  /** The same for the same content. */
  get digest(): string {
    this.#digest ??= `${this.size} ${this.#pages.map((page) => (page === undefined ? '' : digestOf(page))).join()}`;
    return this.#digest;
  }
}

const digests = new WeakMap<Uint8Array, string>();
const ZEROS = new Uint8Array(PAGE);

function digestOf(page: Uint8Array): string {
  const known = digests.get(page) ?? (Buffer.compare(page, ZEROS) === 0 ? '' : hash('sha1', page, 'base64'));
  digests.set(page, known);
  return known;
}

/** A file or folder apart from its names: what the literature calls an inode. */
export type NodeId = number;
export const ROOT_NODE: NodeId = 0;

/** What the names of a folder mean. */
type Names = ReadonlyMap<string, NodeId>;

/** One step of what a program does to a disk. All of a step's names change at once, or none. */
export type DiskChange =
  | { readonly kind: 'write'; readonly node: NodeId; readonly position: number; readonly bytes: Uint8Array }
  | { readonly kind: 'resize'; readonly node: NodeId; readonly size: number }
  | { readonly kind: 'names'; readonly names: readonly NameChange[] };

export interface NameChange {
  readonly folder: NodeId;
  readonly name: string;
  /** Undefined: the name goes. */
  readonly node: NodeId | undefined;
}

/** The content of a disk at one moment. Nodes that were made but have no durable name are in it, too: nobody finds them. */
export class DiskImage {
  readonly #files: ReadonlyMap<NodeId, FileContent>;
  readonly #folders: ReadonlyMap<NodeId, Names>;

  constructor(
    files: ReadonlyMap<NodeId, FileContent> = new Map(),
    folders: ReadonlyMap<NodeId, Names> = new Map([[ROOT_NODE, new Map()]]),
  ) {
    this.#files = files;
    this.#folders = folders;
  }

  file(node: NodeId): FileContent | undefined {
    return this.#files.get(node);
  }

  folder(node: NodeId): Names | undefined {
    return this.#folders.get(node);
  }

  /** A number that no file or folder has yet. */
  get nextNode(): NodeId {
    return this.#files.size + this.#folders.size;
  }

  /** With a new file or folder that has no name yet. */
  withNode(node: NodeId, kind: 'file' | 'folder'): DiskImage {
    if (kind === 'file') return new DiskImage(new Map(this.#files).set(node, new FileContent()), this.#folders);
    return new DiskImage(this.#files, new Map(this.#folders).set(node, new Map()));
  }

  after(changes: readonly DiskChange[]): DiskImage {
    if (changes.length === 0) return this;
    let files: Map<NodeId, FileContent> | undefined;
    let folders: Map<NodeId, Names> | undefined;
    for (const change of changes) {
      if (change.kind === 'names') {
        folders ??= new Map(this.#folders);
        for (const { folder, name, node } of change.names) {
          const names = new Map(folders.get(folder));
          if (node === undefined) names.delete(name);
          else names.set(name, node);
          folders.set(folder, names);
        }
      } else {
        files ??= new Map(this.#files);
        const content = files.get(change.node) ?? new FileContent();
        const next =
          change.kind === 'resize' ? content.resized(change.size) : content.written(change.position, change.bytes);
        files.set(change.node, next);
      }
    }
    return new DiskImage(files ?? this.#files, folders ?? this.#folders);
  }

  /** Every path with what is there. */
  *tree(folder: NodeId = ROOT_NODE, above = ''): Iterable<readonly [path: string, content: FileContent | null]> {
    for (const [name, node] of [...(this.folder(folder) ?? [])].sort(([one], [other]) => (one < other ? -1 : 1))) {
      const content = this.file(node);
      yield [`${above}/${name}`, content ?? null];
      if (content === undefined) yield* this.tree(node, `${above}/${name}`);
    }
  }

  /** The same for the same tree, whatever led to it. */
  get fingerprint(): string {
    const lines = [...this.tree()].map(([path, content]) => `${path} ${content?.digest ?? 'folder'}`);
    return hash('sha1', lines.join('\n'), 'base64');
  }
}
