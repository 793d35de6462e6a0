import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doctorCommand } from '../../../host/cli/commands/doctor.ts';
import { listCommand } from '../../../host/cli/commands/list.ts';
import { statusCommand } from '../../../host/cli/commands/status.ts';
import { watchCommand } from '../../../host/cli/commands/watch.ts';
import { FAR_BANK } from '../../../host/cli/program.ts';
import { type Register, runFerry } from '../../../host/cli/run-ferry.ts';
import { broken, FakeUsbHost, forbidden, missing, withoutLibrary } from './fake-usb-host.ts';
import { MemoryStream } from './memory-stream.ts';

const NOW = 820_454_400;

let host: FakeUsbHost;
const usb = async () => host;
beforeEach(() => {
  host = new FakeUsbHost();
});

const STATE = fs.mkdtempSync(path.join(os.tmpdir(), 'usb-state-'));
afterAll(() => fs.rmSync(STATE, { recursive: true, force: true }));

async function run(command: Register, ...args: readonly string[]) {
  const [stdout, stderr] = [new MemoryStream(), new MemoryStream()];
  const exit = await runFerry(args, [command], {
    version: '1.2.3',
    env: { now: () => NOW, random: (length) => new Uint8Array(length) },
    stdout,
    stderr,
    clock: () => 0,
    variable: (name) => (name === 'FERRY_STATE' ? STATE : undefined),
  });
  return { exit, stdout: stdout.text, stderr: stderr.text };
}

describe('ferry doctor', () => {
  const doctor = (...more: readonly string[]) => run(doctorCommand(usb), 'doctor', ...more);
  const states = async (): Promise<Record<string, string>> => {
    const { stdout } = await doctor('--json');
    const checks: { readonly check: string; readonly state: string }[] = JSON.parse(stdout).checks;
    return Object.fromEntries(checks.map(({ check, state }) => [check, state]));
  };

  it('ends with 0 where nothing is in the way, whether a dongle is plugged in or not', async () => {
    expect(await doctor()).toMatchObject({ exit: 0, stderr: '' });
    host.plugIn('3-1234567');
    const { exit, stdout } = await doctor();
    expect([exit, stdout]).toEqual([0, expect.stringMatching(/^dongle 3-1234567 +ok +hid:3-1234567 can be opened$/m)]);
    expect(stdout).toMatch(/^disk of a dongle +ok +.*nothing is needed$/m);
  });

  it('says of a dongle that this user may not open what to type, and ends with 5', async () => {
    host.plugIn('3-1234567');
    host.plugIn('3-7654321');
    host.installed = undefined;
    host.faults.set('hid:3-7654321', forbidden('hid:3-7654321'));
    const { exit, stdout, stderr } = await doctor();
    expect([exit, stderr]).toEqual([5, expect.stringContaining('2 of 7 checks found')]);
    expect(stdout).toMatch(/^dongle 3-1234567 +ok/m);
    expect(stdout).toMatch(/^dongle 3-7654321 +not ok +it cannot be opened\n +.*\/dev\/hidraw0.* sudo cp rule there/m);
    expect(stdout).toMatch(/^udev rule for users +not ok +it is not installed\n +Once: sudo cp rule there$/m);
  });

  it('looks for no dongles without the package that finds them, and names it', async () => {
    host.plugIn('3-1234567');
    host.faults.set('node-hid', missing('node-hid'));
    expect(await states()).toMatchObject({ 'node-hid': 'notOk', usb: 'ok', dongles: 'doesNotApply' });
    const { stdout } = await doctor();
    expect(stdout).toContain('npm install node-hid');
    expect(stdout).toMatch(/^dongles +does not apply +they cannot be looked for without node-hid$/m);
  });

  it('names the library that the system lacks, and what installs it', async () => {
    host.faults.set('node-hid', withoutLibrary());
    const { exit, stdout } = await doctor();
    expect([exit, stdout]).toEqual([
      5,
      expect.stringMatching(
        /^package node-hid, for hid: +not ok +libusb-1\.0\.so\.0 is not installed here\n.*`sudo apt install libusb-1\.0-0`/m,
      ),
    ]);
    expect(stdout).not.toContain('npm install');
  });

  it('asks for no rule where there is no USB, or no udev', async () => {
    host.installed = undefined;
    host.needsRule = false;
    expect(await states()).toMatchObject({ bus: 'ok', rule: 'doesNotApply' });
    host.needsRule = true;
    host.isUsbThere = false;
    expect(await states()).toMatchObject({ bus: 'notOk', rule: 'doesNotApply', dongles: 'doesNotApply' });
  });
});

