import type { PublicKey } from '../../container/model/ids.ts';

const SHOWN = 8;

/** The id of an unfinished move as people see and type it: the beginnings of the two keys. */
export function shortId(id: string): string {
  const [, from = '', to = ''] = id.split('-');
  return `${from.slice(0, SHOWN)}-${to.slice(0, SHOWN)}`;
}

/** Whether the giver of an unfinished move has that key. */
export function isOfGiver(id: string, key: PublicKey): boolean {
  const [, from = ''] = id.split('-');
  return from !== '' && key.startsWith(from);
}

/** Whether what was typed, short or in full, means this unfinished move. */
export function isMeant(id: string, typed: string): boolean {
  const [, from = '', to = ''] = id.split('-');
  const [first = '', second = '', ...more] = typed.replace(/^move-/, '').split('-');
  const isLong = first.length >= SHOWN && second.length >= SHOWN;
  return isLong && more.length === 0 && from.startsWith(first) && to.startsWith(second);
}
