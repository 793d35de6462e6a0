import { setTimeout as wait } from 'node:timers/promises';

export { absence } from './open-carrier.adapter.ts';

/** Milliseconds between two looks. */
const PAUSE = 500;

/** @see Lookout */
export async function pause(): Promise<void> {
  await wait(PAUSE);
}
