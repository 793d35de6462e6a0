import type { EntryUnderWay } from './next-commands.ts';
import { type Part, styled } from './output.ts';

type Shown = Pick<EntryUnderWay, 'cancelled' | 'writtenOff' | 'standing'>;

/** How an entry in transit stands: by its issuer, and by its target where that was asked. */
export function stateOfEntry({ cancelled, writtenOff, standing }: Shown): Part {
  if (writtenOff) return styled('yellow', 'written off, held again');
  if (standing === 'refused') return styled('yellow', 'refused, waits for the receipt');
  if (cancelled && standing === 'arrived')
    return styled('yellow', 'arrived before its cancellation, waits for the receipt');
  if (cancelled && standing !== 'decided') return styled('yellow', 'cancelled, waits for the receipt');
  return WORDS[standing];
}

const WORDS = {
  unknown: 'on its way, as far as is known',
  underWay: 'on its way',
  arrived: 'arrived, waits for the receipt',
  decided: 'applied or refused, waits for the receipt',
} as const;
