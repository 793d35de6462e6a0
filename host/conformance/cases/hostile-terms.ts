import { same } from '../check.ts';
import type { CaseFamily } from '../conformance-case.ts';
import { holdingOf } from '../holdings.ts';
import { newContainer } from '../makers/parties.ts';
import { movedWhole, signedTransfer } from '../makers/test-dongle.ts';
import { FREE, firstHop, ofDongle, overTwo, refusedTransfer, withTerms } from './refused-transfer.ts';

/** Transfers that the terms of a license, or the certificate of a sender, do not allow. */
export const hostileTerms: CaseFamily = {
  name: 'apply, hostile terms',
  about: 'Transfers that terms, limits or the certificate of a sender do not allow.',
  cases: [
    refusedTransfer('depth', 'A license that was moved as often as it may is refused', 'DEPTH_EXCEEDED', (bench) =>
      overTwo(bench, (grant) => [firstHop(bench, grant)], { terms: { ...FREE, depth: 1 } }),
    ),
    refusedTransfer('terms-none', 'A license that may not move at all is refused', 'TERMS_FORBID', (bench) => ({
      grant: withTerms(bench, { type: 'none' }),
    })),
    refusedTransfer(
      'terms-complete',
      'A part of a license that moves only whole is refused',
      'TERMS_FORBID',
      (bench) => ({
        grant: withTerms(bench, { type: 'complete' }, { quantity: 5 }),
        moved: { item: { quantity: 4 } },
      }),
    ),
    refusedTransfer('units-split', 'A part of a license with a Unit Counter is refused', 'TERMS_FORBID', (bench) => ({
      grant: withTerms(bench, {}, { quantity: 2, unitCounter: 10 }),
      moved: { item: { quantity: 1 } },
    })),
    refusedTransfer(
      'target-kind',
      'A license for other kinds of container is refused',
      'TARGET_NOT_ALLOWED',
      (bench) => ({
        grant: withTerms(bench, {
          targetKinds: (['dongle', 'soft', 'cloud'] as const).filter((kind) => kind !== bench.target.kind),
        }),
      }),
    ),
    refusedTransfer('target-key', 'A license for other named containers is refused', 'TARGET_NOT_ALLOWED', (bench) => ({
      grant: withTerms(bench, { targetKeys: [bench.earlierHolder.key] }),
    })),
    refusedTransfer('target-limit', 'More seats than one target may hold are refused', 'TARGET_LIMIT', (bench) => ({
      grant: withTerms(bench, { mostPerTarget: 2 }),
      moved: { item: { quantity: 3 } },
    })),
    refusedTransfer(
      'sender-returns-only',
      'A hop by a container that may only return is refused',
      'SENDER_MAY_NOT_ISSUE',
      (bench) => {
        const { tools, dongle, firm } = bench;
        const soft = newContainer(tools, { kind: 'soft', issues: 'return' });
        const grant = firm.grant({}, soft.key);
        const content = { to: dongle.party.key, sequence: 1, firmCode: firm.firmCode, items: [movedWhole(grant)] };
        const records = [signedTransfer(tools, soft, content)];
        return { grant, moved: { carried: { custody: [0] } }, bends: { records }, certificates: [soft.certificate] };
      },
    ),
    {
      id: 'quantity-exceeded',
      title: 'Of one license no more is taken than was granted, however many parts of it arrive',
      section: 'Transfer records and custody',
      async run(bench) {
        const { firm, dongle } = bench;
        const grant = ofDongle(bench, { quantity: 5 });
        for (const quantity of [3, 3, 2]) dongle.transfer([{ grant, item: { quantity } }], [firm.party.certificate]);
        const { listing } = await bench.takes(dongle, ['applied', 'QUANTITY_EXCEEDED', 'applied']);
        const parts = listing.holdings.filter(({ itemId }) => itemId === grant.grant.itemId);
        same('the parts', parts.map(({ quantity }) => quantity).sort(), [2, 3]);
      },
    },
    {
      id: 'target-limit-together',
      title: 'Several transfers together do not bring more seats than one target may hold',
      section: 'Transfer records and custody',
      async run(bench) {
        const { firm, dongle } = bench;
        const grant = withTerms(bench, { mostPerTarget: 2 });
        for (const quantity of [2, 1]) dongle.transfer([{ grant, item: { quantity } }], [firm.party.certificate]);
        const { listing } = await bench.takes(dongle, ['applied', 'TARGET_LIMIT']);
        holdingOf(listing, grant.grant.itemId);
      },
    },
  ],
};
