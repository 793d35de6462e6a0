import type { Listing } from '../../container/commands/list.ts';
import type { IssuerListing } from '../../state-machines/index.ts';
import type { MoveSides } from './move-sides.ts';
import { nameOf } from './peers.ts';

/** What is certain where a vendor gave one side of a move up at the other: seats go that way, or come back, no more. */
export interface GivenUp {
  /** Firm Codes of which the getter refuses whatever the giver passes on. */
  readonly refused: readonly number[];
  /** Firm Codes of which the getter can give nothing back to the giver. */
  readonly oneWay: readonly number[];
}

/**
 * What was written off between the two, as far as either still lists what was in transit then; once that is settled, only the
 * container itself knows of it.
 */
export function givenUpBetween({ issuer, target }: MoveSides['shown']): GivenUp {
  return { refused: writtenOffTo(target, issuer.key), oneWay: writtenOffTo(issuer, target.key) };
}

function writtenOffTo({ transit }: Pick<Listing, 'transit'> | Pick<IssuerListing, 'transit'>, key: string): number[] {
  const firms = transit.filter((entry) => entry.writtenOff && entry.target === key).map(({ firmCode }) => firmCode);
  return [...new Set(firms)];
}

/** It in words. */
export function tellGivenUp(
  { refused, oneWay }: GivenUp,
  { giver, getter }: Pick<MoveSides, 'giver' | 'getter'>,
): string[] {
  const [from, to] = [giver, getter].map((peer) => peer.serial ?? nameOf(peer));
  return [
    ...refused.map((firm) => `${from} was written off at ${to}, which refuses what it passes on of firm ${firm}.`),
    ...oneWay.map(
      (firm) => `${to} was written off at ${from}: what it gets of firm ${firm} it can never give back there.`,
    ),
  ];
}
