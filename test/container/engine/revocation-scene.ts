import { signFirmRevocations, signRootRevocations } from '../../../container/files/notices.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { crypto, load, move, order, root, seededEnv, type TestContainer, type TestFirm } from '../../world/parties.ts';
import { apply, holdingId, loaded } from './scene.ts';

export const rootList = (version: number, ...keys: PublicKey[]) =>
  signRootRevocations(crypto, root.seed, { version, keys });

export function firmList(firm: TestFirm, version: number, ...keys: PublicKey[]): Uint8Array {
  return signFirmRevocations(crypto, firm.seed, { firmCode: firm.firmCode, version, keys });
}

/** Brings notices in a file of the firm that carries nothing else; tells what became of each. */
export function bring(firm: TestFirm, it: TestContainer, ...notices: Uint8Array[]) {
  const { applied } = it.container.state.partners.get(firm.key)?.inbound ?? { applied: 0 };
  const update = firm.update(it, { first: applied + 1, last: applied, notices });
  return apply(it, update).notices.map(({ isNew, reason }) => (isNew ? 'new' : reason));
}

/** Different keys, ascending. */
export function manyKeys(count: number): PublicKey[] {
  const env = seededEnv('keys on a list');
  return Array.from({ length: count }, () => toHex(env.random(32)) as PublicKey).sort();
}

/** Moves one seat on, with every file that this makes. */
export function passOn(dongle: TestContainer, target: TestContainer): void {
  const { updates } = order(dongle, target, [{ holding: holdingId(dongle), quantity: 1 }]);
  for (const update of updates) apply(target, update);
}

/** A dongle with five seats and a device that has two of them. */
export function moved() {
  const world = loaded();
  move(world.dongle, world.device, [{ holding: holdingId(world.dongle), quantity: 2 }]);
  load(world.firm, world.device, { productCode: 9 });
  return world;
}
