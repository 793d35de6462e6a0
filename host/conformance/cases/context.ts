import { equalBytes } from '../../../container/model/bytes.ts';
import { CaseFailure, holds, same } from '../check.ts';
import type { CaseFamily } from '../conformance-case.ts';
import { TestDongle } from '../makers/test-dongle.ts';
import { agrees, verifiedContext } from '../read-context.ts';

/** What a container says to one issuer. */
export const context: CaseFamily = {
  name: 'context',
  about: 'Context files: signed, for one issuer, without effect beyond the first.',
  cases: [
    {
      id: 'context-firm',
      title: 'A context for a firm is signed by the container, addressed to the firm, and states their channel',
      section: 'Context file',
      async run(bench) {
        const { firm } = bench;
        const read = await bench.context(firm);
        agrees(firm, read, { listing: await bench.list(), inbound: firm.there }, 'the context');
      },
    },
    {
      id: 'context-container',
      title: 'A context for a container states their channel and carries no inventory',
      section: 'Context file',
      async run(bench) {
        const { dongle } = bench;
        const read = await bench.context(dongle);
        agrees(dongle, read, { listing: await bench.list(), inbound: dongle.there }, 'the context');
      },
    },
    {
      id: 'context-repeat',
      title: 'A context that is asked for again changes nothing and states the same',
      section: 'Context file',
      async run(bench) {
        const { firm } = bench;
        const first = await bench.context(firm);
        await bench.changesNothing(firm, 'asking again', async () => {
          for (let count = 0; count < 3; count++)
            same('the statement', (await bench.context(firm)).file.statement, first.file.statement);
        });
      },
    },
    {
      id: 'context-reserves-once',
      title: 'The first context for a new issuer reserves one channel record in one commit, a second one none',
      section: 'Context file',
      channels: 1,
      async run(bench) {
        const stranger = new TestDongle(bench.tools, bench.target);
        const before = await bench.list();
        const first = await bench.context(stranger);
        const after = await bench.list();
        same('channels', after.channels.length, before.channels.length + 1);
        same('the generation', after.generation, before.generation + 1);
        const second = await bench.context(stranger);
        same('free channel records', second.file.header.freeChannels, first.file.header.freeChannels);
        same('the listing', await bench.list(), after);
      },
    },
    {
      id: 'context-known-firm',
      title: 'By its Firm Code a firm is found that has a channel, and the context is for that firm',
      section: 'Context file',
      async run(bench) {
        const { otherFirm } = bench;
        await bench.context(otherFirm);
        const { firmCode } = otherFirm;
        const answer = await bench.changesNothing(otherFirm, 'asking by Firm Code', () =>
          bench.asked.ask('context', { certificate: null, firmCode }),
        );
        const firms = (await bench.list()).firms.filter((firm) => firm.firmCode === firmCode);
        const { header } = verifiedContext(bench.tools, bench.target, answer.context, 'the context');
        const isOne = firms.some(({ key }) => key === header.issuer);
        holds(isOne, 'the issuer of the context', `a firm with the code ${firmCode}`, header.issuer);
      },
    },
    {
      id: 'context-unknown-firm',
      title: 'A Firm Code without a channel is refused and reserves nothing',
      section: 'Context file',
      async run(bench) {
        const known = new Set((await bench.list()).firms.map(({ firmCode }) => firmCode));
        let firmCode = 6999999;
        while (known.has(firmCode)) firmCode += 1;
        await bench.refusesContext('an unknown Firm Code', 'ISSUER_UNKNOWN', [{ certificate: null, firmCode }]);
      },
    },
    {
      id: 'context-nobody',
      title: 'A context for nobody, or for the container itself, is refused',
      section: 'Context file',
      async run(bench) {
        const own = { certificate: bench.target.certificate, firmCode: null };
        await bench.refusesContext('a request that names nobody', 'ISSUER_UNKNOWN', [
          { certificate: null, firmCode: null },
        ]);
        await bench.refusesContext('the own certificate', 'ISSUER_UNKNOWN', [own]);
      },
    },
    {
      id: 'context-newer',
      title: 'A receipt is a context of a later generation than any made before the file was applied',
      section: 'Statement and witness',
      async run(bench) {
        const { firm } = bench;
        const before = (await bench.context(firm)).file.statement;
        firm.add({});
        const { receipt } = await bench.takes(firm, ['applied']);
        const after = receipt.file.statement;
        holds(after.generation > before.generation, 'the generation', `above ${before.generation}`, after.generation);
        same('entries applied', after.inbound.applied, before.inbound.applied + 1);
        if (after.stateHash === before.stateHash) throw new CaseFailure('the state hash', 'another one', 'the same');
      },
    },
    {
      id: 'context-secret',
      title: 'Two contexts are sealed afresh: the same inventory never travels in the same bytes',
      section: 'Context file',
      async run(bench) {
        const [one, two] = [await bench.context(bench.firm), await bench.context(bench.firm)];
        if (equalBytes(one.file.sealed, two.file.sealed))
          throw new CaseFailure('the sealed inventory', 'fresh randomness', 'the same bytes twice');
      },
    },
  ],
};
