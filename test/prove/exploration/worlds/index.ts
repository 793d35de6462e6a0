import type { WorldPlan } from '../world.ts';
import { CHAINS } from './chains.ts';
import { CLOCKS } from './clocks.ts';
import { COPIES } from './copies.ts';
import { FIRMS } from './firms.ts';
import { LIMITS } from './limits.ts';
import { LISTS } from './lists.ts';
import { LOCKS } from './locks.ts';
import { LOSSES } from './losses.ts';
import { MOVES } from './moves.ts';
import { RESTORED } from './restored.ts';

export const WORLDS: readonly WorldPlan[] = [
  ...MOVES,
  ...CHAINS,
  ...FIRMS,
  ...LIMITS,
  ...COPIES,
  ...LOSSES,
  ...LISTS,
  ...RESTORED,
  ...LOCKS,
  ...CLOCKS,
];
