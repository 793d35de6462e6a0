import path from 'node:path';
import type { Served, ServeOptions } from '../carriers/server/run-container-server.adapter.ts';
import type { ServerLog } from '../carriers/server/server-port.ts';
import { nativeCrypto } from '../container/crypto/native/node-crypto.ts';
import { FerryError } from '../container/errors.ts';
import { parseSerialNumber, type SerialNumber, serialParts } from '../container/model/serial-number.ts';
import type { FileContainer } from '../container/store/file-container.adapter.ts';
import type { ImportReport } from '../state-machines/index.ts';
import {
  createSoftContainer,
  isSoftContainer,
  openSoftContainer,
} from './soft-container/open-soft-container.adapter.ts';
import type { StickOptions } from './stick-import/serve-sticks.adapter.ts';

export { isSoftContainer as is };

/** @throws NO_CONTAINER, CONTAINER_INCOMPLETE, CONTAINER_IN_USE, STORE_UNOPENED, STORE_DAMAGED, ANCHOR_DAMAGED */
export function open(folder: string): FileContainer {
  return openSoftContainer(folder);
}

/**
 * `ferry device serve`.
 *
 * @throws what `open` throws; ADDRESS_TAKEN; with sticks FILE_UNREADABLE where the system does not tell what is mounted, PACKAGE_MISSING where
 *   nothing tells its drives
 */
export async function serve(
  options: ServeOptions & { readonly folder: string; readonly sticks?: StickOptions },
  onReady: (served: Served) => void,
): Promise<void> {
  const { runContainerServer } = await import('../carriers/server/run-container-server.adapter.ts');
  const { folder, sticks, log } = options;
  const besides = sticks === undefined ? [] : [await sticksTakenIn(sticks, log)];
  await runContainerServer(
    (env) => openSoftContainer(folder, env),
    { ...options, besides },
    (served) => onReady(sticks === undefined ? served : { ...served, sticks: true }),
  );
}

async function sticksTakenIn(
  sticks: StickOptions,
  log: ServerLog,
): Promise<NonNullable<ServeOptions['besides']>[number]> {
  const { serveSticks } = await import('./stick-import/serve-sticks.adapter.ts');
  return (served) => serveSticks(served, sticks, log);
}

/** The mask of every soft container's serial number. */
const MASK = 130;

/**
 * `ferry device create`. The anchor lies in a folder beside the container's unless another one is given.
 *
 * @throws USAGE_WRONG, CONTAINER_EXISTS, STORE_WRITE_FAILED
 */
export function create(options: {
  readonly folder: string;
  readonly anchor: string | undefined;
  readonly serial: string | undefined;
}): FileContainer {
  const { folder, anchor, serial } = options;
  return createSoftContainer({
    folder,
    anchorFolder: anchor ?? `${path.resolve(folder)}-anchor`,
    ...(serial === undefined ? {} : { serial: deviceSerial(serial) }),
  });
}

function deviceSerial(input: string): SerialNumber {
  const serial = parseSerialNumber(input);
  if (serialParts(serial)[0] !== MASK)
    throw new FerryError('USAGE_WRONG', {
      what: `"${input}" is not the serial number of a device, 130-N with N up to 4294967295`,
    });
  return serial;
}

/**
 * `ferry device import`: the container in `folder` takes in what lies for it in the folder `updates`.
 *
 * @throws NO_CONTAINER, CONTAINER_IN_USE, STORE_UNOPENED, STORE_DAMAGED, ANCHOR_DAMAGED, NOT_ENROLLED, FOLDER_UNREADABLE
 */
export async function importUpdates(options: {
  readonly folder: string;
  readonly updates: string;
}): Promise<ImportReport> {
  // The machines are loaded only for an import: every other command starts faster without them.
  const [{ importUpdates: importInto }, { FileUpdateFolder }] = await Promise.all([
    import('../state-machines/update-import/import-updates.ts'),
    import('./stick-import/update-folder.adapter.ts'),
  ]);
  const opened = openSoftContainer(options.folder);
  try {
    const folder = new FileUpdateFolder(options.updates);
    return await importInto({ client: opened.client, folder, crypto: nativeCrypto() });
  } finally {
    opened.close();
  }
}
