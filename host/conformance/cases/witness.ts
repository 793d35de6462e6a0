import { newInbound } from '../../../container/engine/issuer-channel.ts';
import type { Grant } from '../../../container/files/grant.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import type { Bench } from '../bench.ts';
import type { CaseFamily, ConformanceCase } from '../conformance-case.ts';
import { notHeld } from '../holdings.ts';
import { TestFirm } from '../makers/test-firm.ts';
import type { Bends } from '../makers/test-issuer.ts';

/** A firm that the container took one license from; it is used up by what follows. */
async function knownFirm(bench: Bench): Promise<TestFirm> {
  const firm = new TestFirm(bench.tools, bench.target);
  await bench.context(firm);
  firm.add({});
  await bench.takes(firm, ['applied']);
  return firm;
}

/** A file of a firm with one new license and a statement that contradicts what the container knows of the firm. */
function rolledBack(id: string, title: string, bend: (firm: TestFirm) => Bends): ConformanceCase {
  return {
    id,
    title,
    section: 'Statement and witness',
    channels: 1,
    async run(bench) {
      const firm = await knownFirm(bench);
      const [{ itemId }] = firm.add({}) as [Grant];
      const file = firm.file(bend(firm));
      await bench.refuses('a file of one that was set back', 'PARTNER_ROLLED_BACK', [file, file], firm);
      notHeld(await bench.list(), itemId);
    },
  };
}

/** Issuers that were set back to an earlier state, or copied. */
export const witness: CaseFamily = {
  name: 'apply, set-back issuers',
  about: 'Issuers that contradict themselves: nothing is taken from them.',
  cases: [
    rolledBack('rollback-issued', 'An issuer that has issued less than was applied from it is refused', (firm) => ({
      last: 0,
      first: 1,
      header: { settledThrough: 0 },
      statement: { outbound: { epoch: firm.epoch, issued: 0, hash: firm.chainAt(0) } },
    })),
    rolledBack('rollback-generation', 'Two states of an issuer with one generation are refused', (firm) => ({
      statement: { generation: firm.generation - 2, stateHash: randomHash(firm) },
    })),
    rolledBack(
      'rollback-applied',
      'An issuer that names another entry at a sequence it told of before is refused',
      (firm) => ({
        last: firm.issued - 1,
        first: firm.issued,
        statement: { outbound: { epoch: firm.epoch, issued: firm.issued - 1, hash: randomHash(firm) } },
      }),
    ),
    rolledBack(
      'rollback-inbound',
      'An issuer whose applied entries of the container have another chain is refused',
      (firm) => {
        const inbound = newInbound(firm.tools.crypto, firm.target.key, firm.party.key);
        return { statement: { inbound: { ...inbound, hash: randomHash(firm) } } };
      },
    ),
    {
      id: 'fork-next',
      title: 'A next entry that does not follow from what was applied is a fork: nothing is applied',
      section: 'Order of checks',
      channels: 1,
      async run(bench) {
        const { firm, twin } = await forked(bench);
        const [{ itemId }] = twin.add({}) as [Grant];
        const first = firm.issued + 1;
        const file = twin.file({ first, statement: { generation: firm.generation + 5 } });
        await bench.refuses('a fork', 'UPDATE_FORK', [file, file], firm);
        notHeld(await bench.list(), itemId);
      },
    },
    {
      id: 'fork-applied',
      title: 'Another entry at a sequence that was applied is a fork, also when new entries follow',
      section: 'Order of checks',
      channels: 1,
      async run(bench) {
        const { firm, twin } = await forked(bench);
        twin.add({});
        const file = twin.file({ first: 1, statement: { generation: firm.generation + 5 } });
        await bench.refuses('a fork', 'UPDATE_FORK', [file, file], firm);
        // The issuer's true channel goes on: what it issued before the fork is still what counts.
        await bench.takes(firm, []);
      },
    },
  ],
};

function randomHash(firm: TestFirm): Hash {
  return toHex(firm.tools.env.random(32)) as Hash;
}

/** A firm of which one entry was applied, and its twin with the same keys that issued another one in its place. */
async function forked(bench: Bench): Promise<{ firm: TestFirm; twin: TestFirm }> {
  const firm = await knownFirm(bench);
  const twin = new TestFirm(bench.tools, bench.target, firm.firmCode, firm.party);
  twin.add({});
  return { firm, twin };
}
