import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { armor } from '../../../container/files/armor.ts';
import { signedEnvelope } from '../../../container/files/envelope.ts';
import { utf8 } from '../../../container/model/bytes.ts';
import { sortMail } from '../../../dongle-firmware-sim/volume/sort-mail.ts';
import { makeContainer, TestFirm } from '../../world/parties.ts';

const dongle = makeContainer('dongle', 1);
const device = makeContainer('soft', 2);
const firm = new TestFirm();
firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key).raw] });
const update = firm.update(dongle);
const { context } = device.container.run('context', { certificate: dongle.certificate, firmCode: null });

const FILES = [update, context, firm.certificate, device.certificate, utf8(armor(update)), utf8(armor(context))];

/** One of whose parts is something else. */
function withPart(raw: Uint8Array, number: number, other: Uint8Array): Uint8Array {
  const { parts, ...rest } = signedEnvelope.decodeTrusted(raw);
  return signedEnvelope.encode({ ...rest, parts: parts.map((part, at) => (at === number ? other : part)) });
}

function kindOf(bytes: Uint8Array): string {
  const sorted = sortMail(bytes);
  return sorted.ok ? sorted.value.kind : sorted.code;
}

describe('a file', () => {
  it.each([
    ['an update', update, 'update'],
    ['an update as text', utf8(armor(update)), 'update'],
    ['an update that a Windows editor has saved', utf8(`\ufeff${armor(update).replaceAll('\n', '\r\n')}`), 'update'],
    ['a context', context, 'context'],
    ['a context as text', utf8(armor(context)), 'context'],
    ['the certificate of a vendor', firm.certificate, 'certificate'],
    ['the certificate of a container', device.certificate, 'certificate'],
    ['a grant', firm.grant(dongle.key).raw, 'FILE_KIND'],
    ['nothing', new Uint8Array(), 'FILE_MALFORMED'],
    ['a text', utf8('a text'), 'FILE_MALFORMED'],
    ['a text with another header', utf8(armor(update).replace('3-1', '3-2')), 'FILE_HEADER'],
    ['an update with another statement', withPart(update, 0, Uint8Array.of(1)), 'FILE_MALFORMED'],
    ['an update with another header', withPart(update, 1, Uint8Array.of(1)), 'FILE_MALFORMED'],
    ['a context with another statement', withPart(context, 0, Uint8Array.of(1)), 'FILE_MALFORMED'],
    ['a film', new Uint8Array(5 * 1024 * 1024), 'FILE_TOO_LARGE'],
  ])('that is %s is known by its content', (_, bytes, kind) => {
    expect(kindOf(bytes)).toBe(kind);
  });

  it('that is a context tells whose it is', () => {
    expect(sortMail(context)).toMatchObject({
      value: { key: device.key, serial: '130-2', containerKind: 'soft' },
    });
  });

  it('of any bytes is sorted or refused', () => {
    const anything = fc.uint8Array({ maxLength: 400 });
    const damaged = fc
      .tuple(
        fc.constantFrom(...FILES),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(8),
      )
      .map(([file, changes, cut]) => {
        const bytes = file.slice(0, file.length - cut);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(anything, damaged), (bytes) => {
        expect(kindOf(bytes)).toMatch(/^(update|context|certificate|[A-Z]+(_[A-Z]+)+)$/);
      }),
    );
  });
});
