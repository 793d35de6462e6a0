import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../host/cli/program.ts';
import type { CommandContext } from '../../host/cli/run-ferry.ts';
import { asNobody } from '../carriers/folder-as-nobody.ts';
import { FerryHere } from './ferry-here.ts';

const loaded = new FerryHere();
let world: FerryHere;
beforeAll(async () => {
  await loaded.setUp();
  await loaded.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'device.ferry-context');
  await loaded.must('context', 'sim:other', '--for', 'sim:dongle', '-o', 'other.ferry-context');
  fs.writeFileSync(path.join(loaded.folder, 'thesis.txt'), 'years of work');
});
afterAll(() => loaded.remove());
beforeEach(() => {
  world = loaded.copy();
});
afterEach(() => world.remove());

const at = (name: string): string => path.join(world.folder, name);
const issueTo = (name: string): string[] => [
  'issue',
  'sim:dongle',
  '--context',
  `${name}.ferry-context`,
  '--item',
  world.item(1),
];
const WRITERS: readonly [string, () => readonly string[]][] = [
  ['certificate', () => ['certificate', 'sim:dongle']],
  ['context', () => ['context', 'sim:device', '--for', 'sim:dongle']],
  ['issue', () => issueTo('device')],
  ['cancel', () => ['cancel', 'sim:dongle', '--to', '130-2459324738']],
  ['apply', () => ['apply', 'sim:dongle', 'folder:sent']],
  ['refuse', () => ['refuse', 'sim:dongle', 'sent/firm-6000010-for-3-1234567-1.ferry-update', '--through', '1']],
  ['central issue', () => ['central', 'issue', 'vendor', '--to', '3-1234567', '--item', world.item(1)]],
  ['central withdraw', () => ['central', 'withdraw', 'vendor', '0']],
  ['central replace', () => ['central', 'replace', 'vendor', '0', '--item', world.item(1)]],
  ['central unblock', () => ['central', 'unblock', 'vendor', '--to', '3-1234567']],
  ['central accept', () => ['central', 'accept', 'vendor', 'device.ferry-context']],
  [
    'central write-off',
    () => [
      ...['central', 'write-off', 'vendor', '--from', '3-1234567'],
      ...['--target', '130-2459324738', '--through', '1'],
    ],
  ],
  ['central enable', () => ['central', 'enable', 'vendor', '0']],
  ['central disable', () => ['central', 'disable', 'vendor', '0']],
];

/** The commands of the program that have an option for where a file goes, by what is typed for them. */
function commandsThatWrite(parent: Command, before: readonly string[] = []): string[] {
  return parent.commands.flatMap((command) => {
    const typed = [...before, command.name()];
    const writes = command.options.some(({ long }) => long === '--output');
    return [...(writes ? [typed.join(' ')] : []), ...commandsThatWrite(command, typed)];
  });
}

/** All that containers and the License Central have stored, and the file that is none of ours. */
function stored(): unknown {
  const names = ['dongle/flash.bin', 'device/container.bin', 'vendor/central.sqlite', 'thesis.txt'];
  return names.map((name) => fs.readFileSync(at(name)).toString('base64'));
}

