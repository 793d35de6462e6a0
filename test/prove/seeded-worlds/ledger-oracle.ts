import type { ItemId, PublicKey } from '../../../container/model/ids.ts';
import type { Member } from './member.ts';
import { refusable } from './scene.ts';
import { foundIn } from './truth.ts';
import type { Vendor } from './vendor.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

/**
 * Has everybody tell the vendors, but for one who keeps silent in some worlds, and demands that their ledgers have every seat that
 * there is and no other: also those in transit, and those that are there twice since what was written off had been applied.
 *
 * Nothing is demanded where a memory was set back or a server was, and of a license only what others than the silent know.
 */
export async function demandLedgers(world: World): Promise<void> {
  for (const member of world.members) member.bind(null);
  for (const vendor of world.vendors) {
    const silent: Member[] = [];
    for (const member of world.members) if (!(await tells(world, member, vendor))) silent.push(member);
    if (world.isSound && !world.restored.has(vendor) && (await vendor.accuses()) === null)
      await demandLedger(world, vendor, silent);
  }
}

async function tells(world: World, member: Member, vendor: Vendor): Promise<boolean> {
  if (member.key === world.silent) return false;
  const made = world.run(member, 'context', { certificate: vendor.certificate, firmCode: null });
  if (!('response' in made)) return false;
  const taken = await refusable(async () => {
    await vendor.receive(made.response.context);
    return true;
  });
  return taken === true;
}

async function demandLedger(world: World, vendor: Vendor, silent: readonly Member[]): Promise<void> {
  const found = foundIn(world.members).seats;
  for (const [itemId, { seats, surplus, granted }] of await vendor.counts()) {
    const there = found.get(itemId) ?? 0;
    const say = `firm ${vendor.firmCode} counts ${seats} seats of ${granted} of the item ${itemId.slice(0, 8)}, and there are ${there}`;
    if (surplus > 0) throw new Violation(`${say}: it calls ${surplus} too many, though nobody was set back`);
    if (silent.some((member) => wasTaken(member, vendor, itemId))) continue;
    const mayBeFewer = silent.some(({ key }) => isParty(world, itemId, key));
    if (seats > there || (seats < there && !mayBeFewer)) throw new Violation(say);
  }
}

/** Whether somebody has lost a license to its vendor, who does not know it yet. */
function wasTaken(member: Member, vendor: Vendor, itemId: ItemId): boolean {
  const settled = vendor.settled();
  return [...member.everApplied].some(
    (meaning) =>
      (meaning.kind === 'withdraw' || meaning.kind === 'replace') && meaning.itemId === itemId && !settled.has(meaning),
  );
}

/** Whether something of a license was written off that somebody had given or got. */
function isParty({ truth }: World, itemId: ItemId, key: PublicKey): boolean {
  return truth.doubted.get(itemId)?.has(key) ?? false;
}
