import { setTimeout as wait } from 'node:timers/promises';
import { steadyClock } from '../../container/crypto/native/system-env.adapter.ts';
import { inTurn } from './in-turn.ts';

/** Milliseconds between two tries. */
const PAUSE = 50;

/** @throws as `inTurn` */
export function openedInTurn<T>(open: () => Promise<T>): Promise<T> {
  return inTurn(open, process.pid, { now: steadyClock, pause: () => wait(PAUSE) });
}
