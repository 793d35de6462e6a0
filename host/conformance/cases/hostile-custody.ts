import { signGrant } from '../../../container/files/test-root.ts';
import type { CaseFamily } from '../conformance-case.ts';
import { notHeld } from '../holdings.ts';
import { flipped } from '../makers/damaged.ts';
import { newContainer, newFirm } from '../makers/parties.ts';
import { movedWhole, signedTransfer } from '../makers/test-dongle.ts';
import { firstHop, ofDongle, overTwo, refusedTransfer } from './refused-transfer.ts';

/** Transfers whose way from the vendor cannot be shown. */
export const hostileCustody: CaseFamily = {
  name: 'apply, hostile custody',
  about: 'Transfers whose signed way has a hole, or on whose way something grew.',
  cases: [
    refusedTransfer(
      'custody-unsigned',
      'A transfer whose record is not signed is refused',
      'CUSTODY_WRONG',
      (bench) => ({
        grant: ofDongle(bench),
        bends: { signature: null },
      }),
    ),
    refusedTransfer(
      'custody-signature',
      'A transfer whose record another key signed is refused',
      'CUSTODY_WRONG',
      (bench) => ({
        grant: ofDongle(bench),
        bends: { signature: bench.tools.env.random(64) },
      }),
    ),
    refusedTransfer(
      'custody-other-sequence',
      'A transfer record of another sequence is refused',
      'CUSTODY_WRONG',
      (bench) => ({
        grant: ofDongle(bench),
        bends: { record: { sequence: bench.dongle.issued + 2 } },
      }),
    ),
    refusedTransfer(
      'custody-other-target',
      'A transfer record for another target is refused',
      'CUSTODY_WRONG',
      (bench) => ({
        grant: ofDongle(bench),
        bends: { record: { to: bench.earlierHolder.key } },
      }),
    ),
    refusedTransfer(
      'custody-other-sender',
      'A transfer record of another sender is refused',
      'CUSTODY_WRONG',
      (bench) => ({
        grant: ofDongle(bench),
        bends: { record: { from: bench.earlierHolder.key } },
      }),
    ),
    refusedTransfer(
      'custody-other-units',
      'Units beside the record that differ from it are refused',
      'CUSTODY_WRONG',
      (bench) => ({
        grant: ofDongle(bench, { unitCounter: 10 }),
        moved: { item: { units: 5 }, carried: { units: 10 } },
      }),
    ),
    refusedTransfer(
      'custody-first-holder',
      'A license of another first holder, without its way, is refused',
      'CUSTODY_WRONG',
      (bench) => ({
        grant: bench.firm.grant({}, bench.earlierHolder.key),
      }),
    ),
    refusedTransfer(
      'custody-forged-hop',
      'An earlier hop that its sender did not sign is refused',
      'CUSTODY_WRONG',
      (bench) =>
        overTwo(bench, (grant) => {
          const hop = firstHop(bench, grant);
          return [flipped(hop, hop.length - 1)];
        }),
    ),
    refusedTransfer(
      'custody-hole',
      'An earlier hop that leads to another container leaves a hole',
      'CUSTODY_WRONG',
      (bench) =>
        overTwo(bench, (grant) => {
          const { tools, earlierHolder } = bench;
          const { firmCode } = grant.grant;
          const content = { to: newContainer(tools).key, sequence: 1, firmCode, items: [movedWhole(grant)] };
          return [signedTransfer(tools, earlierHolder, content)];
        }),
    ),
    refusedTransfer(
      'custody-other-item',
      'An earlier hop of another item does not lead here',
      'CUSTODY_WRONG',
      (bench) => overTwo(bench, () => [firstHop(bench, bench.firm.grant({}, bench.earlierHolder.key))]),
    ),
    refusedTransfer(
      'custody-uncertified',
      'An earlier holder that is not certified is refused',
      'CUSTODY_WRONG',
      (bench) => {
        const { tools, dongle, firm } = bench;
        const unknown = newContainer(tools);
        const grant = firm.grant({}, unknown.key);
        const content = { to: dongle.party.key, sequence: 1, firmCode: firm.firmCode, items: [movedWhole(grant)] };
        const records = [signedTransfer(tools, unknown, content)];
        return { grant, moved: { carried: { custody: [0] } }, bends: { records } };
      },
    ),
    refusedTransfer(
      'custody-position',
      'A custody that points beyond the records is malformed',
      'ENTRY_MALFORMED',
      (bench) => ({
        grant: ofDongle(bench),
        moved: { carried: { custody: [3] } },
      }),
    ),
    refusedTransfer('quantity-first', 'More seats than were granted are refused', 'CUSTODY_WRONG', (bench) => ({
      grant: ofDongle(bench, { quantity: 2 }),
      moved: { item: { quantity: 3 } },
    })),
    refusedTransfer('quantity-grows', 'Seats that grow on the way are refused', 'CUSTODY_WRONG', (bench) => {
      const over = overTwo(bench, (grant) => [firstHop(bench, grant, { quantity: 1 })]);
      return { ...over, moved: { ...over.moved, item: { quantity: 2 } } };
    }),
    refusedTransfer('units-grow', 'Units that grow on the way are refused', 'CUSTODY_WRONG', (bench) => ({
      grant: ofDongle(bench, { unitCounter: 10 }),
      moved: { item: { units: 11 } },
    })),
    refusedTransfer('units-vanish', 'A Unit Counter that vanishes on the way is refused', 'CUSTODY_WRONG', (bench) => ({
      grant: ofDongle(bench, { unitCounter: 10 }),
      moved: { item: { units: null } },
    })),
    refusedTransfer(
      'usage-again',
      'A usage period that begins again on the way is refused',
      'CUSTODY_WRONG',
      (bench) => {
        const over = overTwo(bench, (grant) => [firstHop(bench, grant, { usageStart: 100 })], { usagePeriod: 10 });
        return { ...over, moved: { ...over.moved, item: { usageStart: 200 } } };
      },
    ),
    {
      id: 'item-twice',
      title: 'One transfer that names one item twice is malformed',
      section: 'Transfer records and custody',
      async run(bench) {
        const { firm, dongle } = bench;
        const grant = ofDongle(bench);
        const half = { grant, item: { quantity: 1 } };
        dongle.transfer([half, half], [firm.party.certificate]);
        const { listing } = await bench.takes(dongle, ['ENTRY_MALFORMED']);
        notHeld(listing, grant.grant.itemId);
      },
    },
    refusedTransfer(
      'grant-of-nobody',
      'A license that no certified firm granted is refused',
      'GRANT_WRONG',
      (bench) => {
        const { firm, dongle, tools } = bench;
        const { grant } = firm.grant({}, dongle.party.key);
        const { seed } = newFirm(tools, firm.firmCode);
        return { grant: { grant, raw: signGrant(tools.crypto, seed, grant) } };
      },
    ),
  ],
};
