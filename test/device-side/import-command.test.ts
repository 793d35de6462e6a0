import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, codeOfNumber, explain } from '../../container/errors.ts';
import type { ImportedFile, ImportReport, WrittenReceipt } from '../../device-side/index.ts';
import { createCommands } from '../../host/cli/commands/create.ts';
import { deviceImportCommand } from '../../host/cli/commands/device.ts';
import { runFerry } from '../../host/cli/run-ferry.ts';
import { temporaryFolders } from '../container/store/temporary-folder.ts';
import { MemoryStream } from '../host/cli/memory-stream.ts';
import { ImportScene, RECEIPTS, SERIAL } from '../state-machines/update-import/import-scene.ts';

const makeFolder = temporaryFolders();
const device = () => import('../../device-side/commands.ts');
const FAR_BANK = { dongle: () => import('../../dongle-firmware-sim/commands.ts'), device };

async function ferry(args: readonly string[], side: Parameters<typeof deviceImportCommand>[0] = device) {
  const [stdout, stderr] = [new MemoryStream(), new MemoryStream()];
  const exit = await runFerry(args, [createCommands(FAR_BANK), deviceImportCommand(side, FAR_BANK.dongle)], {
    version: '0.0.0',
    env: { now: () => 0, random: (length) => new Uint8Array(length) },
    stdout,
    stderr,
    clock: () => 0,
    variable: () => undefined,
  });
  return { exit, stdout: stdout.text, stderr: stderr.text };
}

describe('ferry device import', () => {
  it('has a device take a stick in and tells it, for people and for programs', async () => {
    const root = makeFolder();
    const scene = new ImportScene(root);
    scene.put('a.ferry-update', scene.issueFromDongle(2));
    scene.close();
    const stick = path.join(root, 'stick');
    expect(await ferry(['device', 'import', path.join(root, 'device'), stick])).toEqual({
      exit: 0,
      stdout: `a.ferry-update: 1 applied, 0 refused.\nReceipt for 3-1: ${RECEIPTS.dongle}\n`,
      stderr: '',
    });
    const again = await ferry(['device', 'import', path.join(root, 'device'), stick]);
    expect(again.stdout).toBe(`a.ferry-update: known before.\nReceipt for 3-1: ${RECEIPTS.dongle}, as it was\n`);
    const { exit, stdout } = await ferry(['device', 'import', path.join(root, 'device'), `folder:${stick}`, '--json']);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      updates: stick,
      serial: SERIAL,
      files: [{ state: 'known' }],
      foreign: 0,
    });
    expect(scene.settle().entries).toEqual([{ sequence: 1, reason: 0 }]);
  });

  it('finds nothing to do on an empty stick, and no container where there is none', async () => {
    const root = makeFolder();
    const made = await ferry(['device', 'create', path.join(root, 'device'), '--serial', SERIAL]);
    expect(made.exit).toBe(0);
    fs.mkdirSync(path.join(root, 'stick'));
    const args = [path.join(root, 'device'), path.join(root, 'stick')];
    const empty = await ferry(['device', 'import', ...args]);
    expect(empty).toMatchObject({ exit: 0, stdout: `There is no update file for ${SERIAL} in ${args[1]}.\n` });
    const missing = await ferry(['device', 'import', path.join(root, 'nowhere'), path.join(root, 'stick')]);
    expect(missing).toMatchObject({ exit: 5, stderr: expect.stringContaining('NO_CONTAINER') });
  });

  it('of a dongle names the command that takes files in there', async () => {
    const root = makeFolder();
    await ferry(['dongle', 'create', path.join(root, 'dongle')]);
    const [dongle, stick] = [path.join(root, 'dongle'), path.join(root, 'stick')];
    const { exit, stderr } = await ferry(['device', 'import', dongle, stick]);
    expect([exit, stderr]).toEqual([2, expect.stringContaining(`In ${dongle} is a dongle, not a device.`)]);
    expect(stderr).toContain(`\`ferry apply sim:${dongle} folder:${stick} -o folder:${stick}\``);
  });

  it('is there without `ferry device create` as well', async () => {
    const [stdout, stderr] = [new MemoryStream(), new MemoryStream()];
    const exit = await runFerry(['device', 'import', '--help'], [deviceImportCommand(device, FAR_BANK.dongle)], {
      version: '0.0.0',
      env: { now: () => 0, random: (length) => new Uint8Array(length) },
      stdout,
      stderr,
      clock: () => 0,
      variable: () => undefined,
    });
    expect([exit, stdout.text]).toEqual([0, expect.stringContaining('ferry device import device stick')]);
  });
});

