import assert from 'node:assert/strict';

/** Two bytes `..` stand for any value: what a setting or the order of the strings decides. */
const DEVICE = '12 01 0002 00 00 00 40 .... .... .... .. .. .. 01';
const CONFIGURATION = [
  '09 02 4000 02 01 .. .. ..',
  '09 04 00 00 02 03 00 00 ..',
  '09 21 1101 .. 01 22 2200',
  '07 05 81 03 4000 ..',
  '07 05 01 03 4000 ..',
  '09 04 01 00 02 08 06 50 ..',
  '07 05 82 02 0002 ..',
  '07 05 02 02 0002 ..',
];

/** Device and configuration descriptor of a dongle, as the kernel keeps them after it has read them. */
export const DONGLE_DESCRIPTORS = [DEVICE, ...CONFIGURATION].join(' ');

/** Vendor page, 64 bytes in and out, no report ids. @see HID 1.11, 6.2.2 */
export const DONGLE_REPORTS =
  '06 00FF 09 01 A1 01 09 20 15 00 26 FF00 75 08 95 40 81 02 09 21 15 00 26 FF00 75 08 95 40 91 02 C0';

/** @param expected hexadecimal digits, with `..` for a byte that may be any */
export function assertBytes(bytes, expected) {
  const pattern = expected.replaceAll(' ', '').toLowerCase();
  const hex = bytes.toString('hex');
  assert.match(hex, new RegExp(`^${pattern}$`), `\n${hex} is not\n${pattern}`);
}
