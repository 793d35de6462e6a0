import { newInbound } from '../../../container/engine/issuer-channel.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { FORMAT } from '../../../container/model/limits.ts';
import type { Bench } from '../bench.ts';
import { same } from '../check.ts';
import type { CaseFamily, ConformanceCase } from '../conformance-case.ts';
import { newContainer, newFirm, strangeRoot } from '../makers/parties.ts';
import { TestDongle } from '../makers/test-dongle.ts';
import { EVALUATION_FIRM } from '../makers/test-firm.ts';
import type { Bends, TestIssuer } from '../makers/test-issuer.ts';

const LARGEST = 0xffffffff;

/** Two entries in transit; the bent file is refused, the honest one taken afterwards. */
async function twoInTransit(bench: Bench, attack: (issuer: TestIssuer, first: number) => Promise<void>): Promise<void> {
  const { firm } = bench;
  await bench.takes(firm, []);
  firm.add({});
  firm.add({});
  await attack(firm, firm.issued - 1);
  await bench.takes(firm, ['applied', 'applied']);
}

function wrongHeader(id: string, title: string, bend: (issuer: TestIssuer, first: number) => Bends): ConformanceCase {
  return {
    id,
    title,
    section: 'Order of checks',
    run: (bench) =>
      twoInTransit(bench, async (issuer, first) => {
        const file = issuer.file(bend(issuer, first));
        await bench.refuses('a header that cannot be', 'FILE_MALFORMED', file, issuer);
      }),
  };
}

function unknownHash(issuer: TestIssuer): Hash {
  return toHex(issuer.tools.env.random(32)) as Hash;
}

