import type { PublicKey } from '../../container/model/ids.ts';
import type { MoveSides } from './move-sides.ts';
import { type Peer, wordsOf } from './peers.ts';

/** Somebody who answered where the side of an unfinished move was expected. */
export interface StrangerBetween {
  readonly found: Peer;
  /** Serial number and fingerprint words of who was meant, as far as the other side knows it. */
  readonly expected: string;
}

/** Which of two sides is none of the unfinished move that is kept under that id; null when both are its own. */
export async function strangerBetween(
  id: string,
  { giver, getter, shown }: Pick<MoveSides, 'giver' | 'getter' | 'shown'>,
): Promise<StrangerBetween | null> {
  const [, from = '', to = ''] = id.split('-');
  if (!giver.key.startsWith(from)) return { found: giver, expected: await meantBy(shown.target.channels, from) };
  if (!getter.key.startsWith(to)) return { found: getter, expected: await meantBy(shown.issuer.channels, to) };
  return null;
}

interface Partner {
  readonly partner: PublicKey;
  readonly name: string;
}

async function meantBy(channels: readonly Partner[], key: string): Promise<string> {
  const known = channels.find(({ partner }) => partner.startsWith(key));
  return known === undefined ? 'somebody else' : `${known.name}, "${await wordsOf(known.partner)}"`;
}
