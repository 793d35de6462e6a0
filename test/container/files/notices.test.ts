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

interface Wrong {
  readonly what: string;
  readonly raw: Uint8Array;
  readonly code: ErrorCode;
  readonly details: Details;
}

const WRONG: readonly Wrong[] = [
  {
    what: 'of a kind that is no notice',
    raw: notice(firm.seed, 'grant', NO_BYTES),
    code: 'NOTICE_UNKNOWN',
    details: {},
  },
  {
    what: 'of a newer format',
    raw: signedEnvelope.encode({
      ...signedEnvelope.decodeTrusted(signRootRevocations(crypto, root.seed, list)),
      version: 2,
    }),
    code: 'FILE_VERSION',
    details: { version: 2, known: 1 },
  },
  {
    what: 'of a list with two parts',
    raw: notice(root.seed, 'rootRevocations', rootRevocations.encode(list), NO_BYTES),
    code: 'FILE_MALFORMED',
    details: { what: 'a notice with 2 parts' },
  },
  {
    what: 'of a time without the certificate of its server',
    raw: notice(server.seed, 'certifiedTime', certifiedTime.encode(time)),
    code: 'FILE_MALFORMED',
    details: { what: 'a notice with 1 parts' },
  },
  {
    what: 'of a time under the certificate of a firm',
    raw: signCertifiedTime(crypto, { seed: firm.seed, certificate: firm.certificate }, time),
    code: 'FILE_KIND',
    details: { found: 'the certificate of a firm', expected: 'the certificate of a time server' },
  },
  {
    what: 'of a time that another than its server signed',
    raw: signCertifiedTime(crypto, { ...server, seed: firm.seed }, time),
    code: 'SIGNATURE_WRONG',
    details: { what: 'the certified time' },
  },
  {
    what: 'of a time that is no record',
    raw: notice(server.seed, 'certifiedTime', NO_BYTES, server.certificate),
    code: 'FILE_MALFORMED',
    details: { what: `certified time: ${NOT_A_RECORD}` },
  },
  {
    what: 'of a list in the name of the root that a firm signed',
    raw: signRootRevocations(crypto, firm.seed, list),
    code: 'SIGNATURE_WRONG',
    details: { what: 'the list of the root' },
  },
  {
    what: 'of a list of the root that is no record',
    raw: notice(root.seed, 'rootRevocations', NO_BYTES),
    code: 'FILE_MALFORMED',
    details: { what: `root revocations: ${NOT_A_RECORD}` },
  },
  {
    what: 'of a list of the root that descends',
    raw: notice(root.seed, 'rootRevocations', rootRevocations.encode({ ...list, keys: [high, low] })),
    code: 'FILE_MALFORMED',
    details: { what: 'revoked keys are not ascending' },
  },
  {
    what: 'of a list of a firm with a key twice',
    raw: notice(firm.seed, 'firmRevocations', firmRevocations.encode({ ...firmList, keys: [low, low] })),
    code: 'FILE_MALFORMED',
    details: { what: 'revoked keys are not ascending' },
  },
  {
    what: 'of a list of a firm that is no record',
    raw: notice(firm.seed, 'firmRevocations', NO_BYTES),
    code: 'FILE_MALFORMED',
    details: { what: `firm revocations: ${NOT_A_RECORD}` },
  },
  {
    what: 'of a list of a firm that another signed',
    raw: signFirmRevocations(crypto, stranger.seed, firmList),
    code: 'SIGNATURE_WRONG',
    details: { what: 'the notice of firm 6000010' },
  },
  {
    what: 'of a list of a firm whose certificate is not at hand',
    raw: signFirmRevocations(crypto, stranger.seed, { ...firmList, firmCode: stranger.firmCode }),
    code: 'ISSUER_UNKNOWN',
    details: { here: 'the container', issuer: 'firm 6000099' },
  },
  {
    what: 'of an accepted state that is no record',
    raw: notice(firm.seed, 'reAnchor', NO_BYTES),
    code: 'FILE_MALFORMED',
    details: { what: `re-anchor: ${NOT_A_RECORD}` },
  },
  {
    what: 'of an accepted state that another than its firm signed',
    raw: signReAnchor(crypto, stranger.seed, anchored),
    code: 'SIGNATURE_WRONG',
    details: { what: 'the notice of firm 6000010' },
  },
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

  it.each(WRONG)('$what is refused', ({ raw, code, details }) => {
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
