import { carrierSchemeOf } from '../../carriers/address.ts';
import { SECRET_VARIABLES } from '../../carriers/exec/secret-variables.ts';
import type { ContainerClient } from '../../container/commands/client.ts';
import { COMMANDS } from '../../container/commands/index.ts';
import type { Listing } from '../../container/commands/list.ts';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import type { Env } from '../../container/env.ts';
import { FerryError } from '../../container/errors.ts';
import { testRoot } from '../../container/files/test-root.ts';
import { type OwnerTools, unlockOwner } from '../../container/owner-client.ts';
import { type FarBank, withContainer } from './addresses.ts';
import { usage } from './parse-arguments.ts';
import type { CommandContext } from './run-ferry.ts';

/**
 * Reaches a container as `withContainer` does, and shows it the PIN before the first command that is meant for its owner,
 * where one is set and the PIN is at hand. Without the PIN, or with a blocked one, it is tried all the same: a work order
 * may allow it.
 */
export function withOwner<T>(
  far: FarBank,
  context: CommandContext,
  address: string,
  work: (client: ContainerClient) => Promise<T> | T,
): Promise<T> {
  return withContainer(far, address, (client) => work(asOwner(context, client, address)));
}

/** Refuses an address over which nobody is the owner. @throws OWNER_NOT_OVER_HTTP */
export function requireOwnersWay(address: string): void {
  if (carrierSchemeOf(address) === 'http') throw new FerryError('OWNER_NOT_OVER_HTTP', { where: address });
}

/** What became of showing the PIN. `blocked`: it would not even be compared. */
type Shown = 'shown' | 'not shown' | 'blocked';

/** How often in a row the PIN is shown for one command, where the way breaks each time before that is carried out. */
const MOST_SHOWN = 5;

function asOwner(context: CommandContext, client: ContainerClient, address: string): ContainerClient {
  let shown: Promise<Shown> | undefined;
  let first: Listing | undefined;
  const show = async (): Promise<Shown> => {
    first ??= await client.call('list', {});
    return showPin(context, client, first);
  };
  return {
    call: async (name, request) => {
      if (COMMANDS[name].asker !== 'owner') return client.call(name, request);
      requireOwnersWay(address);
      for (let times = 1; ; times++) {
        shown ??= show();
        const before = await shown;
        try {
          return await client.call(name, request);
        } catch (error) {
          if (!(error instanceof FerryError) || error.code !== 'OWNER_NEEDED' || before === 'not shown') throw error;
          if (before === 'blocked') throw new FerryError('PIN_BLOCKED', error.details, { cause: error });
          // What was asked for may have been carried out before one of them broke: it is not refused.
          if (times === MOST_SHOWN) throw brokenEachTime(address, error);
          // The way to it broke and was opened anew: the container knows its owner no longer. Still only the first one is meant.
          shown = undefined;
        }
      }
    },
    close: () => client.close(),
  };
}

function brokenEachTime(where: string, cause: FerryError): FerryError {
  return new FerryError('CARRIER_LOST', { where, why: 'each time that the PIN was shown, it broke again' }, { cause });
}

/** @param listing of whom the PIN is asked for, verified */
async function showPin(context: CommandContext, client: ContainerClient, listing: Listing): Promise<Shown> {
  const { pinTries, serial, certificate } = listing;
  if (pinTries === null) return 'not shown';
  if (pinTries === 0) return 'blocked';
  const pin = await pinAtHand(context, serial ?? 'a container that is not certified');
  if (pin === undefined) return 'not shown';
  await unlockOwner(client, pin, ownerTools(context.env, certificate));
  return 'shown';
}

/** What it takes to show a PIN to the container of a certificate, under the TEST root. */
export function ownerTools(env: Env, certificate: Uint8Array | null): OwnerTools {
  const crypto = nativeCrypto();
  return { crypto, random: (length) => env.random(length), root: testRoot(crypto), certificate };
}

/** Whether there is a PIN to show, or somebody who can be asked for it. */
export function isPinAtHand(context: CommandContext): boolean {
  return context.canAsk || (context.variable(SECRET_VARIABLES.pin) ?? '') !== '';
}

/** The PIN from the environment, or from whoever sits at the terminal; undefined when there is neither. */
async function pinAtHand(context: CommandContext, name: string): Promise<string | undefined> {
  const given = context.variable(SECRET_VARIABLES.pin) ?? '';
  return given === '' ? context.ask(`PIN of ${name}: `) : given;
}

/** The present PIN, which has to be at hand. @throws PIN_NEEDED */
export async function presentPin(context: CommandContext, name: string): Promise<string> {
  const pin = await pinAtHand(context, name);
  if (pin === undefined)
    throw new FerryError('PIN_NEEDED', { what: `The PIN of ${name}`, variable: SECRET_VARIABLES.pin });
  return pin;
}

/** A new PIN from the environment, or typed twice. @throws PIN_NEEDED, USAGE_WRONG when the two differ */
export async function newPin(context: CommandContext, name: string): Promise<string> {
  const given = context.variable(SECRET_VARIABLES.newPin) ?? '';
  if (given !== '') return given;
  const typed = await context.ask(`New PIN of ${name}: `);
  if (typed === undefined)
    throw new FerryError('PIN_NEEDED', { what: `A new PIN for ${name}`, variable: SECRET_VARIABLES.newPin });
  if ((await context.ask('Once more: ')) !== typed) throw usage('The new PIN was not typed the same twice');
  return typed;
}
