/** Names that are looked at on one stick; it is over soon, whatever somebody has put there. */
export const MOST_NAMES = 150_000;

/** What lies on a stick, by its name there: of a folder's files with the folder's name and `/` before. */
export interface StickEntry {
  readonly name: string;
  /** False for folders, links and devices. */
  readonly isFile: boolean;
}

/** What lies in a folder, as the file system names it. */
interface Listed {
  readonly name: string;
  isFile(): boolean;
  isDirectory(): boolean;
}

export interface StickBounds {
  /** How the names of those files end that are counted, in small letters. */
  readonly suffix: string;
  readonly mostFiles: number;
  readonly mostNames?: number;
}

/**
 * What lies in the root of a stick and in the folders there, up to the bounds: hidden folders and folders within folders are not
 * entered, links are not followed.
 *
 * @param list what lies in a folder, named from the root, which is the empty name
 * @param onMore called once where a bound ends it
 */
export async function* stickEntries(
  list: (folder: string) => AsyncIterable<Listed>,
  { suffix, mostFiles, mostNames = MOST_NAMES }: StickBounds,
  onMore: () => void = () => undefined,
): AsyncIterable<StickEntry> {
  let [names, files] = [mostNames, mostFiles];
  const isTooMuch = (name: string): boolean => names-- <= 0 || (name.toLowerCase().endsWith(suffix) && files-- <= 0);
  const folders: string[] = [];
  for await (const entry of list('')) {
    if (isTooMuch(entry.name)) return onMore();
    if (entry.isDirectory() && !entry.name.startsWith('.')) folders.push(entry.name);
    yield { name: entry.name, isFile: entry.isFile() };
  }
  for (const folder of folders)
    for await (const entry of list(folder)) {
      if (isTooMuch(entry.name)) return onMore();
      yield { name: `${folder}/${entry.name}`, isFile: entry.isFile() };
    }
}
