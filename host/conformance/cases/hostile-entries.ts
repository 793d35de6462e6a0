import type { ErrorCode } from '../../../container/errors.ts';
import { ENTRY_KINDS, entry } from '../../../container/files/entries.ts';
import type { Grant } from '../../../container/files/grant.ts';
import type { Bench } from '../bench.ts';
import { same } from '../check.ts';
import type { CaseFamily } from '../conformance-case.ts';
import { holdingOf, notHeld } from '../holdings.ts';
import { BAD_VALUES, flipped } from '../makers/damaged.ts';
import { newFirm } from '../makers/parties.ts';
import type { TestFirm } from '../makers/test-firm.ts';

/** Raw entries that are each refused alone: the license behind them is taken. */
async function refusedAlone(bench: Bench, entries: readonly Uint8Array[], code: ErrorCode): Promise<void> {
  const { firm } = bench;
  for (const bytes of entries) firm.issueRaw(bytes);
  const [{ itemId }] = firm.add({}) as [Grant];
  const { listing } = await bench.takes(firm, [...entries.map(() => code), 'applied']);
  holdingOf(listing, itemId);
}

function outer(firm: TestFirm, content: { version?: number; kind?: number; body?: Uint8Array }): Uint8Array {
  const salt = firm.tools.env.random(16);
  return entry.encode({ version: 1, kind: ENTRY_KINDS.add, salt, body: new Uint8Array(16), ...content });
}

/** Valid files with entries that must be refused one by one. */
export const hostileEntries: CaseFamily = {
  name: 'apply, hostile entries',
  about: 'Entries of a firm that are refused alone, while the rest of their file is taken.',
  cases: [
    {
      id: 'unknown-kind',
      title: 'An entry of an unknown kind is refused alone',
      section: 'Entries',
      run: (bench) =>
        refusedAlone(
          bench,
          [8, 99, 255].map((kind) => outer(bench.firm, { kind })),
          'ENTRY_UNKNOWN',
        ),
    },
    {
      id: 'unknown-entry-version',
      title: 'An entry of an unknown version is refused alone',
      section: 'Entries',
      run: (bench) =>
        refusedAlone(
          bench,
          [0, 2].map((version) => outer(bench.firm, { version })),
          'ENTRY_UNKNOWN',
        ),
    },
    {
      id: 'malformed-entry',
      title: 'An entry whose body does not fit its kind, or that is none, is refused alone',
      section: 'Entries',
      run: (bench) => refusedAlone(bench, [outer(bench.firm, {}), new Uint8Array(40)], 'ENTRY_MALFORMED'),
    },
    {
      id: 'bad-values-entry',
      title: 'Lengths that lie, deep nesting and values outside the encoding make an entry malformed',
      section: 'Encoding',
      async run(bench) {
        const bodies = BAD_VALUES.map(([, body]) => body);
        await refusedAlone(
          bench,
          bodies.map((body) => outer(bench.firm, { body })),
          'ENTRY_MALFORMED',
        );
        await refusedAlone(bench, bodies, 'ENTRY_MALFORMED');
      },
    },
    {
      id: 'atomic-entry',
      title: 'An entry with one bad license among good ones brings none of them',
      section: 'Applying',
      async run(bench) {
        const { firm } = bench;
        const grants = [firm.grant(), firm.grant(), firm.grant()] as const;
        const bad = flipped(grants[2].raw, grants[2].raw.length - 1);
        firm.issue({ kind: 'add', grants: [grants[0].raw, grants[1].raw, bad] });
        const { listing } = await bench.takes(firm, ['GRANT_WRONG']);
        for (const { grant } of grants) notHeld(listing, grant.itemId);
      },
    },
    {
      id: 'grant-forged',
      title: 'A grant that its firm did not sign is refused',
      section: 'Grants',
      async run(bench) {
        const { firm, tools } = bench;
        const forger = newFirm(tools, firm.firmCode);
        const forged = firm.grant().raw;
        const foreign = bench.otherFirm.grant({ firmCode: firm.firmCode }).raw;
        firm.issue({ kind: 'add', grants: [flipped(forged, forged.length >> 1)] });
        firm.issue({ kind: 'add', grants: [foreign] });
        same('the forger is another', forger.key === firm.party.key, false);
        await bench.takes(firm, ['GRANT_WRONG', 'GRANT_WRONG']);
      },
    },
    {
      id: 'grant-other-holder',
      title: 'A grant whose first holder is another container is refused',
      section: 'Grants',
      async run(bench) {
        const { firm, earlierHolder } = bench;
        firm.issue({ kind: 'add', grants: [firm.grant({}, earlierHolder.key).raw] });
        await bench.takes(firm, ['GRANT_WRONG']);
      },
    },
    {
      id: 'other-firm-item',
      title: 'A firm cannot withdraw, disable, enable or replace the license of another',
      section: 'Entries',
      async run(bench) {
        const { firm, otherFirm } = bench;
        const [{ itemId, quantity }] = firm.add({}) as [Grant];
        const added = holdingOf((await bench.takes(firm, ['applied'])).listing, itemId);
        const expected = { itemId, quantity };
        for (const kind of ['withdraw', 'disable', 'enable'] as const) otherFirm.issue({ kind, ...expected });
        otherFirm.issue({ kind: 'replace', expected, grant: otherFirm.grant().raw });
        const four = ['FOREIGN_FIRM', 'FOREIGN_FIRM', 'FOREIGN_FIRM', 'FOREIGN_FIRM'] as const;
        const { listing } = await bench.takes(otherFirm, four);
        same('the license', holdingOf(listing, itemId), added);
      },
    },
    {
      id: 'other-firm-grant',
      title: 'A firm cannot grant under the Firm Code of another, nor pass on a grant of another',
      section: 'Entries',
      async run(bench) {
        const { firm, otherFirm } = bench;
        const own = otherFirm.grant({ firmCode: firm.firmCode });
        const theirs = firm.grant();
        otherFirm.issue({ kind: 'add', grants: [own.raw] });
        otherFirm.issue({ kind: 'add', grants: [theirs.raw] });
        const certificates = [firm.party.certificate];
        const bends = { body: { certificates } };
        const { listing } = await bench.takes(otherFirm, ['GRANT_WRONG', 'FOREIGN_FIRM'], { bends });
        for (const { grant } of [own, theirs]) notHeld(listing, grant.itemId);
      },
    },
    {
      id: 'firm-transfers',
      title: 'A firm cannot transfer, and a container cannot grant',
      section: 'Entries',
      async run(bench) {
        const { firm, dongle } = bench;
        const grant = firm.grant({}, firm.party.key);
        const record = new Uint8Array(64);
        const { units, usageStart } = { units: null, usageStart: null };
        const data = new Uint8Array(0);
        const holding = { grant: grant.raw, units, usageStart, userData: data, customerInfo: data, custody: [] };
        firm.issue({ kind: 'transferIn', record, records: [], holdings: [holding] });
        await bench.takes(firm, ['ENTRY_MALFORMED']);
        firm.add({});
        dongle.issueRaw(firm.entryAt(firm.issued), { certificates: [firm.party.certificate] });
        await bench.takes(dongle, ['ENTRY_MALFORMED']);
        await bench.takes(firm, ['applied']);
      },
    },
  ],
};
