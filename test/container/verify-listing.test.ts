import { describe, expect, it } from 'vitest';
import { toHex } from '../../container/model/bytes.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { verifyListing } from '../../container/verify-listing.ts';
import { crypto, makeContainer, root, TestFirm } from '../world/parties.ts';

const [device, other] = [makeContainer('soft', 2), makeContainer('soft', 3)];
const own = device.container.run('list', {});
const meant = other.container.run('list', {});

describe('a listing', () => {
  it('is that of its own certificate', () => {
    expect(verifyListing(crypto, root, own)).toMatchObject({
      ok: true,
      value: { serial: own.serial, key: device.key },
    });
  });

  it('without a certificate says nothing but a key', () => {
    expect(verifyListing(crypto, root, { ...own, serial: null, certificate: null })).toEqual({ ok: true, value: null });
  });

  it.each([
    ['the serial number of another one', { serial: meant.serial }],
    ['no serial number', { serial: null }],
    ['another kind', { kind: 'dongle' }],
    ['the key of another one', { key: meant.key }],
    ['the certificate of another one', { certificate: meant.certificate }],
    ['a serial number without a certificate', { certificate: null }],
    ['the certificate of a firm', { certificate: new TestFirm().certificate }],
  ] as const)('with %s is false', (_, lie) => {
    expect(verifyListing(crypto, root, { ...own, ...lie })).toMatchObject({ ok: false, code: 'LISTING_FALSE' });
  });

  it('is refused with what it claims beside what is certified', () => {
    const firm = new TestFirm();
    const shown = (serial: string | null, key: string): string => `${serial}, soft, with the key ${key.slice(0, 8)}`;
    const claimed = shown(own.serial, device.key);
    const refusal = (lie: Partial<typeof own>) => verifyListing(crypto, root, { ...own, ...lie });
    const falsity = (certified: string, claims = claimed) => ({
      ok: false,
      code: 'LISTING_FALSE',
      details: { claimed: claims, certified },
    });
    expect(refusal({ certificate: null })).toEqual(falsity('nothing'));
    expect(refusal({ certificate: firm.certificate })).toEqual(falsity(`the firm ${firm.firmCode}`));
    expect(refusal({ certificate: meant.certificate })).toEqual(falsity(shown(meant.serial, other.key)));
    const unnamed = `a container without a serial number, soft, with the key ${device.key.slice(0, 8)}`;
    expect(refusal({ serial: null })).toEqual(falsity(claimed, unnamed));
  });

  it('with a certificate that the root did not sign, or of another root, is refused for that', () => {
    const forger = toHex(crypto.ed25519PublicKey(new Uint8Array(32))) as PublicKey;
    const refusals = [
      { key: forger, id: root.id },
      { key: forger, id: toHex(new Uint8Array(8)) },
    ].map((pinned) => verifyListing(crypto, pinned, own));
    expect(refusals).toMatchObject([{ code: 'CERTIFICATE_WRONG' }, { code: 'CERTIFICATE_OTHER_ROOT' }]);
  });
});
