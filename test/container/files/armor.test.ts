import { describe, expect, it } from 'vitest';
import { armor, TEST_ROOT_ID, unarmor } from '../../../container/files/armor.ts';
import { utf8 } from '../../../container/model/bytes.ts';
import { makeContainer, root } from '../../world/parties.ts';

function contextFile(): Uint8Array {
  const dongle = makeContainer('dongle', 1);
  const device = makeContainer('soft', 2);
  return device.container.run('context', { certificate: dongle.certificate, firmCode: null }).context;
}

describe('armor', () => {
  const raw = contextFile();
  const text = armor(raw);

  it('marks files of the TEST root, whose id it knows', () => {
    expect(TEST_ROOT_ID).toBe(root.id);
    expect(text).toContain('\nRoot: TEST\n');
  });

  it('gives the envelope back from text, from its bytes, with CRLF, and from the raw envelope', () => {
    for (const form of [text, utf8(text), text.replaceAll('\n', '\r\n'), raw])
      expect(unarmor(form)).toEqual({ ok: true, value: raw });
  });

  it('refuses a header that is not what was signed', () => {
    expect(unarmor(text.replace('From: 130-2', 'From: 130-3'))).toMatchObject({ code: 'FILE_HEADER' });
    expect(unarmor(text.replace('\nRoot: TEST', '\nRoot: TEST\nNote: pay here'))).toMatchObject({
      code: 'FILE_HEADER',
    });
  });

  it('refuses every truncation and whatever is added behind the end', () => {
    for (let length = 0; length < text.length; length += 7) expect(unarmor(text.slice(0, length)).ok).toBe(false);
    for (const tail of ['\n', ' ', 'x', text]) expect(unarmor(text + tail)).toMatchObject({ code: 'FILE_MALFORMED' });
  });
});
