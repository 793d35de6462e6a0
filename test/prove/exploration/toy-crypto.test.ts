import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toyCrypto } from './toy-crypto.ts';

const bytes = (length: number): Uint8Array => new Uint8Array(length).map((_, at) => at % 251);

describe('the cryptography of small worlds', () => {
  it.each([0, 1, 100, 1000, 65_500, 65_536, 200_000])(
    'hashes %i bytes with their purpose and where they are cut',
    (length) => {
      const [salt, key] = [bytes(7), bytes(length)];
      const cut = Buffer.from(`toy extract 7 ${length}\0`, 'latin1');
      const expected = hash('sha256', Buffer.concat([cut, salt, key]), 'hex');
      expect(Buffer.from(toyCrypto.hkdfExtract(salt, key)).toString('hex')).toBe(expected);
    },
  );

  it('gives each hash bytes of its own', () => {
    const one = toyCrypto.sha256(bytes(1));
    const before = [...one];
    toyCrypto.sha256(bytes(2));
    expect([...one]).toEqual(before);
    expect(one.constructor).toBe(Uint8Array);
  });
});
