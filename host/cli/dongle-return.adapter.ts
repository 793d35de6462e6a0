import { setTimeout as pause } from 'node:timers/promises';
import { absence } from './open-carrier.adapter.ts';

/** Milliseconds between two looks. */
const PAUSE = 500;

/** @see Return */
export async function dongleReturns(address: string): Promise<void> {
  while ((await absence(address)) !== undefined) await pause(PAUSE);
}
