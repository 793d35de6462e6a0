import { describe, expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import { armor, describeFile, TEST_ROOT_ID, unarmor } from '../../../container/files/armor.ts';
import { encodeBase64 } from '../../../container/files/base64.ts';
import { contextHeader } from '../../../container/files/context-file.ts';
import { sealEnvelope, signedEnvelope } from '../../../container/files/envelope.ts';
import { certifyContainer } from '../../../container/files/test-root.ts';
import { NO_BYTES, utf8 } from '../../../container/model/bytes.ts';
import { FORMAT } from '../../../container/model/limits.ts';
import { serialFromParts } from '../../../container/model/serial-number.ts';
import { crypto, makeContainer, root, TestFirm } from '../../world/parties.ts';
import { HandContainer } from '../engine/scene.ts';

function contextFile(): Uint8Array {
  const dongle = makeContainer('dongle', 1);
  const device = makeContainer('soft', 2);
  return device.container.run('context', { certificate: dongle.certificate, firmCode: null }).context;
}

/** The lines of the header that people read. */
function headerOf(text: string): string[] {
  return text.split('\n\n')[0]?.split('\n').slice(1) ?? [];
}

/** What `unarmor` refuses with, and what it says of it; undefined when it takes the file. */
function refusal(file: Uint8Array | string): string | undefined {
  const answer = unarmor(file);
  return answer.ok ? undefined : [answer.code, ...Object.values(answer.details)].join(': ');
}

/** A signed file of three parts, of which only the header matters for its armor. */
function withHeader(kind: 'contextFile' | 'updateFile', header: Uint8Array, sealed = NO_BYTES): Uint8Array {
  return sealEnvelope(crypto, new Uint8Array(32), kind, [NO_BYTES, header, sealed]);
}

describe('armor', () => {
  const raw = contextFile();
  const text = armor(raw);

  it('marks files of the TEST root, whose id it knows', () => {
    expect(TEST_ROOT_ID).toBe(root.id);
    expect(text).toContain('\nRoot: TEST\n');
  });

  it('gives the envelope back from text, from its bytes, with CRLF, behind a byte order mark, and from the raw envelope', () => {
    for (const form of [text, utf8(text), text.replaceAll('\n', '\r\n'), utf8(`\uFEFF${text}`), raw])
      expect(unarmor(form)).toEqual({ ok: true, value: raw });
  });

  it('refuses a byte order mark that is not whole, comes twice, or stands before an envelope', () => {
    for (const form of [
      utf8(`\uFEFF${text}`).subarray(1),
      utf8(`\uFEFF\uFEFF${text}`),
      new Uint8Array([0xef, 0x20, 0x20, ...utf8(text)]),
      new Uint8Array([0xef, 0xbb, 0xbf, ...raw]),
    ])
      expect(refusal(form)).toBe('FILE_MALFORMED: it is neither text nor an envelope');
  });

  it('refuses a header that is not what was signed', () => {
    const changed = [
      text.replace('From: 130-2', 'From: 130-3'),
      text.replace('\nRoot: TEST', '\nRoot: TEST\nNote: pay here'),
      text.replace('\nRoot: TEST', ''),
      text.replace('Root: TEST', 'root: TEST'),
    ];
    expect(changed.map(refusal)).toEqual([
      'FILE_HEADER: line "From: 130-3", signed is "From: 130-2"',
      'FILE_HEADER: line "Note: pay here" is not part of it',
      'FILE_HEADER: line "", signed is "Root: TEST"',
      'FILE_HEADER: line "root: TEST", signed is "Root: TEST"',
    ]);
  });

  it('refuses every truncation and whatever is added behind the end', () => {
    for (let length = 0; length < text.length; length += 7) expect(unarmor(text.slice(0, length)).ok).toBe(false);
    for (const tail of ['\n', ' ', 'x', text]) expect(unarmor(text + tail)).toMatchObject({ code: 'FILE_MALFORMED' });
  });

  it('refuses mixed line ends, other line lengths and another title', () => {
    const mixed = [text.replace('\n', '\r\n'), text.replaceAll('\n', '\r\n').replace(/\r\n$/, '\n')];
    const longer = text.replace(/(?<=\n[A-Za-z0-9+/]{76})\n/, '');
    const titled = text.replaceAll('CONTEXT FILE', 'UPDATE FILE');
    for (const form of mixed) expect(refusal(form)).toBe('FILE_MALFORMED: its line ends are mixed');
    for (const form of [longer, titled, `${text}\r`])
      expect(refusal(form)).toBe('FILE_MALFORMED: something was added to its text or taken from it');
  });

  it('refuses what is neither text nor an envelope, and text that is no armor', () => {
    const neither = 'FILE_MALFORMED: it is neither text nor an envelope';
    for (const bytes of [[0x93, 0, 0xff], [127], [0x2d, 0xff]]) expect(refusal(new Uint8Array(bytes))).toBe(neither);
    const bare = 'FILE_MALFORMED: it has no header';
    expect(refusal(utf8('~'))).toBe(bare);
    expect(refusal('Dear customer,\n\nplease find attached')).toBe(bare);
    expect(refusal(`Dear customer,\n${text}`)).toBe(bare);
    expect(refusal('-----BEGIN LICENSE FERRY CONTEXT FILE-----\nFormat: x')).toBe(bare);
    expect(refusal(text.replace('\n\n', '\n\n='))).toBe('FILE_MALFORMED: what follows the header is not base64');
  });

  it('takes a file of the largest size, however its lines end', () => {
    const header = signedEnvelope.decodeTrusted(raw).parts[1] as Uint8Array;
    const around = withHeader('contextFile', header, new Uint8Array(0x10000)).length - 0x10000;
    const largest = withHeader('contextFile', header, new Uint8Array(FORMAT.fileBytes - around));
    expect(largest.length).toBe(FORMAT.fileBytes);
    expect(unarmor(armor(largest).replaceAll('\n', '\r\n')).ok).toBe(true);
  });

  it('refuses by its size alone what is longer than any file', () => {
    const limit = 2_873_950;
    expect(refusal('x'.repeat(limit))).toBe('FILE_MALFORMED: it has no header');
    for (const form of ['x'.repeat(limit + 1), new Uint8Array(limit + 1)])
      expect(unarmor(form)).toEqual({ ok: false, code: 'FILE_TOO_LARGE', details: { size: limit + 1, limit } });
  });

  it('repeats a line of the header whole up to 80 characters, and no more of a longer one', () => {
    const added = (line: string): string => text.replace('Root: TEST', `Root: TEST\n${line}`);
    const whole = `Note: ${'x'.repeat(74)}`;
    expect(refusal(added(whole))).toBe(`FILE_HEADER: line "${whole}" is not part of it`);
    expect(refusal(added(`${whole}y`))).toBe(`FILE_HEADER: line "${whole}..." is not part of it`);
  });

  it.each([
    { what: 'changed', bent: text.replace('Issuer: ', `Issuer: ${'x'.repeat(100_000)}`) },
    { what: 'added', bent: text.replace('Root: TEST', `Root: TEST\nNote: ${'x'.repeat(100_000)}`) },
  ])('repeats only the beginning of a $what line of the header that is very long', ({ bent }) => {
    const answer = unarmor(bent);
    if (answer.ok) throw new TypeError('it was taken');
    expect(answer.code).toBe('FILE_HEADER');
    expect(String(answer.details.what)).toMatch(/^line "(Issuer|Note): x{72,74}\.\.\."/);
    expect(String(answer.details.what).length).toBeLessThan(250);
  });

  it('reads a text of two thousand lines', () => {
    const firm = new TestFirm();
    const dongle = makeContainer('dongle', 3);
    for (let count = 0; count < 300; count++)
      firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key, { protectedData: new Uint8Array(256) }).raw] });
    const update = firm.update(dongle);
    expect(unarmor(utf8(armor(update)))).toEqual({ ok: true, value: update });
  });
});

