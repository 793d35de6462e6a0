import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Coverage } from '../flash/coverage.ts';
import { Stage } from '../flash/stage.ts';
import { playMail } from '../mail/mail-proof.ts';
import { MAIL_SCENARIOS } from '../mail/mail-scenarios.ts';
import { DiskImage } from './disk-image.ts';
import { FILE_SCENARIOS } from './file-scenarios.ts';
import { RecordedDisk } from './recorded-disk.ts';
import { SimulatedFs } from './simulated-fs.ts';

const ROOT = path.join(import.meta.dirname, '../../../..');
const FOLDERS = ['carriers', 'container', 'device-side', 'dongle-firmware-sim', 'host', 'state-machines'];
/** What changes a disk: of Node, and of our own adapters. */
const CHANGING =
  /\b(fs|writes)\.(write|rename|rm|unlink|link|mkdir|ftruncate|truncate|fsync|fdatasync|append|copy)|\b(replaceFile|createDurably|writeDurably|syncFolder|makeFolder|parkFile|(replace|remove)Durably)\(/;

/** Adapters whose files nobody loses anything by, or that another program keeps. */
const WITHOUT: Readonly<Record<string, string>> = {
  'carriers/socket/listen-socket.adapter.ts': 'the name of a socket lasts no longer than its program',
  'carriers/tls/tls-identity.adapter.ts': 'where it is lost, another one is made and paired anew',
  'dongle-firmware-sim/bind/configfs-gadget.adapter.ts': 'writes settings of the kernel, which are on no disk',
  'dongle-firmware-sim/bind/hidg-node.adapter.ts': 'writes reports to the kernel',
  'dongle-firmware-sim/usb/storage/file-medium.adapter.ts': 'a computer writes there, and loses what it does not flush',
  'dongle-firmware-sim/usb/trace/usb-trace.adapter.ts':
    'a trace is of what happened while it was written, and no license is in it',
  'dongle-firmware-sim/volume/compose-volume.ts': 'works on a volume in memory',
  'dongle-firmware-sim/volume/fat-volume.ts': 'works on a volume in memory',
  'host/cli/demo/ferry-process.adapter.ts': 'the demonstration is begun anew',
  'host/license-central/database.adapter.ts': 'makes a folder; what is in it, the database keeps',
};

function changingFiles(): string[] {
  const files = FOLDERS.flatMap((folder) =>
    fs.readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  const sources = files.filter((file) => file.endsWith('.ts'));
  return sources.filter((file) => CHANGING.test(fs.readFileSync(path.join(ROOT, file), 'utf8'))).sort();
}

/** The source files that take part when the scenarios change their disks. */
async function takingPart(): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  const simulated = new SimulatedFs();
  const [giveBack, limit] = [simulated.install(), Error.stackTraceLimit];
  Error.stackTraceLimit = 40;
  const watch = (): void => {
    for (const [file] of (new Error('where').stack ?? '').matchAll(/[\w./-]+\.ts/g))
      seen.add(path.relative(ROOT, file));
  };
  try {
    for (const { prepare, steps } of FILE_SCENARIOS) {
      const disk = new RecordedDisk(new DiskImage());
      disk.onOperation = watch;
      simulated.boot(disk);
      await prepare();
      for (const { work } of steps) await work();
    }
    for (const { play } of MAIL_SCENARIOS) await playMail(simulated, play(new Stage(new Coverage())), watch);
  } finally {
    Error.stackTraceLimit = limit;
    giveBack();
  }
  return seen;
}

describe('the scenarios of files', () => {
  it('have every source file that changes a disk, but those of which it is said why not', async () => {
    const seen = await takingPart();
    expect(changingFiles().filter((file) => !seen.has(file))).toEqual(Object.keys(WITHOUT).sort());
  });
});

describe('the simulated disk', () => {
  it('refuses what it does not simulate, and lets everything else alone', () => {
    const simulated = new SimulatedFs();
    const real = fs.copyFileSync;
    const giveBack = simulated.install();
    try {
      simulated.boot(new RecordedDisk(new DiskImage()));
      expect(() => fs.copyFileSync('/simulated-disk/one', '/simulated-disk/two')).toThrow('has no fs.copyFileSync');
      expect(fs.existsSync(import.meta.filename)).toBe(true);
    } finally {
      giveBack();
    }
    expect(fs.copyFileSync).toBe(real);
  });
});
