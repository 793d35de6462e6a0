import { FerryError } from '../../container/errors.ts';
import {
  byLatestWord,
  readUpdateHeading,
  type UpdateHeading,
} from '../../state-machines/update-import/read-update-heading.ts';
import { readFerryFile } from './ferry-files.adapter.ts';

/**
 * Update files with the latest word of each issuer before its older ones, so that what is called back there is not applied from
 * those. Issuers come in the order of their first file, and last what cannot be read.
 */
export function latestFirst(files: readonly string[]): readonly string[] {
  const byIssuer = new Map<string, { readonly file: string; readonly heading: UpdateHeading }[]>();
  const unreadable: string[] = [];
  for (const file of files) {
    const heading = headingOf(file);
    if (heading === undefined) unreadable.push(file);
    else byIssuer.set(heading.issuer.key, [...(byIssuer.get(heading.issuer.key) ?? []), { file, heading }]);
  }
  const readable = [...byIssuer.values()].flatMap((ofOne) =>
    ofOne.sort((one, other) => byLatestWord(one.heading, other.heading)).map(({ file }) => file),
  );
  return [...readable, ...unreadable];
}

/** What a file says of itself; undefined where the work on it will tell why it cannot be taken. */
function headingOf(file: string): UpdateHeading | undefined {
  try {
    return readUpdateHeading(readFerryFile(file));
  } catch (error) {
    if (error instanceof FerryError) return undefined;
    throw error;
  }
}
