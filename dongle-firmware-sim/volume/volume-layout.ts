/** The root folder, by its path. */
export const ROOT = '';

/** What lies where on the volume of a dongle, by paths. */
export const PLACE = {
  readme: 'README.TXT',
  status: 'STATUS.TXT',
  inbox: 'INBOX',
  outbox: 'OUTBOX',
  answer: 'OUTBOX/ANSWER.TXT',
} as const;

/** What operating systems put onto every volume, and make again when it is missing. */
const OF_SYSTEMS: ReadonlySet<string> = new Set([
  'SYSTEM VOLUME INFORMATION',
  '$RECYCLE.BIN',
  'THUMBS.DB',
  'DESKTOP.INI',
]);

/** Whether nobody has put a file or folder there by hand: hidden ones, the `._*` companions of others, and those of systems. */
export function isOfSystem({ name, isHidden }: { readonly name: string; readonly isHidden: boolean }): boolean {
  return isHidden || name.startsWith('.') || OF_SYSTEMS.has(name.toUpperCase());
}

/** One spelling for all that name one file: FAT takes capitals and small letters for the same. */
export function samePath(path: string): string {
  return path.toUpperCase();
}

export function isWithin(folder: string, path: string): boolean {
  return samePath(path).startsWith(`${folder}/`);
}
