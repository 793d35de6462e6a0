import type { Listing } from '../../container/commands/list.ts';
import { type Styled, styled } from './output.ts';

type Condition = Pick<Listing, 'locked' | 'retired' | 'lockedFirms' | 'rolledBack'>;

/** What keeps a container from doing all that it could, in sentences; none of a sound one. */
export function conditionsOf({ locked, retired, lockedFirms, rolledBack }: Condition): readonly Styled[] {
  const firms = lockedFirms.map((code) => `firm ${code}`).join(', ');
  return [
    ...(locked ? [styled('red', 'Locked: its state does not match its anchor.')] : []),
    ...(retired
      ? [styled('yellow', 'Set back, and used as it is: it takes nothing and gives nothing on any more.')]
      : []),
    ...(lockedFirms.length > 0 ? [styled('red', `Locked are the licenses of: ${firms}.`)] : []),
    ...(rolledBack ? [styled('red', 'Set back: a partner has proof of it; it issues nothing.')] : []),
  ];
}
