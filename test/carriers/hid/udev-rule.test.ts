import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { installedRule, ruleCommand } from '../../../carriers/hid/udev-rule.adapter.ts';
import { dongleOf } from '../../../carriers/hid/usb-host.ts';
import { stringDescriptor } from '../../../dongle-firmware-sim/usb/descriptors.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';

const makeFolder = temporaryFolders();

/** Of `ferry dongle serve --usbip`, unless --usb-ids says otherwise. */
const IDS = { vendor: 0x1209, product: 0x0001 };
const FILE = path.join(import.meta.dirname, '../../../docs/70-license-ferry.rules');

/** What a dongle says of itself: the maker, its name, its serial number. */
const [maker, product, serial] = [1, 2, 3].map((index) => {
  const bytes = stringDescriptor({ ...IDS, serial: '3-1', interval: 4 }, index);
  return Buffer.from(bytes ?? []).toString('utf16le', 2);
});

describe('the rule of udev that comes with the program', () => {
  const hex = (id: number) => id.toString(16).padStart(4, '0');
  const rules = fs
    .readFileSync(FILE, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('SUBSYSTEM'));

  it('is for dongles with the ids that they have by themselves, by both ways to them, and for nobody else’s device', () => {
    for (const rule of rules) {
      expect(rule).toMatch(new RegExp(`ATTRS?{idVendor}=="${hex(IDS.vendor)}"`));
      expect(rule).toMatch(new RegExp(`ATTRS?{idProduct}=="${hex(IDS.product)}"`));
      expect(rule).toMatch(new RegExp(`ATTRS?{manufacturer}=="${maker}"`));
    }
    for (const subsystem of ['hidraw', 'usb']) {
      const its = rules.filter((rule) => rule.startsWith(`SUBSYSTEM=="${subsystem}"`)).join('\n');
      expect(its).toContain('TAG+="uaccess"');
      expect(its).toContain('MODE="0660", GROUP="plugdev"');
    }
  });

  it('is installed by the command that is shown, under a name that the rule of systemd for whoever sits there comes after', () => {
    expect(ruleCommand()).toContain(`sudo cp '${FILE}' /etc/udev/rules.d/ && `);
    expect(path.basename(FILE).localeCompare('73-seat-late.rules')).toBeLessThan(0);
  });

  it('is found in the first of the folders for rules that has it', () => {
    const folders = [makeFolder(), makeFolder()];
    expect(installedRule(folders)).toBeUndefined();
    const files = folders.map((folder) => path.join(folder, path.basename(FILE)));
    for (const file of [...files].reverse()) {
      fs.copyFileSync(FILE, file);
      expect(installedRule(folders)).toBe(file);
    }
  });
});

it('a dongle is found by what it says of itself', () => {
  expect(dongleOf({ maker, product, serial })).toEqual({ serial: '3-1', address: 'hid:3-1' });
});