/** Signed files whose header is wrong. */
export const hostileHeaders: CaseFamily = {
  name: 'apply, hostile headers',
  about: 'Files that their issuer signed, with a header that must be refused.',
  cases: [
    {
      id: 'other-container',
      title: 'A file for another container is refused by its address',
      section: 'Order of checks',
      run: (bench) =>
        twoInTransit(bench, async (issuer) => {
          const { key } = newContainer(bench.tools);
          const file = issuer.file({ header: { container: key }, statement: { partner: key } });
          await bench.refuses('a file for another container', 'NOT_ADDRESSED', file, issuer);
        }),
    },
    wrongHeader('other-partner', 'A file whose statement is for another container is refused', () => ({
      statement: { partner: toHex(new Uint8Array(32).fill(5)) as TestIssuer['party']['key'] },
    })),
    wrongHeader('other-signer', 'A file whose statement names another signer is refused', ({ target }) => ({
      statement: { signer: target.key },
    })),
    wrongHeader('backwards', 'A file whose last sequence is before its first is refused', (_, first) => ({
      header: { first: first + 1, last: first - 1 },
    })),
    wrongHeader('settled-again', 'A file that carries what it calls settled is refused', (_, first) => ({
      header: { settledThrough: first },
    })),
    wrongHeader('not-issued', 'A file with more sequences than were issued is refused', (issuer, first) => ({
      statement: { outbound: { epoch: issuer.epoch, issued: first, hash: issuer.chainAt(first) } },
    })),
    wrongHeader('cancelled-twice', 'A file whose cancelled sequences are doubled is refused', (_, first) => ({
      header: { cancelled: [first, first] },
    })),
    wrongHeader('cancelled-descending', 'A file whose cancelled sequences descend is refused', (_, first) => ({
      header: { cancelled: [first + 1, first] },
    })),
    wrongHeader('epochs-differ', 'A file whose header and statement name different epochs is refused', (issuer) => ({
      header: { epoch: issuer.epoch + 1 },
    })),
    wrongHeader('entries-missing', 'A file with fewer entries than its header says is refused', (issuer) => ({
      body: { entries: issuer.content().body.entries.slice(1) },
    })),
    wrongHeader('signatures-missing', 'A file with fewer places for signatures than entries is refused', () => ({
      body: { signatures: [] },
    })),
    wrongHeader('too-many', 'A file that claims more sequences than a file may carry is refused', (issuer, first) => ({
      header: { last: first + FORMAT.fileEntries },
      statement: { outbound: { epoch: issuer.epoch, issued: LARGEST, hash: unknownHash(issuer) } },
    })),
    {
      id: 'epoch-of-container',
      title: 'A container that begins its channel anew is refused',
      section: 'Epochs',
      async run(bench) {
        const { dongle } = bench;
        await bench.takes(dongle, []);
        const outbound = { epoch: 1, issued: dongle.issued, hash: dongle.chainAt(dongle.issued) };
        const file = dongle.file({ header: { epoch: 1 }, statement: { outbound } });
        await bench.refuses('a file of another epoch', 'UPDATE_EPOCH', file, dongle);
      },
    },
    {
      id: 'chain-inconsistent',
      title: 'A file whose entries do not lead to the chain value of its header is refused',
      section: 'Channels',
      run: (bench) =>
        twoInTransit(bench, async (issuer) => {
          const { entries } = issuer.content().body;
          const files = [
            issuer.file({ header: { chainLast: unknownHash(issuer) } }),
            issuer.file({ body: { entries: [...entries].reverse() } }),
          ];
          await bench.refuses('entries that do not add up', 'CHAIN_INCONSISTENT', files, issuer);
        }),
    },
    {
      id: 'gap',
      title: 'A file that leaves a hole is refused, names the missing sequences and changes nothing',
      section: 'Applying',
      run: (bench) =>
        twoInTransit(bench, async (issuer, first) => {
          const last = issuer.issued;
          const one = await bench.refuses('one entry missing', 'UPDATE_GAP', issuer.file({ first: first + 1 }), issuer);
          same('the missing sequence', String(one[0]?.details.missing), `${first}`);
          const two = await bench.refuses('two missing', 'UPDATE_GAP', issuer.file({ first: last + 1 }), issuer);
          same('the missing sequences', String(two[0]?.details.missing), `${first} to ${last}`);
        }),
    },
    {
      id: 'sequence-largest',
      title: 'A file at the largest sequence there is is a hole like any other',
      section: 'Applying',
      run: (bench) =>
        twoInTransit(bench, async (issuer, first) => {
          const hash = unknownHash(issuer);
          const file = issuer.file({
            first: issuer.issued,
            header: { first: LARGEST, last: LARGEST, settledThrough: LARGEST - 1 },
            statement: { outbound: { epoch: issuer.epoch, issued: LARGEST, hash } },
          });
          const refusals = await bench.refuses('the largest sequence', 'UPDATE_GAP', file, issuer);
          same('the missing sequences', String(refusals[0]?.details.missing), `${first} to ${LARGEST - 1}`);
        }),
    },
    {
      id: 'signer-forged',
      title: 'A file that shows one certificate and is signed by another key is refused',
      section: 'Order of checks',
      run: (bench) =>
        twoInTransit(bench, async (issuer) => {
          const { tools } = bench;
          const other = newFirm(tools, EVALUATION_FIRM);
          const files = [
            issuer.file({ seed: tools.env.random(32) }),
            issuer.file({ header: { certificate: other.certificate }, statement: { signer: other.key } }),
          ];
          await bench.refuses('a file of another signer', 'SIGNATURE_WRONG', files, issuer);
        }),
    },
    {
      id: 'certificate-forged',
      title: 'A file whose certificate the root did not sign is refused',
      section: 'Certificates',
      run: (bench) =>
        twoInTransit(bench, async (issuer) => {
          const { tools } = bench;
          const forger = { ...tools, root: { ...tools.root, seed: tools.env.random(32) } };
          const foreign = { ...tools, root: strangeRoot(tools) };
          for (const [maker, code] of [
            [forger, 'CERTIFICATE_WRONG'],
            [foreign, 'CERTIFICATE_OTHER_ROOT'],
          ] as const) {
            const { certificate, seed, key } = newFirm(maker, EVALUATION_FIRM);
            const file = issuer.file({ header: { certificate }, statement: { signer: key }, seed });
            await bench.refuses('a certificate that proves nothing', code, file, issuer);
          }
        }),
    },
    {
      id: 'certificate-inside-forged',
      title: 'A forged certificate among those in the body makes the whole file worthless',
      section: 'Order of checks',
      run: (bench) =>
        twoInTransit(bench, async (issuer) => {
          const { tools } = bench;
          const forger = { ...tools, root: { ...tools.root, seed: tools.env.random(32) } };
          const file = issuer.file({ body: { certificates: [newContainer(forger).certificate] } });
          await bench.refuses('a forged certificate in the body', 'CERTIFICATE_WRONG', file, issuer);
        }),
    },
    {
      id: 'may-not-issue',
      title: 'A file of a container that is certified to issue nothing is refused and reserves no channel',
      section: 'Certificates',
      async run(bench) {
        const { tools, target } = bench;
        const mute = new TestDongle(tools, target, newContainer(tools, { kind: 'soft', issues: 'nothing' }));
        const { hash } = newInbound(tools.crypto, mute.party.key, target.key);
        const file = mute.file({ statement: { outbound: { epoch: 0, issued: 0, hash } } });
        await bench.refuses('a file of one that may not issue', 'CERTIFICATE_WRONG', file, mute);
      },
    },
  ],
};