describe('ferry watch', () => {
  /** What it shows while that happens, with the time that it is. */
  async function shown(happens: () => void, ...more: readonly string[]): Promise<readonly string[]> {
    const untilStopped = async (): Promise<void> => {
      expect(host.isWatched).toBe(true);
      happens();
    };
    const { exit, stdout } = await run(watchCommand(usb, untilStopped), 'watch', ...more);
    expect([exit, host.isWatched]).toEqual([0, false]);
    return stdout.trimEnd().split('\n');
  }

  it('shows what is there, what comes and what goes, until it is ended', async () => {
    const dongle = host.plugIn('3-1');
    const happens = (): void => {
      host.tell({ serial: '3-2', address: 'hid:3-2', event: 'dongle.attached', plugged: 1 });
      host.tell({ ...dongle, event: 'dongle.detached', plugged: 0 });
    };
    expect(await shown(happens)).toEqual([
      '2025-12-31T00:00:00Z  there       3-1  hid:3-1',
      '2025-12-31T00:00:00Z  plugged in  3-2  hid:3-2',
      '2025-12-31T00:00:00Z  pulled out  3-1  hid:3-1',
    ]);
    const documents = [
      { event: 'dongle.present', serial: '3-1', address: 'hid:3-1', plugged: 1 },
      { event: 'dongle.attached', serial: '3-2', address: 'hid:3-2', plugged: 1 },
      { event: 'dongle.detached', serial: '3-1', address: 'hid:3-1', plugged: 0 },
    ];
    expect(await shown(happens, '--json')).toEqual(
      documents.map((document) => JSON.stringify({ time: '2025-12-31T00:00:00Z', ...document })),
    );
  });

  it('says of dongles of one serial number how many are plugged in, in the words of whoever opens none of them', async () => {
    const dongle = host.plugIn('3-1');
    host.plugIn('3-1');
    const lines = await shown(() => {
      host.tell({ ...dongle, event: 'dongle.attached', plugged: 3 });
      host.tell({ ...dongle, event: 'dongle.detached', plugged: 2 });
      host.tell({ ...dongle, event: 'dongle.detached', plugged: 1 });
      host.tell({ ...dongle, event: 'dongle.detached', plugged: 0 });
    });
    const several = (count: number) =>
      `${count} dongles of that serial number are plugged in: leave the one that is meant`;
    expect(lines.map((line) => line.slice('2025-12-31T00:00:00Z  '.length))).toEqual([
      'there       3-1  hid:3-1',
      `there       3-1  hid:3-1  ${several(2)}`,
      `plugged in  3-1  hid:3-1  ${several(3)}`,
      `pulled out  3-1  hid:3-1  ${several(2)}`,
      'pulled out  3-1  hid:3-1  another of that serial number is still plugged in',
      'pulled out  3-1  hid:3-1',
    ]);
  });

  it('ends with 5 and says why where there is no USB, or not its package', async () => {
    const watch = () =>
      run(
        watchCommand(usb, () => expect.fail('it waits')),
        'watch',
      );
    host.faults.set('usb', missing('usb'));
    expect(await watch()).toMatchObject({ exit: 5, stderr: expect.stringContaining('PACKAGE_MISSING') });
    host.isUsbThere = false;
    expect(await watch()).toMatchObject({ exit: 5, stderr: expect.stringContaining('NO_USB') });
  });
});

describe('without an address', () => {
  const before = process.cwd();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'usb-list-'));
  const list = (...more: readonly string[]) => run(listCommand(FAR_BANK, usb), 'list', ...more);
  const status = (...more: readonly string[]) => run(statusCommand(FAR_BANK, usb), 'status', ...more);
  beforeEach(() => {
    fs.mkdirSync(folder, { recursive: true });
    process.chdir(folder);
  });
  afterEach(() => {
    process.chdir(before);
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const makeDevice = async () =>
    (await FAR_BANK.device()).create({ folder: 'device', serial: '130-5', anchor: undefined }).close();

  it('ferry list says that there is nothing, and who knows why, where no dongle is plugged in either', async () => {
    const { exit, stdout, stderr } = await list();
    expect([exit, stdout, stderr]).toEqual([5, '', expect.stringContaining('`ferry doctor` says why')]);
    expect(JSON.parse((await list('--json')).stdout).error.code).toBe('NOTHING_FOUND');
  });

  it('ferry list looks at the dongles on USB, too, as at addresses that were given', async () => {
    await makeDevice();
    host.plugIn('3-1');
    const { exit, stdout, stderr } = await list();
    expect([exit, stderr]).toEqual([
      6,
      expect.stringMatching(
        /^hid:3-1 cannot be reached: (it is not plugged in|This computer has no USB|A dongle on USB needs)/m,
      ),
    ]);
    expect(stdout).toContain('CmContainer 130-5  soft');
  });

  it('ferry list shows what is in the folder where the package is missing that finds dongles, and else says so', async () => {
    host.faults.set('node-hid', missing('node-hid'));
    await makeDevice();
    const { exit, stdout, stderr } = await list();
    const said = 'Dongles on USB were not looked for: node-hid is not installed here. See `ferry doctor`.\n';
    expect([exit, stderr]).toEqual([0, said]);
    expect(stdout).toContain('Result: 1 CmContainer(s) listed.');
  });

  it('ferry list says of an empty folder that it has no container, and why no dongles were looked for', async () => {
    for (const [fault, why] of [
      [missing('node-hid'), 'node-hid is not installed here'],
      [withoutLibrary(), 'libusb-1.0.so.0 is not installed here'],
      [broken('node-hid'), 'node-hid does not work here'],
    ] as const) {
      host.faults.set('node-hid', fault);
      const { exit, stderr } = await list();
      const said = `There is no container in this folder or the folders in it. Dongles on USB were not looked for: ${why} (CodeMeter error 201). [NOTHING_FOUND]`;
      expect([exit, stderr.replaceAll(/\s+/g, ' ')]).toEqual([5, expect.stringContaining(said)]);
    }
  });

  it('ferry status asks the dongles on USB, too, and says so where it cannot look for them', async () => {
    await makeDevice();
    expect(await status()).toMatchObject({ exit: 0, stderr: '' });
    host.plugIn('3-1');
    expect(await status()).toMatchObject({ exit: 6, stdout: expect.stringContaining('hid:3-1 cannot be reached') });
    expect(await status('sim:device')).toMatchObject({ exit: 0, stderr: '' });
    host.faults.set('node-hid', missing('node-hid'));
    const said = expect.stringContaining('Dongles on USB were not looked for');
    expect(await status()).toMatchObject({ exit: 0, stderr: said });
  });
});
