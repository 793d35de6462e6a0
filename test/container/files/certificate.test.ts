import { describe, expect, it } from 'vitest';
import type { Details, ErrorCode } from '../../../container/errors.ts';
import { verifyCertificate, verifyTimeCertificate } from '../../../container/files/certificate.ts';
import { sealEnvelope, signedEnvelope } from '../../../container/files/envelope.ts';
import { certifyContainer, certifyTimeServer } from '../../../container/files/test-root.ts';
import { NO_BYTES, toHex } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { serialFromParts } from '../../../container/model/serial-number.ts';
import { crypto, root, TestFirm } from '../../world/parties.ts';

const server = new TestFirm(1, crypto, root, 'time server');
/** What looks like the root and is not: it has another key, or only another id. */
const impostor = { ...root, seed: server.seed };
const other = { ...root, id: '0123456789abcdef' };

type Wrong = [what: string, raw: Uint8Array, code: ErrorCode, details: Details];

describe('the certificate of a time server', () => {
  const genuine = certifyTimeServer(crypto, root, server.key);

  it('gives the key that the root certified', () => {
    expect(verifyTimeCertificate(crypto, root, genuine)).toEqual({
      ok: true,
      value: { root: root.id, key: server.key },
    });
  });

  it.each<Wrong>([
    ['what is no envelope', NO_BYTES, 'FILE_MALFORMED', { what: 'signed envelope: the data ends early at byte 0' }],
    [
      'the certificate of a firm',
      server.certificate,
      'FILE_KIND',
      { found: 'the certificate of a firm', expected: 'the certificate of a time server' },
    ],
    [
      'one of a newer format',
      signedEnvelope.encode({ ...signedEnvelope.decodeTrusted(genuine), version: 2 }),
      'FILE_VERSION',
      { version: 2, known: 1 },
    ],
    [
      'one whose content is no record',
      sealEnvelope(crypto, root.seed, 'timeCertificate', [NO_BYTES]),
      'FILE_MALFORMED',
      { what: 'time certificate: the data ends early at byte 0' },
    ],
    [
      'one of another root',
      certifyTimeServer(crypto, other, server.key),
      'CERTIFICATE_OTHER_ROOT',
      { who: 'the time server', found: other.id, pinned: root.id },
    ],
    [
      'one that somebody else signed in the name of the root',
      certifyTimeServer(crypto, impostor, server.key),
      'CERTIFICATE_WRONG',
      { who: 'the time server', why: 'the root did not sign it' },
    ],
  ])('is not %s', (_, raw, code, details) => {
    expect(verifyTimeCertificate(crypto, root, raw)).toEqual({ ok: false, code, details });
  });
});

describe('the certificate of a container', () => {
  const content = {
    serial: serialFromParts(3, 5),
    kind: 'dongle',
    key: toHex(crypto.ed25519PublicKey(server.seed)) as PublicKey,
    sealingKey: crypto.x25519PublicKey(server.sealingSecret),
    issues: 'move',
  } as const;

  it.each<Wrong>([
    [
      'it hangs on another root',
      certifyContainer(crypto, other, content),
      'CERTIFICATE_OTHER_ROOT',
      { who: '3-5', found: other.id, pinned: root.id },
    ],
    [
      'somebody else signed it in the name of the root',
      certifyContainer(crypto, impostor, content),
      'CERTIFICATE_WRONG',
      { who: '3-5', why: 'the root did not sign it' },
    ],
    [
      'its sealing key is none',
      certifyContainer(crypto, root, { ...content, sealingKey: new Uint8Array(32) }),
      'CERTIFICATE_WRONG',
      { who: '3-5', why: 'nothing can be sealed to its sealing key' },
    ],
  ])('is refused by its serial number when %s', (_, raw, code, details) => {
    expect(verifyCertificate(crypto, root, raw)).toEqual({ ok: false, code, details });
  });
});
