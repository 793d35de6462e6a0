import { describe, expect, it } from 'vitest';
import type { Mount } from '../../../device-side/stick-import/mount-table.ts';
import { type Drive, type StickRule, sticksAmong } from '../../../device-side/stick-import/which-sticks.ts';
import { mountOf } from './mounts.ts';

const OWN = '/var/lib/ferry';
const stick = mountOf();
const usb: Drive = { device: '/dev/sda', isUsb: true };
const inside: Drive = { device: '/dev/sdb', isUsb: false };

function byDrives(...drives: readonly Drive[]): StickRule {
  return { by: 'drives', drives };
}

function below(...folders: readonly string[]): StickRule {
  return { by: 'folders', folders };
}

describe('what is mounted is a stick by its drive', () => {
  it.each([
    ['it is one partition of a USB drive', '/dev/sda', '/dev/sda1'],
    ['it is a late partition of a USB drive', '/dev/sda', '/dev/sda15'],
    ['it is all of a USB drive', '/dev/sda', '/dev/sda'],
    ['it is a partition of a card in a USB reader', '/dev/mmcblk0', '/dev/mmcblk0p1'],
    ['it is a partition of a fast USB drive', '/dev/nvme1n1', '/dev/nvme1n1p2'],
  ])('when %s', (_, device, source) => {
    const mount = mountOf({ source });
    expect(sticksAmong([mount], byDrives(inside, { device, isUsb: true }), OWN)).toEqual([mount]);
  });

  it('for each of the partitions of the drive, wherever people mount them', () => {
    const points = ['/media/SECOND', '/run/media/me/SECOND', '/mnt', '/backup', '/homes', '/usrdata', '/bootstick'];
    for (const point of points) {
      const second = mountOf({ id: 61, device: '8:2', point, source: '/dev/sda2' });
      expect(sticksAmong([stick, second], byDrives(usb), OWN)).toEqual([stick, second]);
    }
  });

  it.each<[string, Mount, readonly Drive[]]>([
    ['the drive is no USB drive', stick, [{ ...usb, isUsb: false }]],
    [
      'it is a memory card that is no USB drive',
      mountOf({ device: '179:1', source: '/dev/mmcblk0p1' }),
      [{ device: '/dev/mmcblk0', isUsb: false }, usb],
    ],
    ['no drive is known', stick, []],
    ['the drive is another one', stick, [{ ...usb, device: '/dev/sdb' }]],
    ['the drive is one of many whose name only begins so', mountOf({ source: '/dev/sdaa1' }), [usb]],
    ['the drive is one whose name begins likewise', stick, [{ ...usb, device: '/dev/sdaa' }]],
    ['it is a folder of another computer', mountOf({ source: '//server/share' }), [usb]],
    ['it is memory', mountOf({ source: 'tmpfs', type: 'tmpfs' }), [usb]],
    ['its source only looks like a device', mountOf({ source: '/device/sda1' }), [usb]],
  ])('but not when %s', (_, mount, drives) => {
    expect(sticksAmong([mount], byDrives(...drives), OWN)).toEqual([]);
  });

  it.each([
    ...['/', '/boot', '/boot/efi', '/boot/firmware', '/efi', '/usr', '/home', '/home/me', '/var', '/var/log', '/etc'],
    ...['/opt', '/root', '/srv'],
  ])('but no partition of a USB drive from which the system has %s', (point) => {
    const system = mountOf({ id: 22, device: '8:2', point, type: 'ext4', source: '/dev/sda2' });
    const other = mountOf({ id: 61, device: '8:17', point: '/media/OTHER', source: '/dev/sdb1' });
    const drives = byDrives(usb, { device: '/dev/sdb', isUsb: true });
    for (const mounts of [
      [system, stick, other],
      [stick, other, system],
    ])
      expect(sticksAmong(mounts, drives, OWN)).toEqual([other]);
  });

  it('but no partition of a USB drive of which only a part serves the system', () => {
    const home = mountOf({ id: 22, device: '8:2', root: '/@home', point: '/home', type: 'btrfs', source: '/dev/sda2' });
    expect(sticksAmong([stick, home], byDrives(usb), OWN)).toEqual([]);
  });
});

