import { setTimeout as wait } from 'node:timers/promises';
import { FerryError } from '../../container/errors.ts';
import { certifiedClient } from './certified-client.ts';
import { openCarrier } from './open-carrier.adapter.ts';
import { nameOf, peerOf } from './peers.ts';

/** @see Lookout */
export async function look(address: string): Promise<string | FerryError> {
  const client = certifiedClient(openCarrier(address));
  try {
    return nameOf(await peerOf(address, await client.call('list', {})));
  } catch (error) {
    if (error instanceof FerryError) return error;
    throw error;
  } finally {
    await client.close();
  }
}

/** Milliseconds between two looks. */
const PAUSE = 500;

/** @see Lookout */
export async function pause(): Promise<void> {
  await wait(PAUSE);
}
