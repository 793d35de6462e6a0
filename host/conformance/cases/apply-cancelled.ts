import type { Grant } from '../../../container/files/grant.ts';
import { fromHex } from '../../../container/model/bytes.ts';
import { same } from '../check.ts';
import type { CaseFamily } from '../conformance-case.ts';
import { holdingOf, notHeld } from '../holdings.ts';

/** What an issuer called back. */
export const applyCancelled: CaseFamily = {
  name: 'apply, cancelled',
  about: 'Sequences that their issuer cancelled, in time and too late.',
  cases: [
    {
      id: 'cancelled',
      title: 'A cancelled sequence is refused, the receipt says so, and its file brings nothing any more',
      section: 'Applying',
      async run(bench) {
        const { firm } = bench;
        const [{ itemId }] = firm.add({}) as [Grant];
        const original = firm.file();
        firm.cancel(firm.issued);
        const { listing } = await bench.takes(firm, ['CANCELLED']);
        notHeld(listing, itemId);
        await bench.changesNothing(firm, 'the original', () => bench.takes(firm, [], { file: original }));
      },
    },
    {
      id: 'cancelled-too-late',
      title: 'What was applied before its cancelling arrived stays applied',
      section: 'Applying',
      async run(bench) {
        const { firm } = bench;
        const [{ itemId }] = firm.add({}) as [Grant];
        const sequence = firm.issued;
        await bench.takes(firm, ['applied']);
        firm.cancel(sequence);
        const { listing } = await bench.takes(firm, [], { bends: { first: sequence } });
        holdingOf(listing, itemId);
      },
    },
    {
      id: 'cancelled-between',
      title: 'A cancelled entry between others may travel whole or as its hash, and leaves the others untouched',
      section: 'Applying',
      async run(bench) {
        const { firm } = bench;
        for (const whole of [false, true]) {
          const grants = [firm.add({}), firm.add({}), firm.add({})].flat();
          const last = firm.issued;
          firm.cancel(last - 1);
          const entries = [last - 2, last - 1, last].map((sequence) => firm.entryAt(sequence));
          const bends = whole ? { body: { entries } } : {};
          const { listing } = await bench.takes(firm, ['applied', 'CANCELLED', 'applied'], { bends });
          const held = grants.map(({ itemId }) => listing.holdings.some((holding) => holding.itemId === itemId));
          same('held', held, [true, false, true]);
        }
      },
    },
    {
      id: 'cancelled-or-hash',
      title: 'An entry that is not cancelled does not travel as its hash',
      section: 'Update file',
      async run(bench) {
        const { firm } = bench;
        firm.add({});
        const { header } = firm.content();
        const entries = [fromHex(header.chainLast)];
        await bench.refuses(
          'a hash in the place of an entry',
          'CHAIN_INCONSISTENT',
          firm.file({ body: { entries } }),
          firm,
        );
        await bench.takes(firm, ['applied']);
      },
    },
  ],
};
