import { describe, expect, it } from 'vitest';
import type { Details, ErrorCode } from '../../../container/errors.ts';
import { readStoredCertificate } from '../../../container/files/certificate.ts';
import { type SignedKind, sealEnvelope, signedEnvelope } from '../../../container/files/envelope.ts';
import {
  certifiedTime,
  firmRevocations,
  openNotice,
  revokedKeys,
  rootRevocations,
  signCertifiedTime,
  signFirmRevocations,
  signReAnchor,
  signRootRevocations,
} from '../../../container/files/notices.ts';
import { certifyTimeServer } from '../../../container/files/test-root.ts';
import { NO_BYTES } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { crypto, root, TestFirm } from '../../world/parties.ts';

const firm = new TestFirm();
const stranger = new TestFirm(6000099);
const server = { seed: stranger.seed, certificate: certifyTimeServer(crypto, root, stranger.key) };
const certificate = readStoredCertificate(firm.certificate);
const [low, high] = ['0', 'f'].map((digit) => digit.repeat(64)) as [PublicKey, PublicKey];
const challenge = new Uint8Array(16);

const list = { version: 1, keys: [low, high] };
const firmList = { firmCode: firm.firmCode, version: 1, keys: [low, high] };
const time = { container: low, challenge, time: 7 };
const anchored = { firmCode: firm.firmCode, container: low, challenge };

function open(raw: Uint8Array) {
  const signers = { root: root.key, firm: (code: number) => (code === firm.firmCode ? [certificate] : []) };
  return openNotice(crypto, signers, signedEnvelope.decodeTrusted(raw));
}

function notice(seed: Uint8Array, kind: SignedKind, ...parts: Uint8Array[]): Uint8Array {
  return sealEnvelope(crypto, seed, kind, parts);
}

const NOT_A_RECORD = 'the data ends early at byte 0';

type Wrong = [what: string, raw: Uint8Array, code: ErrorCode, details: Details];

const WRONG: Wrong[] = [
  ['of a kind that is no notice', notice(firm.seed, 'grant', NO_BYTES), 'NOTICE_UNKNOWN', {}],
  [
    'of a newer format',
    signedEnvelope.encode({
      ...signedEnvelope.decodeTrusted(signRootRevocations(crypto, root.seed, list)),
      version: 2,
    }),
    'FILE_VERSION',
    { version: 2, known: 1 },
  ],
  [
    'of a list with two parts',
    notice(root.seed, 'rootRevocations', rootRevocations.encode(list), NO_BYTES),
    'FILE_MALFORMED',
    { what: 'a notice with 2 parts' },
  ],
  [
    'of a time without the certificate of its server',
    notice(server.seed, 'certifiedTime', certifiedTime.encode(time)),
    'FILE_MALFORMED',
    { what: 'a notice with 1 parts' },
  ],
  [
    'of a time under the certificate of a firm',
    signCertifiedTime(crypto, { seed: firm.seed, certificate: firm.certificate }, time),
    'FILE_KIND',
    { found: 'the certificate of a firm', expected: 'the certificate of a time server' },
  ],
  [
    'of a time that another than its server signed',
    signCertifiedTime(crypto, { ...server, seed: firm.seed }, time),
    'SIGNATURE_WRONG',
    { what: 'the certified time' },
  ],
  [
    'of a time that is no record',
    notice(server.seed, 'certifiedTime', NO_BYTES, server.certificate),
    'FILE_MALFORMED',
    { what: `certified time: ${NOT_A_RECORD}` },
  ],
  [
    'of a list in the name of the root that a firm signed',
    signRootRevocations(crypto, firm.seed, list),
    'SIGNATURE_WRONG',
    { what: 'the list of the root' },
  ],
  [
    'of a list of the root that is no record',
    notice(root.seed, 'rootRevocations', NO_BYTES),
    'FILE_MALFORMED',
    { what: `root revocations: ${NOT_A_RECORD}` },
  ],
  [
    'of a list of the root that descends',
    notice(root.seed, 'rootRevocations', rootRevocations.encode({ ...list, keys: [high, low] })),
    'FILE_MALFORMED',
    { what: 'revoked keys are not ascending' },
  ],
  [
    'of a list of a firm with a key twice',
    notice(firm.seed, 'firmRevocations', firmRevocations.encode({ ...firmList, keys: [low, low] })),
    'FILE_MALFORMED',
    { what: 'revoked keys are not ascending' },
  ],
  [
    'of a list of a firm that is no record',
    notice(firm.seed, 'firmRevocations', NO_BYTES),
    'FILE_MALFORMED',
    { what: `firm revocations: ${NOT_A_RECORD}` },
  ],
  [
    'of a list of a firm that another signed',
    signFirmRevocations(crypto, stranger.seed, firmList),
    'SIGNATURE_WRONG',
    { what: 'the notice of firm 6000010' },
  ],
  [
    'of a list of a firm whose certificate is not at hand',
    signFirmRevocations(crypto, stranger.seed, { ...firmList, firmCode: stranger.firmCode }),
    'ISSUER_UNKNOWN',
    { here: 'the container', issuer: 'firm 6000099' },
  ],
  [
    'of an accepted state that is no record',
    notice(firm.seed, 'reAnchor', NO_BYTES),
    'FILE_MALFORMED',
    { what: `re-anchor: ${NOT_A_RECORD}` },
  ],
  [
    'of an accepted state that another than its firm signed',
    signReAnchor(crypto, stranger.seed, anchored),
    'SIGNATURE_WRONG',
    { what: 'the notice of firm 6000010' },
  ],
];

describe('a notice', () => {
  it('is what its signer may say: the root, a firm, a time server', () => {
    const said = [
      signRootRevocations(crypto, root.seed, list),
      signFirmRevocations(crypto, firm.seed, firmList),
      signCertifiedTime(crypto, server, time),
      signReAnchor(crypto, firm.seed, anchored),
    ];
    expect(said.map(open)).toEqual(
      [
        { kind: 'rootRevocations', ...list },
        { kind: 'firmRevocations', signer: certificate, ...firmList },
        { kind: 'certifiedTime', server: stranger.key, ...time },
        { kind: 'reAnchor', ...anchored },
      ].map((value) => ({ ok: true, value })),
    );
  });

  it.each(WRONG)('%s is refused', (_, raw, code, details) => {
    expect(open(raw)).toEqual({ ok: false, code, details });
  });
});

describe('a list of revocations', () => {
  it('is signed with its keys in order, each once', () => {
    const keys = [high, low, high];
    expect(open(signRootRevocations(crypto, root.seed, { version: 1, keys }))).toMatchObject({ value: list });
    expect(open(signFirmRevocations(crypto, firm.seed, { ...firmList, keys }))).toMatchObject({ value: firmList });
  });

  it('that is stored is read once, and gives its keys again as long as its bytes live', () => {
    for (const raw of [
      signRootRevocations(crypto, root.seed, list),
      signFirmRevocations(crypto, firm.seed, firmList),
    ]) {
      const keys = revokedKeys(raw);
      expect([...keys]).toEqual([low, high]);
      expect(revokedKeys(raw)).toBe(keys);
    }
  });
});
