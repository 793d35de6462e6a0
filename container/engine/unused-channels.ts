import type { Draft } from './draft.ts';
import type { ContainerState, Partner } from './state.ts';

/**
 * Whether a channel record was reserved by a context and nothing came of it: one that is made anew later says the same.
 * Anybody may ask for a context, for whomever.
 */
export function isUnused(state: ContainerState, { key, inbound, outbound, witness }: Partner): boolean {
  const { applied, epoch } = inbound;
  return applied === 0 && epoch === 0 && outbound.issued === 0 && witness === null && !state.twice.has(key);
}

/** Lets the oldest unused channel record go where a context is about to reserve one more than are kept. */
export function makeRoomForUnused(draft: Draft): void {
  const { state } = draft;
  const unused = [...state.partners.values()].filter((partner) => isUnused(state, partner));
  const [oldest] = unused;
  if (oldest !== undefined && unused.length >= state.limits.unusedChannels)
    draft.push({ change: 'partnerDropped', key: oldest.key });
}
