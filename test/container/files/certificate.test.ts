import { describe, expect, it } from 'vitest';
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

describe('the certificate of a time server', () => {
  const raw = certifyTimeServer(crypto, root, server.key);

  it('gives the key that the root certified', () => {
    expect(verifyTimeCertificate(crypto, root, raw)).toEqual({ ok: true, value: { root: root.id, key: server.key } });
  });

  it.each([
    {
      what: 'what is no envelope',
      file: NO_BYTES,
      code: 'FILE_MALFORMED',
      details: { what: 'signed envelope: the data ends early at byte 0' },
    },
    {
      what: 'the certificate of a firm',
      file: server.certificate,
      code: 'FILE_KIND',
      details: { found: 'the certificate of a firm', expected: 'the certificate of a time server' },
    },
    {
      what: 'one of a newer format',
      file: signedEnvelope.encode({ ...signedEnvelope.decodeTrusted(raw), version: 2 }),
      code: 'FILE_VERSION',
      details: { version: 2, known: 1 },
    },
    {
      what: 'one whose content is no record',
      file: sealEnvelope(crypto, root.seed, 'timeCertificate', [NO_BYTES]),
      code: 'FILE_MALFORMED',
      details: { what: 'time certificate: the data ends early at byte 0' },
    },
    {
      what: 'one of another root',
      file: certifyTimeServer(crypto, other, server.key),
      code: 'CERTIFICATE_OTHER_ROOT',
      details: { who: 'the time server', found: other.id, pinned: root.id },
    },
    {
      what: 'one that somebody else signed in the name of the root',
      file: certifyTimeServer(crypto, impostor, server.key),
      code: 'CERTIFICATE_WRONG',
      details: { who: 'the time server', why: 'the root did not sign it' },
    },
  ])('is not $what', ({ file, code, details }) => {
    expect(verifyTimeCertificate(crypto, root, file)).toEqual({ ok: false, code, details });
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

  it.each([
    {
      what: 'it hangs on another root',
      raw: certifyContainer(crypto, other, content),
      code: 'CERTIFICATE_OTHER_ROOT',
      details: { who: '3-5', found: other.id, pinned: root.id },
    },
    {
      what: 'somebody else signed it in the name of the root',
      raw: certifyContainer(crypto, impostor, content),
      code: 'CERTIFICATE_WRONG',
      details: { who: '3-5', why: 'the root did not sign it' },
    },
    {
      what: 'its sealing key is none',
      raw: certifyContainer(crypto, root, { ...content, sealingKey: new Uint8Array(32) }),
      code: 'CERTIFICATE_WRONG',
      details: { who: '3-5', why: 'nothing can be sealed to its sealing key' },
    },
  ])('is refused by its serial number when $what', ({ raw, code, details }) => {
    expect(verifyCertificate(crypto, root, raw)).toEqual({ ok: false, code, details });
  });
});
