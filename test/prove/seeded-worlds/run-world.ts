import type { ItemId } from '../../../container/model/ids.ts';
import { audit } from '../../container/engine/audit.ts';
import { DOINGS } from './doings.ts';
import { age, type Healing, heal } from './healing.ts';
import { demandLedgers } from './ledger-oracle.ts';
import type { Member } from './member.ts';
import type { Fault, Transition } from './pairs.ts';
import type { Cast } from './prepared.ts';
import { Scene } from './scene.ts';
import type { History } from './steps.ts';
import type { Telling } from './telling.ts';
import { foundIn, seatsOf } from './truth.ts';
import type { Meaning } from './vendor.ts';
import { Violation } from './violation.ts';
import { type VendorMaker, World } from './world.ts';

/** What came of one history. */
export interface Ran {
  /** How often each fault struck each transition. */
  readonly seen: ReadonlyMap<string, number>;
  /** What it took to bring everything in transit to an end; null when a violation came before. */
  readonly healing: Healing | null;
  /** Whether seats were wrong, which is allowed only where a memory was set back, and was proven. */
  readonly proven: boolean;
  /** What no history may lead to, after how many steps; null when all was well. */
  readonly violation: { readonly what: string; readonly after: number } | null;
}

export function pairName(transition: Transition, fault: Fault): string {
  return `${transition} x ${fault}`;
}

/**
 * Lets a history happen, heals its world, and holds everything against the promise on the way.
 *
 * @param telling is told all of it
 */
export async function runWorld(
  cast: Cast,
  maker: VendorMaker,
  { seed, steps }: History,
  telling?: Telling,
): Promise<Ran> {
  const seen = new Map<string, number>();
  let after = 0;
  try {
    const world = await World.begin(cast, seed, maker);
    telling?.begin(world);
    for (const step of steps) {
      after += 1;
      const scene = new Scene(world, seed, step);
      try {
        await DOINGS[step.transition](scene);
      } finally {
        telling?.step(step, scene.struck);
      }
      world.demandConserved();
      await demandNoAccusation(world);
      await backUp(world, scene);
      const name = pairName(step.transition, scene.struck ? step.fault : 'none');
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }
    await demandLedgers(world);
    const healing = await heal(world);
    telling?.healed(healing);
    world.demandConserved();
    await demandNoAccusation(world);
    await demandLedgers(world);
    const proven = await demandProven(world);
    if (seed % AUDITED === 0) demandBooks(world);
    return { seen, healing, proven, violation: null };
  } catch (error) {
    const what = error instanceof Violation ? error.message : `thrown: ${String(error)}`;
    return { seen, healing: null, proven: false, violation: { what, after } };
  }
}

/** Now and then somebody copies a server, or where that is part of the world, a container. */
async function backUp(world: World, { draw }: Scene): Promise<void> {
  const which = draw(60);
  if (which < 2) await world.vendors[which]?.backUp();
  const member: Member | undefined = which >= 55 && !world.honest ? world.members[which - 55] : undefined;
  if (member !== undefined && !member.isOut) member.spare = member.memory();
}

/** Of so many worlds the books of one are counted anew: that takes as long as many steps. */
const AUDITED = 5;

/** Every container's books are right, and it finds all of them again when it is opened. */
function demandBooks(world: World): void {
  for (const member of world.members) {
    const [wrong] = audit(member.state);
    if (wrong !== undefined) throw new Violation(`the books of ${member.name} are wrong: ${wrong}`);
    const { hash, locked } = member;
    member.reopen();
    if (member.hash !== hash || member.locked !== locked)
      throw new Violation(`${member.name} is another when it is opened again`);
  }
}

/** Nobody accuses anybody while nobody's memory was set back, and no vendor has accepted duplicates. */
async function demandNoAccusation(world: World): Promise<void> {
  if (!world.isSound || world.truth.doubted.size > 0) return;
  const evidence = await evidenceIn(world);
  if (evidence !== null) throw new Violation(`an honest party is accused: ${evidence}`);
}

/** The first piece of evidence about somebody; a vendor whose server was restored was set back indeed, and does not count. */
async function evidenceIn(world: World): Promise<string | null> {
  const restored = new Set<string>([...world.restored].map(({ key }) => key));
  for (const { name, state } of world.members) {
    const about = [...state.evidence.values()].find((evidence) => !restored.has(evidence.about));
    if (about !== undefined) return `${name} says ${about.reason}`;
    if (state.marks.has('rolledBack')) return `${name} was set back`;
  }
  for (const vendor of world.vendors) {
    const accused = await vendor.accuses();
    if (accused !== null && !(accused.self && world.restored.has(vendor)))
      return `firm ${vendor.firmCode} says ${accused.why}`;
  }
  return null;
}

/**
 * Demands of a world in which memories were set back that seats are right, or that somebody can prove why not once everybody
 * has met. Where an anchor locked a container, seats may be out of reach in it, and never doubled.
 *
 * @returns whether it had to be proven
 */
async function demandProven(world: World): Promise<boolean> {
  if (world.isSound || wrongItems(world).length === 0) return false;
  if ((await evidenceIn(world)) !== null) return true;
  age(world);
  await heal(world);
  const wrong = wrongItems(world);
  if (wrong.length === 0) return false;
  // One that gave seats twice and was locked in the end says nothing newer, and may be the only one that could prove it.
  const isSilent = world.members.some(({ tainted, isOut }) => tainted && isOut);
  if ((await evidenceIn(world)) !== null || isSilent) return true;
  throw new Violation('seats are wrong after a memory was set back, and nobody can prove why');
}

/** Items of which there are more seats than there have to be, or fewer where none can be out of reach. */
function wrongItems(world: World): readonly ItemId[] {
  const { seats } = foundIn(world.members);
  const mayMiss = world.members.some(({ isOut }) => isOut);
  const expected = seatsOf(whatIsTrue(world));
  return [...new Set([...seats.keys(), ...expected.keys()])].flatMap((itemId) => {
    const [found, right] = [seats.get(itemId) ?? 0, expected.get(itemId) ?? 0];
    const isMissing = found < right;
    return world.truth.doubted.has(itemId) || found === right || (mayMiss && isMissing) ? [] : [itemId];
  });
}

/**
 * The entries of firms that containers have applied as far as their memories go, and those of which the firms know. What a
 * container had that is out of all this counts as granted, and never as taken away.
 */
function whatIsTrue(world: World): ReadonlySet<Meaning> {
  const meanings = new Set<Meaning>();
  for (const member of world.members)
    for (const meaning of member.isOut ? member.everApplied : member.applied)
      if (!member.isOut || meaning.kind === 'add') meanings.add(meaning);
  for (const vendor of world.vendors) for (const meaning of vendor.settled()) meanings.add(meaning);
  return meanings;
}
