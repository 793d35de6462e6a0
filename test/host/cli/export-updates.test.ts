import { describe, expect, it, vi } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import { exportUpdates } from '../../../host/cli/commands/central/export-updates.ts';
import type { FirmsServer } from '../../../host/cli/commands/central/updates-of-firms.ts';
import { Progress } from '../../../host/cli/progress.ts';
import { makeContainer, TestFirm } from '../../world/parties.ts';
import { MemoryStream } from './memory-stream.ts';

const FIRM = 6000010;
const OTHER = 6000020;
const FILES = new Map([FIRM, OTHER].map((code) => [code, new TestFirm(code).update(makeContainer('soft', 1))]));
const damaged = new FerryError('FIRM_KEYS_DAMAGED', { firm: OTHER });

/** A License Central of two firms with something in transit to these, by Firm Code and serial number. */
function serverWith(transit: readonly (readonly [firmCode: number, serial: string])[], failure?: FerryError) {
  const server = {
    firms: vi.fn(async () => [FIRM, OTHER].map((firmCode) => ({ firmCode, withdrawn: false }))),
    revocations: vi.fn(async () => []),
    channels: async () => [],
    transit: vi.fn(async (code: number) =>
      transit
        .filter(([firmCode]) => firmCode === code)
        .map(([firmCode, serial], at) => ({ firmCode, serial, sequence: at + 1, kind: 'add', items: [] })),
    ),
    askedForTime: async (target: string) => {
      if (target === 'stranger') throw new FerryError('TARGET_UNKNOWN', { here: 'here', target });
      return [];
    },
    listsTooLargeFor: async () => [],
    updatesFor: async ({ firmCode }: { readonly firmCode: number }) => {
      if (failure !== undefined && firmCode === OTHER) throw failure;
      return [FILES.get(firmCode)];
    },
  };
  return server as typeof server & FirmsServer;
}

const bar = () => new Progress({ stderr: new MemoryStream(), clock: () => 0, quiet: true });

async function exported(
  server: FirmsServer,
  named: readonly string[] = [],
  write: () => readonly string[] = () => ['file'],
  only?: number,
) {
  const { written, failures, idle } = await exportUpdates(server, { named, only, bar: bar(), write });
  return {
    written: written.map(({ serial, brought }) => [serial, brought.firmCode]),
    failed: failures.map(({ serial, firmCode, error }) => [serial, firmCode, error.code]),
    idle,
  };
}

describe('the update files for many containers', () => {
  it('are written for all that something is in transit to, by serial number, of every firm or of the one that is named', async () => {
    const server = serverWith([
      [FIRM, '130-10'],
      [OTHER, '130-9'],
      [OTHER, '130-10'],
    ]);
    const all = [
      ['130-9', OTHER],
      ['130-10', FIRM],
      ['130-10', OTHER],
    ];
    expect(await exported(server)).toEqual({ written: all, failed: [], idle: [] });
    expect((await exported(server, [], undefined, FIRM)).written).toEqual([['130-10', FIRM]]);
  });

  it('are written once for each that is named, and for none that nothing is in transit to', async () => {
    const server = serverWith([[FIRM, '130-1']]);
    expect(await exported(server, ['130-1', '130-2', '130-1', 'stranger'])).toEqual({
      written: [['130-1', FIRM]],
      failed: [['stranger', null, 'TARGET_UNKNOWN']],
      idle: ['130-2'],
    });
  });

  it('of a firm whose keys are damaged hold up no other', async () => {
    const server = serverWith(
      [
        [OTHER, '130-1'],
        [FIRM, '130-1'],
        [FIRM, '130-2'],
      ],
      damaged,
    );
    expect(await exported(server)).toEqual({
      written: [
        ['130-1', FIRM],
        ['130-2', FIRM],
      ],
      failed: [['130-1', OTHER, 'FIRM_KEYS_DAMAGED']],
      idle: [],
    });
  });

  it('that cannot be written are told, and those behind are written', async () => {
    const server = serverWith([
      [FIRM, '130-1'],
      [FIRM, '130-2'],
    ]);
    let left = 1;
    const write = (): readonly string[] => {
      if (left-- > 0) throw new FerryError('FILE_UNWRITABLE', { file: 'f', why: 'the disk is full' });
      return ['file'];
    };
    expect(await exported(server, [], write)).toEqual({
      written: [['130-2', FIRM]],
      failed: [['130-1', FIRM, 'FILE_UNWRITABLE']],
      idle: [],
    });
  });

  it.each([
    new FerryError('CENTRAL_DAMAGED', { where: 'vendor', what: 'a page' }),
    new FerryError('CENTRAL_UNUSABLE', { where: 'vendor', why: 'it is locked' }),
  ])('are not written any more where the License Central itself fails: $code', async (failure) => {
    await expect(exported(serverWith([[OTHER, '130-1']], failure))).rejects.toBe(failure);
  });

  it('are not written any more where the stick is gone', async () => {
    const gone = new FerryError('FOLDER_UNREADABLE', { folder: 'stick', why: 'it is not there' });
    const write = vi.fn(() => {
      throw gone;
    });
    const server = serverWith([
      [FIRM, '130-1'],
      [FIRM, '130-2'],
    ]);
    await expect(exported(server, [], write)).rejects.toBe(gone);
    expect(write).toHaveBeenCalledTimes(1);
  });

  it('are made from one reading of what is the same for all', async () => {
    const server = serverWith(Array.from({ length: 30 }, (_, at) => [FIRM, `130-${at + 1}`] as const));
    await exported(server);
    expect(server.transit).toHaveBeenCalledTimes(2);
    expect(server.revocations).toHaveBeenCalledTimes(1);
  });
});
