import type { Standing } from './unfinished-places.ts';

const WORDS: Readonly<Record<string, string>> = {
  issued: 'in transit',
  applied: 'applied, to be settled',
};

/**
 * How far an unfinished move is, as people call it.
 *
 * @param step the state that is stored of it
 * @param standing how it stands by what its issuer shows, which may have issued it although its answer was lost
 */
export function stepWords(step: string, standing?: Standing): string {
  if (step !== 'planned') return WORDS[step] ?? step;
  if (standing === 'open') return 'in transit';
  return standing === 'unknown' ? 'planned, perhaps in transit' : 'planned';
}
