import { describe, expect, it } from 'vitest';
import { describeCertificate } from '../../../container/files/describe-certificate.ts';
import { signedEnvelope } from '../../../container/files/envelope.ts';
import { NO_BYTES } from '../../../container/model/bytes.ts';
import { makeContainer, TestFirm } from '../../world/parties.ts';

describe('what a certificate says of itself', () => {
  it('is whose it is, of a container and of a firm', () => {
    const [dongle, firm] = [makeContainer('dongle', 5), new TestFirm()];
    const [ofDongle, ofFirm] = [describeCertificate(dongle.certificate), describeCertificate(firm.certificate)];
    expect(ofDongle).toMatchObject({ ok: true, value: { key: dongle.key } });
    expect(ofFirm).toMatchObject({ ok: true, value: { key: firm.key } });
    const linesOf = (of: typeof ofDongle) => (of.ok ? new Map(of.value.lines) : new Map());
    expect([linesOf(ofDongle).get('Of'), linesOf(ofDongle).get('Issues')]).toEqual(['3-5', 'move']);
    expect(linesOf(ofFirm).get('Of')).toBe('firm 6000010');
  });

  it('is not asked of another file, nor of one that is cut short', () => {
    const { raw } = new TestFirm().grant(makeContainer('soft', 6).key);
    expect(describeCertificate(raw)).toMatchObject({
      code: 'FILE_KIND',
      details: { found: 'a grant', expected: 'a context file, an update file or a certificate' },
    });
    expect(describeCertificate(makeContainer('dongle', 5).certificate.subarray(0, 40))).toMatchObject({
      code: 'FILE_MALFORMED',
    });
  });

  it.each(['containerCertificate', 'firmCertificate'] as const)(
    'is not told of a newer %s, nor of one whose content is no record',
    (kind) => {
      const signature = new Uint8Array(64);
      const of = (version: number) => signedEnvelope.encode({ kind, version, parts: [NO_BYTES], signature });
      const name = kind === 'firmCertificate' ? 'firm certificate' : 'container certificate';
      expect(describeCertificate(of(2))).toEqual({
        ok: false,
        code: 'FILE_VERSION',
        details: { version: 2, known: 1 },
      });
      expect(describeCertificate(of(1))).toEqual({
        ok: false,
        code: 'FILE_MALFORMED',
        details: { what: `${name}: the data ends early at byte 0` },
      });
    },
  );
});
