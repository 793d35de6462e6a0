import { type DiskChange, type DiskImage, type NodeId, ROOT_NODE } from './disk-image.ts';

/** One operation on a disk, in the order in which they were asked for. */
export type DiskOperation = DiskChange | { readonly kind: 'sync'; readonly node: NodeId };

/** A disk that reads what was written, like a cache, and numbers every operation. */
export class RecordedDisk {
  readonly operations: DiskOperation[] = [];
  /** Called before each operation is carried out. */
  onOperation: () => void = () => {};
  /** What was durable when the record began, with every node that was ever made. */
  start: DiskImage;
  /** What had been done by then, but was not durable. */
  readonly loose: readonly DiskChange[];
  #view: DiskImage;
  #nextNode: NodeId;

  constructor(start: DiskImage, loose: readonly DiskChange[] = []) {
    this.start = start;
    this.loose = loose;
    this.#view = start.after(loose);
    this.#nextNode = start.nextNode;
  }

  /** Everything as if it were flushed. */
  get whole(): DiskImage {
    return this.#view;
  }

  newNode(kind: 'file' | 'folder'): NodeId {
    const node = this.#nextNode++;
    this.start = this.start.withNode(node, kind);
    this.#view = this.#view.withNode(node, kind);
    return node;
  }

  change(change: DiskChange): void {
    this.onOperation();
    this.operations.push(change);
    this.#view = this.#view.after([change]);
  }

  sync(node: NodeId): void {
    this.onOperation();
    this.operations.push({ kind: 'sync', node });
  }

  /** What lies at a path; undefined when there is nothing. */
  find(parts: readonly string[]): NodeId | undefined {
    let node: NodeId = ROOT_NODE;
    for (const part of parts) {
      const next = this.#view.folder(node)?.get(part);
      if (next === undefined) return undefined;
      node = next;
    }
    return node;
  }
}

/**
 * What a file system promises, as POSIX has it, and no more: a file's content is durable once the file was flushed, a name
 * once its folder was; each other change is lost or there, whatever became of those before it.
 */
export function isMadeDurable(change: DiskChange, synced: NodeId): boolean {
  if (change.kind === 'names') return change.names.some(({ folder }) => folder === synced);
  return change.node === synced;
}