describe('the header of an update file', () => {
  it.each([
    ['no entry', 0, [], 'none'],
    ['one entry', 1, [], '1'],
    ['several entries', 3, [], '1 to 3'],
    ['cancelled entries', 3, [2, 3], '1 to 3, 2 cancelled'],
  ])('says with %s which sequences it carries, from whom and for whom', (_, entries, cancelled, sequences) => {
    const firm = new TestFirm();
    const dongle = makeContainer('dongle', 5);
    for (let count = 0; count < entries; count++)
      firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key).raw] });
    const update = firm.update(dongle, { header: { cancelled } });
    expect(headerOf(armor(update))).toEqual([
      'Format: license-ferry update 1',
      'From: firm 6000010',
      'For: 3-5',
      `Sequences: ${sequences}`,
      'Root: TEST',
    ]);
    expect(unarmor(armor(update))).toEqual({ ok: true, value: update });
  });

  it('names a container by its serial number, and a root that is not the TEST root by its id', () => {
    const target = makeContainer('soft', 6);
    const hand = new HandContainer(7);
    const certificate = certifyContainer(
      crypto,
      { ...root, id: '0123456789abcdef' },
      {
        serial: serialFromParts(3, 7),
        kind: 'dongle',
        key: hand.key,
        sealingKey: crypto.x25519PublicKey(hand.seed),
        issues: 'move',
      },
    );
    const lines = headerOf(armor(hand.update(target, [], { header: { certificate } })));
    expect(lines).toContain('From: 3-7');
    expect(lines).toContain('Root: 0123456789abcdef');
  });
});

