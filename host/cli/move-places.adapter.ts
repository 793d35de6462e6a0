import path from 'node:path';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { FileBlobStore } from '../../state-machines/runtime/file-blob-store.adapter.ts';
import { FileSnapshotStore } from '../../state-machines/runtime/file-snapshot-store.adapter.ts';

/** The folder in which unfinished moves are kept: FERRY_STATE, else the place that the system has for such things. */
export function stateFolder(variable: (name: string) => string | undefined): string {
  const given = variable('FERRY_STATE');
  if (given !== undefined && given !== '') return given;
  const base = variable('XDG_STATE_HOME') ?? variable('LOCALAPPDATA');
  if (base !== undefined && base !== '') return path.join(base, 'license-ferry');
  return path.join(variable('HOME') ?? '.', '.local', 'state', 'license-ferry');
}

export function moveStores(folder: string): { readonly store: FileSnapshotStore; readonly blobs: FileBlobStore } {
  const moves = path.join(folder, 'moves');
  return { store: new FileSnapshotStore(moves), blobs: new FileBlobStore(path.join(moves, 'files'), nativeCrypto()) };
}
