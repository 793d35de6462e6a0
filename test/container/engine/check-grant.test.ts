import { describe, expect, it } from 'vitest';
import { checkGrant } from '../../../container/engine/check-grant.ts';
import { readStoredCertificate } from '../../../container/files/certificate.ts';
import { certifyFirm, signGrant } from '../../../container/files/test-root.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { crypto, load, root, type TestFirm } from '../../world/parties.ts';
import { world } from './scene.ts';

/** Another key of the same firm: it has as many as the root certifies. */
function otherKeyOf({ firmCode, sealingSecret }: TestFirm) {
  const seed = new Uint8Array(32).fill(7);
  const key = toHex(crypto.ed25519PublicKey(seed)) as PublicKey;
  const sealingKey = crypto.x25519PublicKey(sealingSecret);
  return { seed, key, certificate: certifyFirm(crypto, root, { firmCode, key, sealingKey, name: 'The same firm' }) };
}

function certified(...parties: readonly { readonly key: PublicKey; readonly certificate: Uint8Array }[]) {
  return new Map(parties.map((it) => [it.key, readStoredCertificate(it.certificate)]));
}

describe('a grant', () => {
  it('is taken with the certificate of the key that signed it, whichever of the firm that is', () => {
    const { firm, dongle } = world();
    const other = otherKeyOf(firm);
    const { grant } = firm.grant(dongle.key);
    const raw = signGrant(crypto, other.seed, grant);
    const { state } = dongle.container;
    const checked = checkGrant(crypto, state, certified(dongle, firm, other), raw);
    expect(checked).toMatchObject({ ok: true, value: { grant: { itemId: grant.itemId }, firm: { key: other.key } } });
    expect(checkGrant(crypto, state, certified(dongle, firm), raw)).toMatchObject({ code: 'GRANT_WRONG' });
  });

  it('that is here is taken again only with the certificate of the key that signed it, not with another of its firm', () => {
    const { firm, dongle } = world();
    const other = otherKeyOf(firm);
    load(firm, dongle, {});
    const { state } = dongle.container;
    const [stored] = [...state.grants.values()];
    const check = (certificates: ReturnType<typeof certified>) =>
      checkGrant(crypto, state, certificates, stored?.raw ?? new Uint8Array());
    expect(check(certified(dongle, other, firm))).toMatchObject({ ok: true, value: { firm: { key: firm.key } } });
    expect(check(certified(dongle, other))).toMatchObject({ code: 'GRANT_WRONG' });
    expect(check(certified(dongle))).toMatchObject({ code: 'GRANT_WRONG' });
  });
});
