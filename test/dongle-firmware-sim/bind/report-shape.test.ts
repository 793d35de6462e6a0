import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../container/model/bytes.ts';
import { reportShape, whyUnfit } from '../../../dongle-firmware-sim/bind/report-shape.ts';
import { REPORT_DESCRIPTOR } from '../../../dongle-firmware-sim/usb/descriptors.ts';

/** A mouse. @see HID 1.11, E.10 */
const MOUSE =
  '05010902a1010901a10005091901290315002501950375018102950175058101050109300931158125' + '7f750895028106c0c0';
/** A security key. @see CTAP 2.1, 11.2.8.1 */
const SECURITY_KEY = '06d0f10901a1010920150026ff007508954081020921150026ff00750895409102c0';

function shapeOf(hex: string): ReturnType<typeof reportShape> {
  return reportShape(fromHex(hex));
}

describe('what a device says of its reports', () => {
  it('is 64 bytes each way for a dongle, which fits', () => {
    expect(reportShape(REPORT_DESCRIPTOR)).toEqual({ usagePage: 0xff00, input: 64, output: 64, hasNumbers: false });
    expect(whyUnfit(reportShape(REPORT_DESCRIPTOR))).toBeUndefined();
  });

  it('is counted in bits, item by item', () => {
    expect(shapeOf(MOUSE)).toEqual({ usagePage: 1, input: 3, output: 0, hasNumbers: false });
  });

  it('does not fit where the reports mean something else, though they have the size', () => {
    expect(shapeOf(SECURITY_KEY)).toMatchObject({ input: 64, output: 64 });
    expect(whyUnfit(shapeOf(SECURITY_KEY))).toContain('usage page');
  });

  it.each([
    ['numbered', '0600ff0901a1018501092015002 6ff0075089540810209219102c0', 'numbered'],
    ['of another size', '0600ff0901a101092015002 6ff00750895208102092191 02c0', '32 bytes from it and 32 to it'],
  ])('does not fit where they are %s', (_, hex, why) => {
    expect(whyUnfit(shapeOf(hex.replaceAll(' ', '')))).toContain(why);
  });

  it('keeps in mind what was pushed, and passes over long items', () => {
    const pushed = '0600ff0901a101' + '75089540' + 'a4' + '75019501' + 'b4' + 'fe0312aabbcc' + '81029102c0';
    expect(whyUnfit(shapeOf(pushed))).toBeUndefined();
  });

  it('cannot be read when it ends within an item', () => {
    expect(shapeOf('0600')).toBeUndefined();
    expect(shapeOf('fe')).toBeUndefined();
    expect(whyUnfit(undefined)).toContain('cannot be read');
  });

  it('is read or refused, whatever bytes it has', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const shape = reportShape(bytes);
        if (shape !== undefined) expect(Math.min(shape.input, shape.output)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