describe('what a command writes', () => {
  it('is tried here of every command that writes where it is told', () => {
    const program = new Command();
    for (const register of COMMANDS) register(program, {} as CommandContext);
    expect(commandsThatWrite(program).sort()).toEqual(WRITERS.map(([name]) => name).sort());
  });

  it.each(WRITERS)(
    'by %s goes in place of nothing but a file of ours, and then nothing else is done',
    async (_, args) => {
      const before = stored();
      for (const place of [
        'thesis.txt',
        'device/container.bin',
        'device/new',
        'folder:dongle',
        'vendor',
        'vendor/x/y',
      ]) {
        const { exit, stderr } = await world.run(...args(), '-o', place);
        expect([place, exit, stderr]).toEqual([place, 3, expect.stringContaining('[OUTPUT_REFUSED]')]);
      }
      expect(stored()).toEqual(before);
    },
  );

  it.each(WRITERS)('by %s does not go to an address, of which no file is made', async (_, args) => {
    const before = fs.readdirSync(world.folder);
    for (const place of ['tcp://x', 'sim:zz', 'central:v', 'https://x/y', 'exec:true', 'folder:', '']) {
      const { exit, stderr } = await world.run(...args(), '-o', place);
      expect([place, exit, stderr]).toEqual([place, 2, expect.stringContaining('[ADDRESS_WRONG]')]);
    }
    expect(fs.readdirSync(world.folder)).toEqual(before);
  });

  it('goes into a folder that is there, or into a new one in it, and a slip in its path is told', async () => {
    const before = fs.readdirSync(world.folder);
    for (const place of ['nowhere/x', 'folder:nowhere/x', 'nowhere/x/']) {
      const { exit, stderr } = await world.run('certificate', 'sim:dongle', '-o', place);
      expect([place, exit, stderr]).toEqual([place, 3, expect.stringContaining('there is no folder')]);
      expect(stderr).toContain('[OUTPUT_REFUSED]');
    }
    expect(fs.readdirSync(world.folder)).toEqual(before);
    await world.must('certificate', 'sim:dongle', '-o', 'folder:new');
    await world.must('certificate', 'sim:dongle', '-o', 'new/c');
    await world.must('certificate', 'sim:dongle', '-o', 'folder:new/deeper');
  });

  it('does not go into the folder of a container by another name of it', async () => {
    fs.symlinkSync(at('device'), at('link'));
    expect(await world.run('certificate', 'sim:dongle', '-o', 'link/new')).toMatchObject({ exit: 3 });
    expect(fs.readdirSync(at('device'))).not.toContain('new');
  });

  it.skipIf(process.platform === 'win32')(
    'does not go where nobody may look, which is not called a container',
    async () => {
      fs.mkdirSync(at('shut/deeper'), { recursive: true });
      fs.chmodSync(at('shut'), 0o000);
      await asNobody(world.folder, async () => {
        for (const place of ['shut/c', 'folder:shut', 'shut/deeper/c']) {
          const { exit, stderr } = await world.run('certificate', 'sim:dongle', '-o', place);
          expect([place, exit, stderr]).toEqual([
            place,
            3,
            expect.stringMatching(/shut cannot be looked into: access is not permitted\. \[OUTPUT_REFUSED\]/),
          ]);
        }
      });
      fs.chmodSync(at('shut'), 0o755);
    },
  );

  it.skipIf(process.platform === 'win32')('does not take the place of what is no plain file', async () => {
    const server = net.createServer().listen(at('socket'));
    await once(server, 'listening');
    const { exit, stderr } = await world.run('certificate', 'sim:dongle', '-o', 'socket');
    expect([exit, stderr]).toEqual([3, expect.stringContaining('it is not a plain file. [OUTPUT_REFUSED]')]);
    expect(fs.statSync(at('socket')).isSocket()).toBe(true);
    server.close();
  });

  it('takes the place of an earlier file of the same kind and the same parties', async () => {
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'device.ferry-context');
    await world.must(...issueTo('device'), '-o', 'u.ferry-update');
    await world.must('apply', 'sim:device', 'u.ferry-update', '-o', 'device.ferry-context');
    await world.must('settle', 'sim:dongle', 'device.ferry-context');
    await world.must(...issueTo('device'), '-o', 'u.ferry-update');
    await world.must('certificate', 'sim:dongle', '-o', 'c');
    await world.must('certificate', 'sim:dongle', '-o', 'c');
    expect(await world.must('apply', 'sim:device', 'u.ferry-update', '-o', 'device.ferry-context')).toContain(
      '1 applied',
    );
  });

  it('does not take the place of a file of another kind or of other parties', async () => {
    await world.must(...issueTo('device'), '-o', 'u.ferry-update');
    await world.must('certificate', 'sim:dongle', '-o', 'c');
    const others: readonly (readonly string[])[] = [
      ['certificate', 'sim:device', '-o', 'c'],
      ['certificate', 'sim:dongle', '-o', 'device.ferry-context'],
      ['context', 'sim:other', '--for', 'sim:dongle', '-o', 'device.ferry-context'],
      ['context', 'sim:device', '--for', 'central:vendor', '-o', 'device.ferry-context'],
      ['context', 'sim:device', '--for', 'sim:dongle', '-o', 'u.ferry-update'],
    ];
    for (const args of others) expect([args, await world.run(...args)]).toMatchObject([args, { stdout: '' }]);
    const { exit, stderr } = await world.run(...issueTo('other'), '-o', 'u.ferry-update');
    expect([exit, stderr]).toEqual([5, expect.stringContaining('[UPDATE_UNWRITTEN]')]);
    expect(await world.must('apply', 'sim:device', 'u.ferry-update')).toContain('1 applied');
  });

  it('as the report of a run for filing takes the place of another report only', async () => {
    const run = ['conformance', 'sim:device', '--writes', '--case', 'list-identity', '--report'];
    expect(await world.run(...run, 'thesis.txt')).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('[OUTPUT_REFUSED]'),
    });
    await world.must(...run, 'report.json');
    await world.must(...run, 'report.json');
  });
});
