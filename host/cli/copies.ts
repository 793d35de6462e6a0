import type { Listing } from '../../container/commands/list.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { realFolder } from './ferry-files.adapter.ts';
import { type Output, styled } from './output.ts';

/** Folders that each hold a container with the same key: at most one of them is the container, the others were copied from it. */
export interface Copies {
  readonly serial: string | null;
  readonly key: PublicKey;
  readonly addresses: readonly string[];
}

interface Seen {
  readonly address: string;
  readonly listing: Pick<Listing, 'serial' | 'key'>;
}

const FOLDER = 'sim:';

/** Only of folders it is certain: one container may be reached at several other addresses. */
export function copiesAmong(containers: readonly Seen[]): readonly Copies[] {
  const places = new Map<string, Seen>();
  for (const seen of containers) {
    if (!seen.address.startsWith(FOLDER)) continue;
    const place = realFolder(seen.address.slice(FOLDER.length));
    if (!places.has(place)) places.set(place, seen);
  }
  const found = [...places.values()];
  const keys = [...new Set(found.map(({ listing }) => listing.key))];
  return keys.flatMap((key) => {
    const same = found.filter(({ listing }) => listing.key === key);
    const [first] = same;
    if (first === undefined || same.length === 1) return [];
    return [{ serial: first.listing.serial, key, addresses: same.map(({ address }) => address).sort() }];
  });
}

export function sayCopies(say: Output['line'], copies: readonly Copies[]): void {
  for (const { serial, addresses } of copies) {
    const last = addresses.at(-1);
    const names = `${addresses.slice(0, -1).join(', ')} and ${last}`;
    say(
      styled('yellow', `${names} are copies of one container, ${serial ?? 'not certified'}: they have the same key.`),
    );
    say('  Use only the one in its latest state; a partner refuses the others, and for good where it has proof.');
  }
}
