import type { Doing } from './at-containers.ts';
import type { Member } from './member.ts';
import { refusable, type Scene } from './scene.ts';
import { someLicense } from './some-license.ts';
import type { ItemOrder, Vendor } from './vendor.ts';

/** Some container that a vendor deals with, or the one that is taken for it. */
async function target(scene: Scene, wanted?: (member: Member) => boolean): Promise<Member | undefined> {
  const meant = await scene.member(wanted);
  return meant === undefined ? undefined : scene.mixedUp(meant);
}

export const grant: Doing = async (scene) => {
  const to = await target(scene);
  const spec = someLicense(scene.draw);
  if (to !== undefined) await scene.atServer(() => scene.vendor().grant(to.key, [spec]));
};

/** A change of an item where some container has it; the vendor may be wrong about how many seats are there. */
export function change(kind: ItemOrder['kind']): Doing {
  return async (scene) => {
    const meant = await scene.member(({ state }) => state.holdings.size > 0);
    const holding = meant === undefined ? undefined : scene.pick([...meant.state.holdings.values()]);
    if (meant === undefined || holding === undefined) return;
    const { itemId } = holding;
    const firm = meant.state.grants.get(itemId)?.firm;
    const vendor = firm === undefined ? undefined : scene.world.vendor(firm);
    const held = (meant.state.holdingsOfItem.get(itemId) ?? []).map(
      (id) => meant.state.holdings.get(id)?.quantity ?? 0,
    );
    const seats = held.reduce((sum, quantity) => sum + quantity, 0) + (scene.draw(6) === 0 ? 1 : 0);
    const at = scene.mixedUp(meant).key;
    if (vendor === undefined || seats === 0) return;
    await scene.atServer(() => vendor.change({ kind, itemId, at, seats, by: someLicense(scene.draw) }));
  };
}

export const unblock: Doing = async (scene) => {
  const to = await target(scene);
  if (to !== undefined) await scene.atServer(() => scene.vendor().unblock(to.key));
};

/** Gives up what somebody has in transit to somebody, who may be lost or not. Mostly the giver hears of it at once. */
export const writeOff: Doing = async (scene) => {
  const from = await target(scene, ({ state }) => state.pending.size > 0);
  const entry = from === undefined ? undefined : scene.pick([...from.state.pending.values()]);
  if (from === undefined || entry === undefined || scene.draw(2) === 0) return;
  const vendor = scene.world.vendors.find(({ firmCode }) => firmCode === entry.firmCode) ?? scene.vendor();
  const order = { from: from.key, target: entry.target, through: entry.sequence };
  if (vendor.asksBeforeWriteOff) {
    const told = scene.command(from, 'context', { certificate: vendor.certificate, firmCode: null });
    if ('response' in told) await scene.tell(vendor, told.response.context);
  }
  await scene.atServer(() => vendor.writeOff(order));
  if (scene.draw(3) > 0) await bring(scene, from, await scene.vendorFiles(vendor, from));
};

export const revoke: Doing = async (scene) => {
  const to = await target(scene);
  const lift = scene.draw(4) > 0;
  if (to !== undefined) await scene.atServer(() => scene.vendor().revoke(to.key, lift));
};

export const firmWrites: Doing = async (scene) => {
  const to = await target(scene);
  if (to !== undefined) scene.leave(await scene.vendorFiles(scene.vendor(), to));
};

export const firmTakes: Doing = async (scene) => {
  if ((await scene.member()) === undefined) return;
  const meant = scene.vendor();
  const files = scene.take('context', meant.key);
  const other = scene.is('mixed up') ? scene.world.vendors.find((it) => it !== meant) : undefined;
  if (scene.is('mixed up')) scene.strike();
  for (const context of files) await scene.tell(other ?? meant, context);
};

export const firmCancels: Doing = async (scene) => {
  const to = await target(scene);
  if (to !== undefined) await scene.atServer(() => scene.vendor().cancel(to.key));
};

/** A context is carried to a vendor, what it answers to the container, and the receipt lies about then. */
export const certifyTime: Doing = async (scene) => {
  const member = await target(scene);
  const vendor = scene.vendor();
  const context = member === undefined ? undefined : errandContext(scene, member, vendor);
  if (member === undefined || context === undefined) return;
  await scene.tell(vendor, context);
  await bring(scene, member, await scene.vendorFiles(vendor, member));
};

/** A vendor is asked to accept the state of a container, which mostly is not locked at all. */
export const reAnchor: Doing = async (scene) => {
  const locked = scene.world.members.filter((member) => member.locked || member.state.locks.size > 0);
  const member = await target(scene, (one) => locked.length === 0 || locked.includes(one));
  const vendor = scene.vendor();
  const context = member === undefined ? undefined : errandContext(scene, member, vendor);
  if (member === undefined || context === undefined || scene.world.isKeptBack(context)) return;
  const word = await scene.atServer(() => vendor.accept(context));
  if (word !== undefined)
    await bring(scene, member, [scene.know(vendor, member, { bytes: word, meanings: new Map() })]);
  else if (scene.draw(2) === 0) await bring(scene, member, await scene.vendorFiles(vendor, member));
};

/** A vendor says that its server was restored, and a container is the first to be asked. */
export const beginEpoch: Doing = async (scene) => {
  const member = await target(scene);
  const vendor = scene.vendor();
  if (member === undefined) return;
  await scene.atServer(() => vendor.declareRestored());
  const context = errandContext(scene, member, vendor);
  if (context === undefined || scene.world.isKeptBack(context)) return;
  await refusable(() => vendor.receive(context));
  const files = await scene.vendorFiles(vendor, member);
  const late = scene.draw(2) === 0 ? scene.world.folder.any(scene.draw, 'update', member.key) : undefined;
  if (late !== undefined) scene.world.run(member, 'apply', { update: late.bytes });
  await bring(scene, member, files);
};

/** The context that a person carries on an errand: a new one, or whatever else they take for it. */
function errandContext(scene: Scene, member: Member, vendor: Vendor): Uint8Array | undefined {
  const made = scene.command(member, 'context', { certificate: vendor.certificate, firmCode: null });
  if (!('response' in made)) return undefined;
  const { context } = made.response;
  if (scene.is('old file', 'other target')) return scene.take('context', vendor.key)[0] ?? context;
  if (scene.is('file lost')) {
    scene.strike();
    return undefined;
  }
  const file = scene.world.folder.made(context);
  if (file !== undefined && scene.draw(2) === 0) scene.world.folder.put(file);
  return scene.is('bit flipped', 'truncated', 'recombined') && file !== undefined ? scene.damage(file) : context;
}

async function bring(scene: Scene, member: Member, updates: readonly Uint8Array[]): Promise<void> {
  if (scene.is('file twice')) scene.strike();
  for (const update of scene.is('file twice') ? [...updates, ...updates] : updates) {
    const applied = scene.command(member, 'apply', { update });
    if ('response' in applied) scene.leave([applied.response.receipt]);
  }
}
