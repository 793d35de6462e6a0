import fs from 'node:fs';
import path from 'node:path';

/** Name of the one file of a License Central in its folder. */
export const CENTRAL_FILE = 'central.sqlite';

/** Whether a folder is that of a License Central. */
export function isCentralFolder(folder: string): boolean {
  return fs.existsSync(path.join(folder, CENTRAL_FILE));
}
