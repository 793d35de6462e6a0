import { decideApply } from '../../../../container/engine/decide-apply.ts';
import { decideContext } from '../../../../container/engine/decide-context.ts';
import { decideIssue } from '../../../../container/engine/decide-issue.ts';
import { decideSettle } from '../../../../container/engine/decide-settle.ts';
import { type Decided, Draft } from '../../../../container/engine/draft.ts';
import type { ContainerState } from '../../../../container/engine/state.ts';
import { grantOf } from '../../../../container/engine/stored.ts';
import type { Refusal } from '../../../../container/errors.ts';
import { encodeRecord } from '../../../../container/store/record.ts';
import { issueRequest } from '../../../world/issue-request.ts';
import { CraftedFiles } from './crafted-files.ts';
import { Broken, type FuzzTarget, type Verdict } from './fuzz-target.ts';
import { bookOf, stateOf, type ToyWorld } from './toy-world.ts';
import { UntouchedState } from './untouched-state.ts';

const RANDOM = '5a'.repeat(16);

/** What a rule decides, carried out on a copy. The state itself stays what it was. */
function judged(untouched: UntouchedState, decide: () => Decided<unknown> | Refusal): Verdict {
  const verdict = carriedOut(untouched.state, decide());
  untouched.look();
  return verdict;
}

/** What was decided can be written to the journal, and of no item it leaves more seats than were granted. */
function carriedOut(state: ContainerState, decided: Decided<unknown> | Refusal): Verdict {
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
  const [ofDevice, ofDongle] = [new UntouchedState(here), new UntouchedState(there)];
  const entropy = new Uint8Array(32);
  const parts = [{ holding: 1, quantity: 1 }];
  return [
    {
      name: 'container: apply on a device',
      thousands: 40,
      make: (random) => forDevice.update(random),
      give: (input) => judged(ofDevice, () => decideApply(here, bookOf(device), input, null, RANDOM)),
    },
    {
      name: 'container: apply on a dongle',
      thousands: 20,
      make: (random) => forDongle.update(random),
      give: (input) => judged(ofDongle, () => decideApply(there, bookOf(dongle), input, null, RANDOM)),
    },
    {
      name: 'container: refuse',
      thousands: 20,
      make: (random) => forDevice.update(random),
      give: (input) => judged(ofDevice, () => decideApply(here, bookOf(device), input, here.holdings.size, RANDOM)),
    },
    {
      name: 'container: settle',
      thousands: 40,
      make: (random) => forDongle.context(random),
      give: (input) => judged(ofDongle, () => decideSettle(there, bookOf(dongle), input, 'owner')),
    },
    {
      name: 'container: issue',
      thousands: 40,
      make: (random) => forDongle.context(random),
      give: (context) =>
        judged(ofDongle, () =>
          decideIssue(there, bookOf(dongle), issueRequest({ context, first: 2, parts }), entropy, 'owner'),
        ),
    },
    {
      name: 'container: context',
      thousands: 40,
      make: (random) => forDevice.certificate(random),
      give: (certificate) =>
        judged(ofDevice, () => decideContext(here, bookOf(device), { certificate, firmCode: null }, RANDOM)),
    },
  ];
}
