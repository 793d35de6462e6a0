import { decideApply } from '../../../../container/engine/decide-apply.ts';
import { decideContext } from '../../../../container/engine/decide-context.ts';
import { decideIssue } from '../../../../container/engine/decide-issue.ts';
import { decideSettle } from '../../../../container/engine/decide-settle.ts';
import { type Decided, Draft } from '../../../../container/engine/draft.ts';
import { type ContainerState, stateHash } from '../../../../container/engine/state.ts';
import { grantOf } from '../../../../container/engine/stored.ts';
import type { Refusal } from '../../../../container/errors.ts';
import { encodeRecord } from '../../../../container/store/record.ts';
import { issueRequest } from '../../../world/issue-request.ts';
import { CraftedFiles } from './crafted-files.ts';
import { Broken, type FuzzTarget, type Verdict } from './fuzz-target.ts';
import { bookOf, stateOf, type ToyWorld } from './toy-world.ts';

const RANDOM = '5a'.repeat(16);

/**
 * What a rule decided, carried out on a copy: it can be written to the journal, and no item has more seats than were
 * granted. The state itself stays what it was.
 */
function judged(state: ContainerState, decide: () => Decided<unknown> | Refusal): Verdict {
  const before = stateHash(state);
  const decided = decide();
  if (stateHash(state) !== before) throw new Broken('deciding changed the state');
  if (!decided.ok) return 'refused';
  if (decided.changes.length > 0) encodeRecord({ chained: true, salt: new Uint8Array(16), changes: decided.changes });
  const after = new Draft(state);
  for (const change of decided.changes) after.push(change);
  const held = new Map<string, number>();
  for (const { itemId, quantity } of after.state.holdings.values()) {
    const sum = (held.get(itemId) ?? 0) + quantity;
    held.set(itemId, sum);
    if (sum > grantOf(after.state, itemId).quantity) throw new Broken(`${sum} seats of one item`);
  }
  return 'accepted';
}

/** Files and certificates as a container takes them: sealed and signed by those who may, whatever is inside. */
export function containerTargets({ device, dongle }: ToyWorld): readonly FuzzTarget[] {
  const [forDevice, forDongle] = [new CraftedFiles(device), new CraftedFiles(dongle)];
  const [here, there] = [stateOf(device), stateOf(dongle)];
  const entropy = new Uint8Array(32);
  const parts = [{ holding: 1, quantity: 1 }];
  return [
    {
      name: 'container: apply on a device',
      thousands: 40,
      make: (random) => forDevice.update(random),
      give: (input) => judged(here, () => decideApply(here, bookOf(device), input, null, RANDOM)),
    },
    {
      name: 'container: apply on a dongle',
      thousands: 20,
      make: (random) => forDongle.update(random),
      give: (input) => judged(there, () => decideApply(there, bookOf(dongle), input, null, RANDOM)),
    },
    {
      name: 'container: refuse',
      thousands: 20,
      make: (random) => forDevice.update(random),
      give: (input) => judged(here, () => decideApply(here, bookOf(device), input, here.holdings.size, RANDOM)),
    },
    {
      name: 'container: settle',
      thousands: 40,
      make: (random) => forDongle.context(random),
      give: (input) => judged(there, () => decideSettle(there, bookOf(dongle), input, 'owner')),
    },
    {
      name: 'container: issue',
      thousands: 40,
      make: (random) => forDongle.context(random),
      give: (context) =>
        judged(there, () =>
          decideIssue(there, bookOf(dongle), issueRequest({ context, first: 2, parts }), entropy, 'owner'),
        ),
    },
    {
      name: 'container: context',
      thousands: 40,
      make: (random) => forDevice.certificate(random),
      give: (certificate) =>
        judged(here, () => decideContext(here, bookOf(device), { certificate, firmCode: null }, RANDOM)),
    },
  ];
}