const applied: ImportedFile = {
  file: 'a',
  issuer: '3-1',
  state: 'applied',
  entries: [{ sequence: 1, reason: 0 }],
  deferral: null,
  failure: null,
};
const gap: ImportedFile = {
  ...applied,
  file: 'b',
  state: 'refused',
  entries: [],
  failure: { code: 'UPDATE_GAP', details: { first: 3, last: 3, missing: '2' } },
};
const refusedEntry = (reason: number): ImportedFile => ({ ...applied, entries: [{ sequence: 1, reason }] });
const deferred: ImportedFile = {
  ...applied,
  state: 'deferred',
  deferral: { sequence: 2, reason: CATALOGUE.MEMORY_FULL.number, needed: 9 },
};
const full = { code: 'FILE_UNWRITABLE', details: { file: 'x', why: 'the disk is full' } } as const;
const failed = { code: 'STORE_WRITE_FAILED', details: { where: 'x', why: 'the disk is full' } } as const;

/** The report as `--json` shows it: every failure with its number, its exit code and its texts, and the code of every reason. */
function inFull(report: ImportReport): object {
  const told = (failure: ImportReport['interruption']) =>
    failure === null ? null : { ...failure, ...explain(failure.code, failure.details) };
  const withTexts = <T extends ImportedFile | WrittenReceipt>(one: T) => ({ ...one, failure: told(one.failure) });
  const withCodes = ({ entries, ...file }: ImportedFile) => ({
    ...withTexts({ ...file, entries }),
    entries: entries.map((entry) => ({ ...entry, code: codeOfNumber(entry.reason) ?? null })),
  });
  return {
    ...report,
    files: report.files.map(withCodes),
    receipts: report.receipts.map(withTexts),
    interruption: told(report.interruption),
  };
}

describe('the exit code of an import', () => {
  it.each<[string, number, Partial<ImportReport>, string]>([
    ['of which a file was not taken', 6, { files: [applied, gap] }, 'b: not taken: The update 3 to 3'],
    ['of which no file was taken', 3, { files: [gap] }, '[UPDATE_GAP]'],
    [
      'that refused every entry',
      3,
      { files: [refusedEntry(305)] },
      'a: 0 applied, 1 refused.\n  Sequence 1 was refused',
    ],
    ['that refused an entry', 6, { files: [applied, refusedEntry(305)] }, 'a: 0 applied, 1 refused.'],
    [
      'that heard of a cancellation',
      0,
      { files: [refusedEntry(301)] },
      'Sequence 1 was refused: The entry was cancelled',
    ],
    ['that ran out of room', 6, { files: [deferred] }, 'Sequence 2 and all after it wait'],
    [
      'that could not write a receipt',
      6,
      { files: [applied], receipts: [{ issuer: '3-1', file: null, isNew: false, failure: full }] },
      'No receipt for 3-1: The file x cannot be written',
    ],
    ['that broke off', 5, { files: [applied], interruption: failed }, 'run the same command again'],
    ['of files for others only', 0, { foreign: 2 }, '2 update file(s) for other containers'],
  ])('%s is %i, with its reason', async (_, exit, part, words) => {
    const report: ImportReport = {
      serial: SERIAL,
      files: [],
      receipts: [],
      foreign: 0,
      hidden: 0,
      interruption: null,
      ...part,
    };
    const side = async () => ({ importUpdates: async () => report });
    const answer = await ferry(['device', 'import', 'device', 'stick'], side);
    expect(answer.exit).toBe(exit);
    expect(answer.stdout + answer.stderr).toContain(words);
    const json = await ferry(['device', 'import', 'device', 'stick', '--json', '--quiet'], side);
    expect([json.exit, json.stderr, JSON.parse(json.stdout)]).toMatchObject([
      exit,
      '',
      { updates: 'stick', ...report },
    ]);
  });
});

