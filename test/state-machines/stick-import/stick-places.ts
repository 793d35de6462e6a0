import path from 'node:path';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import {
  FileBlobStore,
  FileRecordStore,
  FileSnapshotStore,
  resumeStickImport,
  runStickImport,
  type Stick,
  type StickImportPorts,
  type StickImportResult,
} from '../../../state-machines/index.ts';

/** What an import needs for a device whose unfinished work is kept in a folder. */
export function portsIn(
  kept: string,
  client: ContainerClient,
  onState: StickImportPorts['onState'] = () => undefined,
): StickImportPorts {
  const crypto = nativeCrypto();
  const owed: StickImportPorts['owed'] = new FileRecordStore(kept, '.receipts');
  return { client, crypto, store: new FileSnapshotStore(kept), owed, blobs: new FileBlobStore(kept, crypto), onState };
}

/** What a device does that finds a stick when it starts. */
export async function startedWith(root: string, client: ContainerClient, stick: Stick): Promise<StickImportResult> {
  const ports = portsIn(path.join(root, 'kept'), client);
  await resumeStickImport(ports);
  return runStickImport(ports, stick);
}
