import type { UnderWay } from './next-commands.ts';
import { quoted } from './printable.ts';
import type { Answers } from './under-way.ts';

/** What stands in a command for a License Central that is none of those asked. */
const CENTRAL = 'DIR';

/**
 * By which its vendors write off what a container has in transit to a target that takes nothing any more, or was not asked: then for
 * when that is lost. None where nothing is to be written off. What a License Central granted is never written off.
 */
export function writeOffsOf(way: UnderWay, { firms }: Pick<Answers, 'firms'>): readonly string[] {
  const { giver, to, toAddress, barred } = way;
  if (giver === null || (toAddress !== null && barred === null)) return [];
  const last = new Map<number, number>();
  for (const { firmCode, sequence, writtenOff } of way.entries)
    if (!writtenOff) last.set(firmCode, Math.max(sequence, last.get(firmCode) ?? 0));
  return [...last].map(([firmCode, through]) => {
    const place = firms.find((firm) => firm.firmCode === firmCode)?.address.slice('central:'.length);
    const central = place === undefined ? CENTRAL : quoted(place);
    // Where both are at hand, the giver is asked for what is given up.
    const from = place === undefined ? giver : quoted(way.from);
    return `ferry central write-off ${central} --from ${from} --target ${to} --through ${through} --firm ${firmCode} --dry-run`;
  });
}

/** When a write-off is due, ahead of the commands. */
export function whenWrittenOff({ to, barred }: UnderWay): string {
  const does = 'its vendor writes off what is in transit to it:';
  if (barred === 'retired') return `${to} was set back and takes nothing any more: ${does}`;
  if (barred === 'locked')
    return `${to} is locked and takes nothing. Where its latest state cannot be put back, ${does}`;
  return `Where ${to} is lost for good, ${does}`;
}
