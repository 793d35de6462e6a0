import fs from 'node:fs';
import path from 'node:path';
import type { ServedContainer } from '../../carriers/server/run-container-server.adapter.ts';
import type { ServerLog } from '../../carriers/server/server-port.ts';
import type { ContainerClient } from '../../container/commands/client.ts';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { FerryError } from '../../container/errors.ts';
import {
  FileBlobStore,
  FileRecordStore,
  FileSnapshotStore,
  resumeStickImport,
  runStickImport,
  type StickImportPorts,
} from '../../state-machines/index.ts';
import { watchContents } from './contents-watch.adapter.ts';
import { LightProgram } from './light-program.adapter.ts';
import { checkTable, isMounted, MOUNT_TABLE, watchMounts } from './mount-watch.adapter.ts';
import { MountedStick } from './mounted-stick.adapter.ts';
import { StickAgent } from './stick-agent.ts';
import { MountedSticks } from './stick-watch.ts';
import { drivelist } from './system-drives.adapter.ts';

export interface StickOptions {
  /** Folders below which everything mounted is a stick; without any, sticks are told by their drives. */
  readonly below: readonly string[];
  /** File that is looked at in place of the system's table of what is mounted, for test benches. */
  readonly table?: string;
  /** A program that sets the light of the device. */
  readonly light?: string;
}

/**
 * Takes in what the memory sticks of this computer bring for a container, as long as it is served.
 *
 * @returns ends it, when what has begun is done
 * @throws FILE_UNREADABLE where the system does not tell what is mounted; PACKAGE_MISSING where nothing tells the drives
 */
export async function serveSticks(
  served: ServedContainer,
  { below, table = MOUNT_TABLE, light: program }: StickOptions,
  log: ServerLog,
): Promise<() => Promise<void>> {
  checkTable(table);
  if (below.length === 0) await drivelist();
  const ended = new AbortController();
  const { signal } = ended;
  const ports = portsOf(served, untilEnded(served.client('unattended'), signal), log);
  const light = program === undefined ? undefined : new LightProgram(program, log);
  const agent = new StickAgent({
    take: (stick) => runStickImport(ports, stick),
    resume: () => resumeStickImport(ports),
    // When the server ends, a stick is as good as pulled out.
    open: (mount) => new MountedStick(mount.point, () => !signal.aborted && isMounted(table, mount)),
    watch: (mount, onChanged) =>
      watchContents(mount.point, onChanged, (why) => log.warn('stick.unwatched', { where: mount.point, why })),
    show: (state) => light?.show(state),
    log,
  });
  const sticks = new MountedSticks(agent);
  const own = fs.realpathSync(served.folder);
  const watching = watchMounts({ table, below, own, log, signal }, (now) => sticks.are(now));
  return async () => {
    ended.abort();
    await watching;
    await agent.close();
    await light?.close();
  };
}

/** A client whose work breaks off, to be resumed, when the server ends. */
function untilEnded(client: ContainerClient, signal: AbortSignal): ContainerClient {
  return {
    call: (name, request) =>
      signal.aborted
        ? Promise.reject(new FerryError('CARRIER_LOST', { where: 'the container', why: 'its server ends' }))
        : client.call(name, request),
    close: () => client.close(),
  };
}

/** What an import keeps lies beside the memory of the container. */
function portsOf({ folder }: ServedContainer, client: ContainerClient, log: ServerLog): StickImportPorts {
  const kept = path.join(folder, 'sticks');
  const crypto = nativeCrypto();
  return {
    client,
    crypto,
    store: new FileSnapshotStore(kept),
    owed: new FileRecordStore(kept, '.receipts'),
    blobs: new FileBlobStore(kept, crypto),
    onState: (state) => log.info('stick.state', { state }),
  };
}
