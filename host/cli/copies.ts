import type { Listing } from '../../container/commands/list.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { realFolder } from './ferry-files.adapter.ts';
import { type Output, styled } from './output.ts';

/** Folders that each hold a container, or firm of a License Central, with the same key: at most one is it, the others were copied from it. */
export interface Copies {
  /** Of a container that is certified. */
  readonly serial: string | null;
  /** Of a License Central; null for a container. */
  readonly firmCode: number | null;
  readonly key: PublicKey;
  readonly addresses: readonly string[];
}

/** Who answered at an address. */
interface Seen {
  readonly address: string;
  readonly serial: string | null;
  readonly firmCode: number | null;
  readonly key: PublicKey;
}

interface SeenContainer {
  readonly address: string;
  readonly listing: Pick<Listing, 'serial' | 'key'>;
}

interface SeenFirm {
  readonly address: string;
  readonly firmCode: number;
  readonly key: PublicKey;
}

/** Only of folders it is certain: one container may be reached at several other addresses. */
export function copiesAmong(containers: readonly SeenContainer[], firms: readonly SeenFirm[] = []): readonly Copies[] {
  return [
    ...copiesIn(
      'sim:',
      containers.map(({ address, listing: { serial, key } }) => ({ address, serial, key, firmCode: null })),
    ),
    ...copiesIn(
      'central:',
      firms.map(({ address, firmCode, key }) => ({ address, serial: null, key, firmCode })),
    ),
  ];
}

function copiesIn(scheme: string, all: readonly Seen[]): readonly Copies[] {
  const places = new Map<string, Seen>();
  for (const seen of all) {
    if (!seen.address.startsWith(scheme)) continue;
    const place = `${seen.key} ${realFolder(seen.address.slice(scheme.length))}`;
    if (!places.has(place)) places.set(place, seen);
  }
  const found = [...places.values()];
  const keys = [...new Set(found.map(({ key }) => key))];
  return keys.flatMap((key) => {
    const same = found.filter((seen) => seen.key === key);
    const [first] = same;
    if (first === undefined || same.length === 1) return [];
    const { serial, firmCode } = first;
    return [{ serial, firmCode, key, addresses: same.map(({ address }) => address).sort() }];
  });
}

export function sayCopies(say: Output['line'], copies: readonly Copies[]): void {
  for (const { serial, firmCode, addresses } of copies) {
    const last = addresses.at(-1);
    const names = `${addresses.slice(0, -1).join(', ')} and ${last}`;
    if (firmCode === null) {
      const one = `one container, ${serial ?? 'not certified'}`;
      say(styled('yellow', `${names} are copies of ${one}: they have the same key.`));
      say('  Use only the one in its latest state; a partner refuses the others, and for good where it has proof.');
    } else {
      say(styled('yellow', `${names} are copies of one License Central: firm ${firmCode} has the same key in them.`));
      say('  Use only the one in its latest state. A backup that takes its place goes on by ferry central restored.');
    }
  }
}

/** Whether somebody else has the same key as who answers at an address. */
export function isCopied(address: string, copies: readonly Copies[]): boolean {
  return copies.some(({ addresses }) => addresses.includes(address));
}
