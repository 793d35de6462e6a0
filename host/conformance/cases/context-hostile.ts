import type { ErrorCode } from '../../../container/errors.ts';
import { sealEnvelope, signedEnvelope } from '../../../container/files/envelope.ts';
import { certifyFirm } from '../../../container/files/test-root.ts';
import { concatBytes } from '../../../container/model/bytes.ts';
import type { Bench } from '../bench.ts';
import type { CaseFamily } from '../conformance-case.ts';
import { BAD_VALUES, flippedAt, opened, spread } from '../makers/damaged.ts';
import { newContainer, newFirm, strangeRoot } from '../makers/parties.ts';
import { EVALUATION_FIRM } from '../makers/test-firm.ts';

/** What a certificate that is no good may be refused with. */
const NO_CERTIFICATE: readonly ErrorCode[] = [
  'FILE_MALFORMED',
  'FILE_VERSION',
  'FILE_KIND',
  'CERTIFICATE_WRONG',
  'CERTIFICATE_OTHER_ROOT',
];

function shows(certificates: readonly Uint8Array[]) {
  return certificates.map((certificate) => ({ certificate, firmCode: null }));
}

/** A firm that the container has never met: were it taken, a channel record would show it. */
function stranger(bench: Bench) {
  return newFirm(bench.tools, EVALUATION_FIRM);
}

/** Certificates that nobody should believe. */
export const contextHostile: CaseFamily = {
  name: 'context, hostile',
  about: 'Requests for a context that show a certificate which proves nothing.',
  cases: [
    {
      id: 'context-forged-certificate',
      title: 'A certificate that the root did not sign is refused',
      section: 'Certificates',
      async run(bench) {
        const { tools } = bench;
        const forger = { ...tools, root: { ...tools.root, seed: tools.env.random(32) } };
        const forged = [newFirm(forger, EVALUATION_FIRM), newContainer(forger)].map(({ certificate }) => certificate);
        await bench.refusesContext('a forged certificate', 'CERTIFICATE_WRONG', shows(forged));
      },
    },
    {
      id: 'context-other-root',
      title: 'A certificate of another root is refused by that name',
      section: 'Certificates',
      async run(bench) {
        const tools = { ...bench.tools, root: strangeRoot(bench.tools) };
        const foreign = [newFirm(tools, EVALUATION_FIRM), newContainer(tools)].map(({ certificate }) => certificate);
        await bench.refusesContext('a certificate of another root', 'CERTIFICATE_OTHER_ROOT', shows(foreign));
      },
    },
    {
      id: 'context-flipped-certificate',
      title: 'A certificate with one bit turned over is refused, wherever the bit is',
      section: 'Certificates',
      async run(bench) {
        const { certificate } = stranger(bench);
        const copies = flippedAt(certificate, spread(certificate.length, 64));
        await bench.refusesContext('a certificate with a bit turned over', NO_CERTIFICATE, shows(copies));
      },
    },
    {
      id: 'context-known-certificate-flipped',
      title: 'A certificate is not believed because one of the same key was: every byte counts',
      section: 'Certificates',
      async run(bench) {
        await bench.context(bench.firm);
        const { certificate } = bench.firm.party;
        const signatureOnly = [certificate.length - 1, certificate.length - 40];
        const copies = flippedAt(certificate, signatureOnly);
        await bench.refusesContext('a changed copy of a known certificate', 'CERTIFICATE_WRONG', shows(copies));
      },
    },
    {
      id: 'context-extended-certificate',
      title: 'A certificate with bytes behind its end, or cut short, is refused',
      section: 'Encoding',
      async run(bench) {
        const { certificate } = stranger(bench);
        const longer = [concatBytes(certificate, new Uint8Array([0])), concatBytes(certificate, certificate)];
        const shorter = spread(certificate.length - 1, 16).map((at) => certificate.subarray(0, at + 1));
        await bench.refusesContext('an extended certificate', 'FILE_MALFORMED', shows(longer));
        await bench.refusesContext('a truncated certificate', 'FILE_MALFORMED', shows(shorter));
      },
    },
    {
      id: 'context-other-kind',
      title: 'Another thing that the root or a firm signed is no certificate of an issuer',
      section: 'Certificates',
      async run(bench) {
        const { crypto, root } = bench.tools;
        const time = sealEnvelope(crypto, root.seed, 'timeCertificate', [new Uint8Array([0x90])]);
        const grant = bench.firm.grant().raw;
        await bench.refusesContext('a certificate of another kind', 'FILE_KIND', shows([time, grant]));
      },
    },
    {
      id: 'context-certificate-version',
      title: 'A certificate of an older or newer version is refused as such',
      section: 'Signatures',
      async run(bench) {
        const envelope = opened(stranger(bench).certificate);
        const others = [0, 2].map((version) => signedEnvelope.encode({ ...envelope, version }));
        await bench.refusesContext('a certificate of another version', 'FILE_VERSION', shows(others));
      },
    },
    {
      id: 'context-small-order',
      title: 'A certificate whose sealing key shares nothing but zeros is refused',
      section: 'Certificates',
      async run(bench) {
        const { crypto, root } = bench.tools;
        const content = {
          firmCode: EVALUATION_FIRM,
          key: stranger(bench).key,
          sealingKey: new Uint8Array(32),
          name: '',
        };
        const weak = certifyFirm(crypto, root, content);
        await bench.refusesContext('a sealing key of small order', 'CERTIFICATE_WRONG', shows([weak]));
      },
    },
    {
      id: 'context-bad-values',
      title: 'Lengths that lie, deep nesting and values outside the encoding are refused as a certificate',
      section: 'Encoding',
      async run(bench) {
        for (const [what, bytes] of BAD_VALUES)
          await bench.refusesContext(what, 'FILE_MALFORMED', shows([bytes.subarray(0, 1024)]));
      },
    },
  ],
};