describe('what cannot be described', () => {
  const { certificate } = new TestFirm();
  const codeOf = (file: Uint8Array): string | undefined => {
    const answer = describeFile(file);
    return answer.ok ? undefined : answer.code;
  };

  it('is refused as the file itself would be, before any armor is written', () => {
    const certified = (kind: 'containerCertificate' | 'firmCertificate' | 'timeCertificate'): Uint8Array =>
      sealEnvelope(crypto, root.seed, kind, [NO_BYTES]);
    const target = makeContainer('soft', 8);
    const shown = (raw: Uint8Array): Uint8Array =>
      new HandContainer(9).update(target, [], { header: { certificate: raw } });
    expect(codeOf(certificate)).toBe('FILE_KIND');
    expect(codeOf(new Uint8Array([0x94]))).toBe('FILE_MALFORMED');
    expect(codeOf(withHeader('contextFile', NO_BYTES))).toBe('FILE_MALFORMED');
    expect(codeOf(withHeader('updateFile', NO_BYTES))).toBe('FILE_MALFORMED');
    const uncertified = contextHeader.encode({
      certificate: new Uint8Array([1]),
      issuer: target.key,
      locked: false,
      lockedFirms: [],
      freeMemory: 0,
      freeChannels: 0,
      largestRecord: 0,
      challenge: null,
    });
    expect(codeOf(withHeader('contextFile', uncertified))).toBe('FILE_MALFORMED');
    expect(codeOf(shown(certified('containerCertificate')))).toBe('FILE_MALFORMED');
    expect(codeOf(shown(certified('firmCertificate')))).toBe('FILE_MALFORMED');
    expect(codeOf(shown(certified('timeCertificate')))).toBe('FILE_KIND');
    expect(
      codeOf(
        signedEnvelope.encode({ kind: 'updateFile', version: 9, parts: [NO_BYTES], signature: new Uint8Array(64) }),
      ),
    ).toBe('FILE_VERSION');
    expect(() => armor(certificate)).toThrow(FerryError);
  });

  it('is refused inside armor too', () => {
    const wrapped = (bytes: Uint8Array): string =>
      `-----BEGIN LICENSE FERRY UPDATE FILE-----\nFormat: license-ferry update 1\n\n${encodeBase64(bytes)}\n-----END LICENSE FERRY UPDATE FILE-----\n`;
    expect(refusal(wrapped(certificate))).toBe('FILE_KIND: the certificate of a firm: a context or update file');
    expect(refusal(wrapped(new Uint8Array([1])))).toBe('FILE_MALFORMED: signed envelope: record: expected Array');
  });
});
