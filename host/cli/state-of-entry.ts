import type { EntryUnderWay } from './next-commands.ts';
import { type Part, styled } from './output.ts';

type Shown = Pick<EntryUnderWay, 'cancelled' | 'writtenOff' | 'arrived'>;

/** How an entry in transit stands: by its issuer, and by its target where that was asked. */
export function stateOfEntry({ cancelled, writtenOff, arrived }: Shown): Part {
  if (writtenOff) return styled('yellow', 'written off, held again');
  if (cancelled) return styled('yellow', 'cancelled, waits for the receipt');
  if (arrived === null) return 'on its way, as far as is known';
  return arrived ? 'arrived, waits for the receipt' : 'on its way';
}
