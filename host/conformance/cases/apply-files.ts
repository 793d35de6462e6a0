import type { Grant } from '../../../container/files/grant.ts';
import { FORMAT } from '../../../container/model/limits.ts';
import type { Bench } from '../bench.ts';
import { CaseSkipped, same } from '../check.ts';
import type { CaseFamily } from '../conformance-case.ts';
import { holdingOf } from '../holdings.ts';
import { fileOfSize, padding } from '../makers/padding.ts';

/** Bytes of memory that 64 small licenses take at most. */
const ROOM = 40 * 1024;

async function needsRoom(bench: Bench): Promise<void> {
  const { freeMemory } = await bench.list();
  if (freeMemory < ROOM) throw new CaseSkipped(`it needs ${ROOM} bytes of memory, ${freeMemory} are free`);
}

/** Files as they come in the field: again, late, together, empty, large. */
export const applyFiles: CaseFamily = {
  name: 'apply, files',
  about: 'Files that come again, late, together, empty, or as large as they may be.',
  cases: [
    {
      id: 'file-again',
      title: 'A file that is applied again changes nothing and gives a current receipt',
      section: 'Applying',
      async run(bench) {
        const { firm } = bench;
        const [{ itemId }] = firm.add({}) as [Grant];
        const file = firm.file();
        await bench.takes(firm, ['applied'], { file });
        for (let count = 0; count < 2; count++) {
          const again = () => bench.takes(firm, [], { file });
          const { listing } = await bench.changesNothing(firm, 'the same file', again);
          holdingOf(listing, itemId);
        }
      },
    },
    {
      id: 'file-combo',
      title: 'Of a file that brings known and new entries the new ones are applied',
      section: 'Applying',
      async run(bench) {
        const { firm } = bench;
        const known = [firm.add({}), firm.add({})].flat();
        await bench.takes(firm, ['applied', 'applied']);
        const fresh = [firm.add({}), firm.add({})].flat();
        const first = firm.issued - 3;
        const { report, listing } = await bench.takes(firm, ['applied', 'applied'], { bends: { first } });
        same('entries skipped', report.skipped, 2);
        for (const { itemId } of [...known, ...fresh]) holdingOf(listing, itemId);
      },
    },
    {
      id: 'file-late',
      title: 'A file that comes after a newer one of its issuer is merely late: nothing changes, a receipt is given',
      section: 'Statement and witness',
      async run(bench) {
        const { firm } = bench;
        firm.add({});
        const late = firm.file();
        firm.add({});
        await bench.takes(firm, ['applied', 'applied']);
        await bench.changesNothing(firm, 'a late file', () => bench.takes(firm, [], { file: late }));
      },
    },
    {
      id: 'file-two-contexts',
      title: 'A file that was made on an earlier context than another one is taken after it',
      section: 'Settling',
      async run(bench) {
        const { firm } = bench;
        const early = firm.there;
        await bench.context(firm);
        const [one] = firm.add({}) as [Grant];
        await bench.takes(firm, ['applied']);
        await bench.context(firm);
        // The issuer was told nothing of it yet: its next file still carries what is applied, and settles nothing new.
        const [two] = firm.add({}) as [Grant];
        const bends = { first: early.applied + 1, header: { settledThrough: early.prunedThrough } };
        const { listing } = await bench.takes(firm, ['applied'], { bends });
        for (const { itemId } of [one, two]) holdingOf(listing, itemId);
      },
    },
    {
      id: 'file-without-entries',
      title: 'A file without entries is taken, and gives a receipt',
      section: 'Update file',
      async run(bench) {
        const { firm } = bench;
        await bench.takes(firm, []);
        firm.add({});
        await bench.takes(firm, ['applied']);
        await bench.takes(firm, []);
      },
    },
    {
      id: 'file-ranges',
      title: 'What is in transit may come in several files, each of a consecutive range',
      section: 'Update file',
      async run(bench) {
        const { firm } = bench;
        const from = firm.issued;
        const grants = [firm.add({}), firm.add({}), firm.add({})].flat();
        await bench.takes(firm, ['applied'], { bends: { last: from + 1 } });
        const { listing } = await bench.takes(firm, ['applied', 'applied']);
        for (const { itemId } of grants) holdingOf(listing, itemId);
      },
    },
    {
      id: 'file-settled',
      title: 'A refusal stays in the receipts until its issuer has settled it, and is forgotten then',
      section: 'Applying',
      async run(bench) {
        const { firm } = bench;
        firm.cancel(firm.issueRaw(padding(firm, 64)));
        const refused = firm.issued;
        await bench.takes(firm, ['CANCELLED']);
        firm.add({});
        const told = firm.there.prunedThrough;
        const { receipt } = await bench.takes(firm, ['applied'], { bends: { header: { settledThrough: told } } });
        const still = receipt.file.statement.inbound.refused.map(({ sequence }) => sequence);
        same('still told', still.includes(refused), true);
        const settled = await bench.takes(firm, []);
        same('refusals', settled.receipt.file.statement.inbound.refused, []);
      },
    },
    {
      id: 'file-refused-table',
      title:
        'The receipt tells up to 64 refusals; what follows waits until its issuer has settled them, and then goes on',
      section: 'Applying',
      async run(bench) {
        const { firm } = bench;
        await bench.takes(firm, []);
        const most = FORMAT.refusedEntries;
        for (let count = 0; count < most + 2; count++) firm.cancel(firm.issueRaw(padding(firm, 16)));
        const [{ itemId }] = firm.add({}) as [Grant];
        const refused = new Array<'CANCELLED'>(most).fill('CANCELLED');
        const { receipt } = await bench.takes(firm, refused, { bends: {} }, 'TABLE_FULL');
        same('refusals told', receipt.file.statement.inbound.refused.length, most);
        const { listing } = await bench.takes(firm, ['CANCELLED', 'CANCELLED', 'applied']);
        holdingOf(listing, itemId);
      },
    },
    {
      id: 'file-largest',
      title: 'A file of exactly the size that the container names as its largest is taken',
      section: 'Memory',
      async run(bench) {
        const { firm } = bench;
        const { file } = await bench.context(firm);
        const size = Math.min(file.header.largestRecord, FORMAT.fileBytes);
        const before = firm.issued;
        const largest = fileOfSize(firm, size);
        const outcomes = new Array<'CANCELLED'>(firm.issued - before).fill('CANCELLED');
        await bench.takes(firm, outcomes, { file: largest });
      },
    },
    {
      id: 'file-fullest-entry',
      title: 'An entry of 64 licenses is taken, and so is a file of 64 entries that withdraw them',
      section: 'Entries',
      async run(bench) {
        await needsRoom(bench);
        const { firm } = bench;
        const short = { text: '', quantity: 1 };
        const grants = firm.add(...Array.from({ length: FORMAT.entryItems }, () => short));
        const full = await bench.takes(firm, ['applied']);
        same('items that the entry changed', full.report.entries[0]?.items, FORMAT.entryItems);
        for (const { itemId } of grants) holdingOf(full.listing, itemId);
        for (const { itemId } of grants) firm.issue({ kind: 'withdraw', itemId, quantity: 1 });
        await bench.takes(firm, new Array<'applied'>(grants.length).fill('applied'));
      },
    },
    {
      id: 'file-notices',
      title: 'Notices that are not known are passed over, and the entries beside them are taken',
      section: 'Notices',
      async run(bench) {
        const { firm } = bench;
        const [{ itemId }] = firm.add({}) as [Grant];
        const bends = { body: { notices: [firm.tools.env.random(64)] } };
        const { listing } = await bench.takes(firm, ['applied'], { bends });
        holdingOf(listing, itemId);
      },
    },
  ],
};
