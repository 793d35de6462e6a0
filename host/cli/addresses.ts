import { FerryError } from '../../container/errors.ts';
import type { FileContainer } from '../../container/store/file-container.adapter.ts';

/** What the far bank lends to the command line for one kind of container. */
export interface Door<Options> {
  /** Whether the folder holds a container of this kind. */
  is(folder: string): boolean;
  open(folder: string): FileContainer;
  create(options: Options & { readonly folder: string; readonly serial: string | undefined }): FileContainer;
}

/** The far bank, loaded when it is needed. */
export interface FarBank {
  dongle(): Promise<Door<{ readonly size: number | undefined }>>;
  device(): Promise<Door<{ readonly anchor: string | undefined }>>;
}

export type Scheme = 'sim' | 'folder' | 'central';

export interface Address {
  readonly scheme: Scheme;
  readonly folder: string;
  /** As it was given. */
  readonly text: string;
}

const SCHEMES: readonly Scheme[] = ['sim', 'folder', 'central'];

/** Reads an address of one of the schemes that work here. @throws ADDRESS_WRONG */
export function parseAddress(text: string, allowed: readonly Scheme[] = SCHEMES): Address {
  const at = text.indexOf(':');
  const scheme = SCHEMES.find((name) => name === text.slice(0, at));
  const folder = text.slice(at + 1);
  if (scheme === undefined) throw wrong(text, 'it does not begin with a scheme that is known');
  if (folder === '') throw wrong(text, 'it names no folder');
  if (!allowed.includes(scheme)) throw wrong(text, `this needs ${allowed.map((name) => `${name}:DIR`).join(' or ')}`);
  return { scheme, folder, text };
}

function wrong(address: string, why: string): FerryError {
  return new FerryError('ADDRESS_WRONG', { address, why });
}

/** Whether there is a simulated container in the folder, of whichever kind. */
export async function isContainer(far: FarBank, folder: string): Promise<boolean> {
  return (await far.dongle()).is(folder) || (await far.device()).is(folder);
}

/** Opens `sim:DIR`. @throws NO_CONTAINER, CONTAINER_IN_USE, STORE_DAMAGED, ANCHOR_DAMAGED */
export async function openSim(far: FarBank, folder: string): Promise<FileContainer> {
  const dongle = await far.dongle();
  if (dongle.is(folder)) return dongle.open(folder);
  const device = await far.device();
  if (device.is(folder)) return device.open(folder);
  throw new FerryError('NO_CONTAINER', { where: folder });
}

/** Opens a container, does the work, and closes it, however the work ends. */
export async function withSim<T>(
  far: FarBank,
  text: string,
  work: (opened: FileContainer) => Promise<T> | T,
): Promise<T> {
  const opened = await openSim(far, parseAddress(text, ['sim']).folder);
  try {
    return await work(opened);
  } finally {
    opened.close();
  }
}
