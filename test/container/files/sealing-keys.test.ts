import { describe, expect, it } from 'vitest';
import { nobleCrypto } from '../../../container/crypto/noble.ts';
import { verifyCertificate } from '../../../container/files/certificate.ts';
import { certifyContainer, certifyFirm } from '../../../container/files/test-root.ts';
import { serialFromParts } from '../../../container/model/serial-number.ts';
import { makeContainer, crypto as nativeCrypto, root, TestFirm } from '../../world/parties.ts';
import { SMALL_ORDER_SEALING_KEYS as KEYS } from '../crypto/small-order-sealing-keys.ts';
import { apply, codeOf, HandContainer, hashOf } from '../engine/scene.ts';

const firm = new TestFirm();
const hand = new HandContainer(31);

function firmWith(sealingKey: Uint8Array): Uint8Array {
  return certifyFirm(nativeCrypto, root, { firmCode: firm.firmCode, key: firm.key, sealingKey, name: '' });
}

function containerWith(sealingKey: Uint8Array): Uint8Array {
  const content = {
    serial: serialFromParts(3, 31),
    kind: 'dongle',
    key: hand.key,
    sealingKey,
    issues: 'move',
  } as const;
  return certifyContainer(nativeCrypto, root, content);
}

describe('a certificate with a sealing key to which nothing can be sealed', () => {
  it.each([
    ['native', nativeCrypto],
    ['portable', nobleCrypto],
  ])('is refused when it is read, by the %s cryptography', (_, crypto) => {
    for (const key of KEYS)
      for (const raw of [firmWith(key), containerWith(key)])
        expect(verifyCertificate(crypto, root, raw)).toMatchObject({ ok: false, code: 'CERTIFICATE_WRONG' });
    expect(verifyCertificate(crypto, root, firm.certificate).ok).toBe(true);
    expect(verifyCertificate(crypto, root, hand.certificate).ok).toBe(true);
  });

  it('gets no context, no channel and no update taken, and the container stays as it was', () => {
    const device = makeContainer('soft', 32);
    const before = hashOf(device);
    for (const key of KEYS) {
      const context = (certificate: Uint8Array) =>
        codeOf(() => device.container.run('context', { certificate, firmCode: null }));
      expect([context(firmWith(key)), context(containerWith(key))]).toEqual(['CERTIFICATE_WRONG', 'CERTIFICATE_WRONG']);
      const update = hand.update(device, [], { header: { certificate: containerWith(key) } });
      expect(codeOf(() => apply(device, update))).toBe('CERTIFICATE_WRONG');
    }
    expect(hashOf(device)).toBe(before);
  });
});
