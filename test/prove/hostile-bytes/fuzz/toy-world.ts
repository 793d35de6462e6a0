import type { Rulebook } from '../../../../container/engine/draft.ts';
import type { ContainerState } from '../../../../container/engine/state.ts';
import { AttackScene } from '../../../vectors/attacks/attack-scene.ts';
import { issueRequest } from '../../../world/issue-request.ts';
import { toyCrypto } from '../../exploration/toy-crypto.ts';

/**
 * Containers under cryptography that costs no more than a hash, so that millions of files can be sealed and signed for
 * them. No rule under test looks into the cryptography.
 */
export interface ToyWorld {
  /** A device that has licenses of two firms, one of them over a dongle. */
  readonly device: AttackScene;
  /** A dongle that has licenses of a firm, one seat of them in transit to the earlier holder. */
  readonly dongle: AttackScene;
}

export async function makeToyWorld(): Promise<ToyWorld> {
  const device = new AttackScene(toyCrypto, 'soft');
  device.firm.add({}, { unitCounter: 10 });
  await device.takes(device.firm);
  const certificates = [device.firm.party.certificate];
  device.dongle.transfer(
    [{ grant: device.firm.grant({}, device.dongle.party.key), item: { quantity: 2 } }],
    certificates,
  );
  await device.takes(device.dongle);
  const dongle = new AttackScene(toyCrypto, 'dongle');
  dongle.firm.add({}, { productCode: 2 });
  await dongle.takes(dongle.firm);
  const context = dongle.contextOf(dongle.earlier);
  await dongle.does(dongle.call('issue', issueRequest({ context, first: 1, parts: [{ holding: 1, quantity: 1 }] })));
  return { device, dongle };
}

export function bookOf({ start }: AttackScene): Rulebook {
  return { crypto: toyCrypto, sealingSecret: start.sealingSecret, lock: null };
}

export function stateOf({ container }: AttackScene): ContainerState {
  return container.state;
}
