import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMountTable } from '../../../device-side/stick-import/mount-table.ts';
import { escaped, lineOf, mountOf, tableOf } from './mounts.ts';

const STICK = '97 28 8:17 / /media/me/STICK rw,nosuid,nodev,relatime shared:52 - vfat /dev/sdb1 rw,fmask=0022';

/** Text of any characters, half of it of those that mean something in the table. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...' \t\n\\-/014#%é😀'),
      fc.integer({ min: 1, max: 0x10_ffff }).map((point) => String.fromCodePoint(point)),
    ),
  )
  .map((characters) => characters.join(''));

describe('the table of what is mounted', () => {
  it.each<[string, string, object]>([
    [
      'that tells nothing more of it',
      '22 1 8:2 / / rw,relatime - ext4 /dev/sda2 rw,errors=remount-ro',
      { id: 22, device: '8:2', root: '/', point: '/', isReadOnly: false, type: 'ext4', source: '/dev/sda2' },
    ],
    ['with one optional field', STICK, { id: 97, point: '/media/me/STICK', type: 'vfat', source: '/dev/sdb1' }],
    [
      'with several optional fields',
      '36 35 98:0 / /mnt2 rw,noatime master:1 shared:2 propagate_from:7 unbindable - ext3 /dev/root rw',
      { id: 36, device: '98:0', point: '/mnt2', type: 'ext3', source: '/dev/root' },
    ],
    [
      'of which a part is mounted',
      '51 22 8:2 /srv/in\\040use /media/part rw - ext4 /dev/sda2 rw',
      { root: '/srv/in use', point: '/media/part' },
    ],
    [
      'that lies on no device',
      '24 22 0:22 / /proc rw,nosuid - proc proc rw',
      { device: '0:22', type: 'proc', source: 'proc' },
    ],
    ['of which the source has no name', '25 22 0:23 / /x rw - tmpfs  rw', { type: 'tmpfs', source: '' }],
  ])('has each file system that is mounted, such as one %s', (_, line, mount) => {
    expect(readMountTable(`${line}\n`)).toEqual([expect.objectContaining(mount)]);
  });

  it.each([
    ['rw', false],
    ['ro', true],
    ['ro,nosuid,nodev,relatime', true],
    ['nosuid,ro', true],
    ['rw,errors=ro', false],
    ['rw,nodev,norom', false],
  ])('tells of the options %s whether nothing can be written there', (options, isReadOnly) => {
    expect(readMountTable(`97 28 8:17 / /media/x ${options} - vfat /dev/sdb1 rw`)).toMatchObject([{ isReadOnly }]);
  });

  it.each([
    ['rw,errors=remount-ro', false],
    ['rw,errors=ro', false],
    ['ro', true],
    ['ro,errors=remount-ro', true],
    ['fmask=0022,ro', true],
  ])(
    'tells of the options %s of the file system itself, too, whether nothing can be written there',
    (own, isReadOnly) => {
      expect(readMountTable(`97 28 8:17 / /media/x rw - vfat /dev/sdb1 ${own}`)).toMatchObject([{ isReadOnly }]);
    },
  );

  it.each([
    ['\\040', ' '],
    ['\\011', '\t'],
    ['\\012', '\n'],
    ['\\134', '\\'],
    ['a\\040-\\040b', 'a - b'],
    ['\\134040', '\\040'],
    ['\\134\\134', '\\\\'],
    ['a\\043b', 'a#b'],
    ['\\04', '\\04'],
    ['\\999', '\\999'],
    ['Gerät-☃-😀', 'Gerät-☃-😀'],
  ])('reads %j in a path as %j', (written, read) => {
    const line = `97 28 8:17 /r${written} /media/${written} rw - vfat /dev/${written} rw`;
    expect(readMountTable(line)).toMatchObject([
      { root: `/r${read}`, point: `/media/${read}`, source: `/dev/${read}` },
    ]);
  });

  it.each([
    ['nothing', ''],
    ['blanks', '   '],
    ['a sentence', 'This is no table - really not.'],
    ['a line without its end', '97 28 8:17 / /media/x rw,nosuid shared:52'],
    ['a line that ends after the dash', '97 28 8:17 / /media/x rw - '],
    ['a line that ends after the type', '97 28 8:17 / /media/x rw - vfat'],
    ['a line without options', '97 28 8:17 / /media/x - vfat /dev/sdb1 rw'],
    ['an id that is no number', 'x7 28 8:17 / /media/x rw - vfat /dev/sdb1 rw'],
    ['a device that is no pair of numbers', '97 28 sdb1 / /media/x rw - vfat /dev/sdb1 rw'],
    ['a line of /proc/mounts', '/dev/sdb1 /media/x vfat rw,nosuid 0 0'],
  ])('passes over %s', (_, line) => {
    expect(readMountTable(`${line}\n${STICK}\n${line}`)).toMatchObject([{ id: 97 }]);
  });

  it('keeps the order of the lines', () => {
    const mounts = [mountOf({ id: 9 }), mountOf({ id: 3, point: '/media/B' }), mountOf({ id: 5, isReadOnly: true })];
    expect(readMountTable(tableOf(...mounts))).toEqual(mounts);
  });

  it('throws nothing and has nothing without an id and a device, whatever the text', () => {
    const words = ['97', '28', '8:17', '/', '/media/\\040', '\\', 'ro', 'shared:1', '-', '- vfat /dev/sdb1', '', '\n'];
    const fields = fc.array(fc.constantFrom(...words), { maxLength: 12 });
    const line = fields.map((rest) => ['97 28 8:17', ...rest].join(' '));
    fc.assert(
      fc.property(fc.oneof(line, anyText), (text) => {
        const mounts = readMountTable(text);
        expect(mounts.filter(({ id, device }) => !(id >= 0 && /^\d+:\d+$/.test(device)))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('gives every path back that was written into it, whatever its characters', () => {
    const path = anyText.map((name) => `/${name}`);
    fc.assert(
      fc.property(path, path, path, (root, point, source) => {
        const mount = mountOf({ root, point, source });
        expect(readMountTable(`${STICK}\n${lineOf(mount)}\n${STICK}`)[1]).toEqual(mount);
        expect(escaped(point)).not.toMatch(/[ \t\n]/);
      }),
      { numRuns: 300 },
    );
  });
});
