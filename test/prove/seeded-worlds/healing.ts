import type { RequestTo } from '../../../container/commands/codecs-of.ts';
import type { CommandName } from '../../../container/commands/index.ts';
import { sealPin } from '../../../container/files/sealed-pin.ts';
import { fromHex, utf8 } from '../../../container/model/bytes.ts';
import type { Member, Outcome } from './member.ts';
import { refusable } from './scene.ts';
import type { Vendor } from './vendor.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

/** Ferry rounds after which nothing may be in transit. */
const ROUNDS = 5;

/** What it took until nothing was in transit any more. */
export interface Healing {
  readonly rounds: number;
  /** What had to be done first: nothing, everything in transit called back, or room made in the smallest devices as well. */
  readonly after: 'nothing' | 'calling back' | 'making room';
}

/**
 * Everything honest works again: vendors say what happened to their servers, and people carry fresh update files to everybody
 * and fresh contexts back.
 *
 * @throws Violation when something stays in transit between parties whose memory is what their partners know
 */
export async function heal(world: World): Promise<Healing> {
  for (const member of world.members) member.bind(null);
  for (const vendor of world.vendors) if (world.restored.has(vendor)) await vendor.declareRestored();
  const rounds = await ferry(world);
  if (rounds !== null) return { rounds, after: 'nothing' };
  const stuck = await left(world, (to) => !to.isNarrow);
  if (stuck !== null) throw new Violation(`${stuck} stays in transit, although there is room for it`);
  for (const member of world.members)
    for (const { target, sequence } of [...member.state.pending.values()])
      asOwner(world, member, 'cancel', { target, sequences: [sequence] });
  for (const vendor of world.vendors)
    for (const member of world.members) await refusable(() => vendor.cancel(member.key));
  const again = await ferry(world);
  if (again !== null) return { rounds: again, after: 'calling back' };
  // A device that has no memory for a stranger cannot even tell that it refuses what the stranger sends.
  for (const member of world.members) {
    member.keepSmall(null);
    member.keepLogShort(null);
  }
  const atLast = await ferry(world);
  if (atLast !== null) return { rounds: atLast, after: 'making room' };
  throw new Violation(`${await left(world)} stays in transit, whatever is carried and called back`);
}

/** Rounds that it took; null when something is in transit after all of them. */
async function ferry(world: World): Promise<number | null> {
  for (let round = 0; round <= ROUNDS; round++) {
    if (round > 0 && (await left(world)) === null) return round;
    await bringUpdates(world);
    await bringContexts(world);
  }
  return null;
}

/** What is in transit between two whose memory was never set back, to those that are meant; null when nothing is. */
async function left(world: World, isMeant: (to: Member) => boolean = () => true): Promise<string | null> {
  for (const member of world.members)
    for (const { target, sequence } of member.state.pending.values()) {
      const to = world.member(target);
      if (isWell(member) && to !== undefined && isWell(to) && isMeant(to))
        return `${sequence} from ${member.name} to ${to.name}`;
    }
  for (const vendor of world.vendors)
    for (const [key, entries] of await vendor.pending()) {
      const to = world.member(key);
      if (entries > 0 && to !== undefined && isWell(to) && isMeant(to))
        return `something of ${vendor.firmCode} to ${to.name}`;
    }
  return null;
}

function isWell(member: Member): boolean {
  return !member.tainted && !member.isOut;
}

async function bringUpdates(world: World): Promise<void> {
  for (const vendor of world.vendors)
    for (const to of world.members) {
      if (!(await isNews(world, vendor, to))) continue;
      const files = await refusable(() => vendor.updates(to.key));
      if ('refused' in files) continue;
      for (const { bytes, meanings } of files) {
        world.folder.know({ kind: 'update', from: vendor.key, to: to.key, bytes, meanings });
        world.run(to, 'apply', { update: bytes });
      }
    }
  for (const from of world.members)
    for (const to of world.members) {
      if (from === to || !isWorthIt(world, from, to)) continue;
      const made = asOwner(world, from, 'transit', { target: to.key });
      if ('response' in made) for (const update of made.response.updates) world.run(to, 'apply', { update });
    }
}

async function bringContexts(world: World): Promise<void> {
  for (const from of world.members) {
    for (const vendor of world.vendors) if (await isNews(world, vendor, from)) await tell(world, from, vendor);
    for (const to of world.members) {
      if (from === to || !isWorthIt(world, to, from)) continue;
      const made = world.run(from, 'context', { certificate: to.certificate, firmCode: null });
      if ('response' in made) asOwner(world, to, 'settle', { context: made.response.context });
    }
  }
}

/** Where every memory is what it is taken for, files are news only between those who have something in transit. */
function isWorthIt(world: World, issuer: Member, target: Member): boolean {
  if (issuer.issues === 'nothing') return false;
  const channel = issuer.state.partners.get(target.key)?.outbound;
  return channel !== undefined && (!world.isSound || channel.issued > channel.settled);
}

async function isNews(world: World, vendor: Vendor, target: Member): Promise<boolean> {
  const tells = [...target.state.logs.values()].some(({ first, next }) => next > first);
  return !world.isSound || tells || ((await vendor.pending()).get(target.key) ?? 0) > 0;
}

async function tell(world: World, from: Member, vendor: Vendor): Promise<void> {
  const made = world.run(from, 'context', { certificate: vendor.certificate, firmCode: null });
  if ('response' in made) await refusable(() => vendor.receive(made.response.context));
}

/** A command by the owner, who shows the PIN where it is needed. */
export function asOwner<N extends CommandName>(
  world: World,
  member: Member,
  name: N,
  request: RequestTo<N>,
): Outcome<N> {
  const outcome = world.run(member, name, request);
  if (outcome.code !== 'OWNER_NEEDED' || member.pin === null) return outcome;
  const asked = world.run(member, 'challenge', {});
  if (!('response' in asked)) return outcome;
  const seal = { purpose: 'unlock', container: member.key, challenge: asked.response.challenge } as const;
  const sealingKey = fromHex(member.state.identity.sealingKey);
  const sealed = sealPin(world.cast.crypto, sealingKey, seal, utf8(member.pin), member.env.random(32));
  return world.run(member, 'unlock', { sealed }).code === null ? world.run(member, name, request) : outcome;
}

/** Makes containers that were set back as old again as they had been: until then their word is merely late. */
export function age(world: World): void {
  const items = [{ firmCode: 1, productCode: 1, quantity: 1 }];
  for (const member of world.members)
    for (let commits = 0; commits < MOST_COMMITS && member.tainted && !member.isOut; commits++) {
      if (member.generation > member.mostGeneration) break;
      const armed = asOwner(world, member, 'arm-order', { items, kinds: [], keys: [], most: 1 });
      if ('response' in armed) asOwner(world, member, 'disarm-order', { id: armed.response.id });
      else break;
    }
}

/** More commits than a history has. */
const MOST_COMMITS = 2000;