describe('what an import says of a failure', () => {
  const report = { serial: SERIAL, files: [], receipts: [], foreign: 0, hidden: 0, interruption: null };

  it('of a file that was not taken: what happened, what it means for the licenses, and what to do', async () => {
    const damaged = { code: 'FILE_MALFORMED', details: { what: 'it has no header' } } as const;
    const files = [applied, { ...gap, failure: damaged }];
    const { stdout } = await ferry(['device', 'import', 'device', 'stick'], importing({ ...report, files }));
    expect(stdout).toContain(
      [
        'b: not taken: The file is damaged or was not made by this system: it has no header. [FILE_MALFORMED]',
        '  Nothing was changed.',
        '  Copy the file again from its source; if it stays damaged, have it issued again.',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['3-1', 'ISSUER'],
    ['firm 6000010', '6000010'],
  ])(
    'of the receipt for %s, where the stick is full: the licenses are in, and how the receipt is got',
    async (issuer, named) => {
      const receipts = [{ issuer, file: null, isNew: false, failure: full }];
      const args = ['device', 'import', 'my device', 'stick'];
      const { stdout } = await ferry(args, importing({ ...report, files: [applied], receipts }));
      expect(stdout).toContain(
        [
          `No receipt for ${issuer}: The file x cannot be written: the disk is full. [FILE_UNWRITABLE]`,
          `  What was applied is in ${SERIAL} and stays there. Only the receipt is missing: until it has one, ${issuer} shows it in transit.`,
          '  Make room or choose another place, then run the same command again.',
          `  Or have it written elsewhere: ferry context 'sim:my device' --for ${named} -o PLACE`,
          '',
        ].join('\n'),
      );
    },
  );

  it('of a receipt that could not be made names no other place, which would not help', async () => {
    const none = { code: 'TABLE_FULL', details: { here: SERIAL, what: 'no channel record is free' } } as const;
    const receipts = [{ issuer: '3-1', file: null, isNew: false, failure: none }];
    const { stdout } = await ferry(['device', 'import', 'device', 'stick'], importing({ ...report, receipts }));
    expect(stdout).toMatch(/\[TABLE_FULL\]\n {2}What was applied is in .*\n {2}.+\n/);
    expect(stdout).not.toContain('elsewhere');
  });
});

/** A device whose import ends so. */
function importing(report: ImportReport) {
  return async () => ({ importUpdates: async () => report });
}

describe('the failures in the JSON of an import', () => {
  it('have number, exit code and the three texts, like every error', async () => {
    const report: ImportReport = {
      serial: SERIAL,
      files: [applied, gap],
      receipts: [{ issuer: '3-1', file: null, isNew: false, failure: full }],
      foreign: 0,
      hidden: 0,
      interruption: failed,
    };
    const side = async () => ({ importUpdates: async () => report });
    const { stdout } = await ferry(['device', 'import', 'device', 'stick', '--json'], side);
    expect(JSON.parse(stdout)).toEqual({ updates: 'stick', ...inFull(report) });
    expect(JSON.parse(stdout).files[1].failure).toMatchObject({
      number: 201,
      exit: 3,
      happened: 'The update 3 to 3 comes too early: 2 must be applied before it.',
      effect: CATALOGUE.UPDATE_GAP.effect,
      remedy: expect.stringContaining('Apply the missing update first'),
    });
  });
});

describe('the places of an import', () => {
  const places = async (...args: readonly string[]) => {
    const asked: object[] = [];
    const importUpdates = async (options: object): Promise<ImportReport> => {
      asked.push(options);
      return { serial: SERIAL, files: [], receipts: [], foreign: 0, hidden: 0, interruption: null };
    };
    const answer = await ferry(['device', 'import', ...args], async () => ({ importUpdates }));
    return { ...answer, asked };
  };

  it.each([
    ['device', 'stick'],
    ['sim:device', 'folder:stick'],
  ])('are taken as paths and as addresses: %s and %s', async (dir, place) => {
    expect((await places(dir, place)).asked).toEqual([{ folder: 'device', updates: 'stick' }]);
  });

  it.each([
    ['central:device', 'stick', '"central:device" is not an address that works here: this needs sim:DIR.'],
    ['sim:', 'stick', 'it names no folder'],
    ['device', 'sim:stick', 'this needs folder:DIR'],
  ])('are refused when the address is of another kind: %s and %s', async (dir, place, words) => {
    const { exit, stderr, asked } = await places(dir, place);
    expect([exit, stderr, asked]).toEqual([2, expect.stringContaining(words), []]);
  });
});
