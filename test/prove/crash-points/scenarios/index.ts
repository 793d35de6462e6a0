import { FIRMS } from './firms.ts';
import { FULL } from './full.ts';
import { MOVES } from './moves.ts';
import { OWNERS } from './owners.ts';
import type { Scenario } from './scenario.ts';

export const SCENARIOS: readonly Scenario[] = [...MOVES, ...FIRMS, ...OWNERS, ...FULL];