describe('what is mounted is a stick by its folder', () => {
  it.each([
    ['/media', '/media/STICK'],
    ['/media', '/media/me/STICK'],
    ['/media/', '/media/STICK'],
    ['/', '/STICK'],
    ['/media/in use', '/media/in use/STICK'],
  ])('when below %s it is mounted at %s', (folder, point) => {
    const mount = mountOf({ point });
    expect(sticksAmong([mount], below(folder), OWN)).toEqual([mount]);
    expect(sticksAmong([mount], below('/mnt', folder), OWN)).toEqual([mount]);
  });

  it.each([
    ['/media', '/media'],
    ['/media', '/media2'],
    ['/media', '/media2/STICK'],
    ['/media/', '/mediaSTICK'],
    ['/media', '/run/media/STICK'],
    ['/media/STICK', '/media'],
  ])('but not when below %s nothing is and it is mounted at %s', (folder, point) => {
    expect(sticksAmong([mountOf({ point })], below(folder), OWN)).toEqual([]);
  });

  it('but not when it only mounts others when somebody looks, and that does not hide what it mounts', () => {
    const auto = mountOf({ id: 59, device: '0:44', type: 'autofs', source: 'systemd-1' });
    expect(sticksAmong([auto], below('/media'), OWN)).toEqual([]);
    expect(sticksAmong([auto, stick], below('/media'), OWN)).toEqual([stick]);
  });

  it('whatever its drive, but not without any folder', () => {
    const card = mountOf({ device: '179:1', type: 'ext4', source: '/dev/mmcblk0p1' });
    expect(sticksAmong([card], below('/media'), OWN)).toEqual([card]);
    expect(sticksAmong([stick], below(), OWN)).toEqual([]);
  });

  it.each([
    ['memory', 'tmpfs', 'tmpfs'],
    ['another computer', 'nfs', 'server:/export'],
  ])('but not when it is %s', (_, type, source) => {
    expect(sticksAmong([mountOf({ device: '0:44', type, source })], below('/media'), OWN)).toEqual([]);
  });

  it('but not when something else is mounted over it', () => {
    const over = mountOf({ id: 70, device: '0:44', type: 'tmpfs', source: 'tmpfs' });
    expect(sticksAmong([stick, over], below('/media'), OWN)).toEqual([]);
  });

  it('where it is, though it is mounted elsewhere before', () => {
    const elsewhere = mountOf({ id: 58, point: '/backup' });
    expect(sticksAmong([elsewhere, stick], below('/media'), OWN)).toEqual([stick]);
  });
});

describe.each<[string, StickRule]>([
  ['drives', byDrives(usb, { device: '/dev/sdb', isUsb: true })],
  ['folders', below('/media')],
])('a stick told by %s', (_, rule) => {
  const again = mountOf({ id: 61, point: '/media/AGAIN' });
  const part = mountOf({ id: 59, root: '/photos' });
  const other = mountOf({ id: 62, device: '8:17', point: '/media/OTHER', source: '/dev/sdb1' });

  it('is one stick where it is mounted twice, at the first place of the table', () => {
    expect(sticksAmong([stick, again], rule, OWN)).toEqual([stick]);
    expect(sticksAmong([again, stick], rule, OWN)).toEqual([again]);
  });

  it('is no stick where a part of it is mounted, and that does not hide the whole', () => {
    expect(sticksAmong([part], rule, OWN)).toEqual([]);
    expect(sticksAmong([part, stick], rule, OWN)).toEqual([stick]);
  });

  it('is another one than what is on another device', () => {
    expect(sticksAmong([stick, other], rule, OWN)).toEqual([stick, other]);
  });

  it.each([stick.point, `${stick.point}/ferry`, `${stick.point}/deep/er`])(
    'is none where the device has its own folder at %s',
    (own) => {
      expect(sticksAmong([stick, other], rule, own)).toEqual([other]);
    },
  );

  it('is one where the folder of the device only has a name that begins likewise, or lies elsewhere', () => {
    for (const own of [`${stick.point}2/ferry`, '/media', '/'])
      expect(sticksAmong([stick], rule, own)).toEqual([stick]);
  });

  it('is one, too, that nothing can be written to', () => {
    const sealed = mountOf({ isReadOnly: true });
    expect(sticksAmong([sealed], rule, OWN)).toEqual([sealed]);
  });
});

describe('what the device’s folder lies on', () => {
  const usb: StickRule = { by: 'drives', drives: [{ device: '/dev/sda', isUsb: true }] };
  const data = mountOf({ point: '/media/DATA' });

  it.each<[string, StickRule]>([
    ['drives', usb],
    ['folders', { by: 'folders', folders: ['/media'] }],
  ])('is no stick at the other place either where it is mounted, by %s', (_, rule) => {
    const again = mountOf({ id: 61, point: '/media/AGAIN' });
    expect(sticksAmong([data, again], rule, '/media/DATA/ferry')).toEqual([]);
  });

  it.each<[string, StickRule]>([
    ['drives', usb],
    ['folders', { by: 'folders', folders: ['/media'] }],
  ])('is no stick where a part of it is mounted for the device, by %s', (_, rule) => {
    const part = mountOf({ id: 61, root: '/ferry', point: '/data' });
    expect(sticksAmong([data, part], rule, '/data')).toEqual([]);
  });
});

describe('a USB drive from which the system was started', () => {
  it('is no stick where the kernel calls its root /dev/root, as without an initial RAM disk', () => {
    const root = mountOf({ id: 22, device: '8:2', point: '/', type: 'ext4', source: '/dev/root' });
    const data = mountOf({ id: 23, device: '8:3', point: '/data', type: 'ext4', source: '/dev/sda3' });
    const rule: StickRule = { by: 'drives', drives: [{ device: '/dev/sda', isUsb: true }] };
    expect(sticksAmong([root, data], rule, '/var/lib/ferry')).toEqual([]);
  });
});
