import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { create } from '../../device-side/commands.ts';
import { createSoftContainer } from '../../device-side/index.ts';
import { temporaryFolders } from '../container/store/temporary-folder.ts';

const KIB = 1024;
const newFolder = temporaryFolders();

describe('the soft container of a device that is made', () => {
  it('has the serial number that was asked for, or a random one of the same mask', async () => {
    for (const [serial, expected] of [
      ['130-2459324738', /^130-2459324738$/],
      [undefined, /^130-\d{10}$/],
    ] as const) {
      const { client, close } = create({ folder: path.join(newFolder(), 'device'), anchor: undefined, serial });
      expect((await client.call('list', {})).serial).toMatch(expected);
      close();
    }
  });

  it.each(['3-5', '0-1', '140-1000000000'])('never has a serial number of another kind, such as %s', (serial) => {
    const folder = path.join(newFolder(), 'device');
    const details = { what: `"${serial}" is not the serial number of a device, 130-N with N up to 4294967295` };
    expect(() => create({ folder, anchor: undefined, serial })).toThrow(
      expect.objectContaining({ code: 'USAGE_WRONG', details }),
    );
    expect(fs.existsSync(folder)).toBe(false);
  });

  it('has room for licenses at the smallest size that is allowed', async () => {
    const [folder, anchorFolder] = [path.join(newFolder(), 'device'), path.join(newFolder(), 'anchor')];
    const { client, close } = createSoftContainer({ folder, anchorFolder, memoryBytes: 1080 * KIB });
    expect((await client.call('list', {})).freeMemory).toBeGreaterThan(4 * KIB);
    close();
  });

  it.each([0, -8 * KIB, 8 * KIB, 1072 * KIB, 1084 * KIB, 1080.5 * KIB, 1024 * 1024 * KIB + 8 * KIB, Number.NaN])(
    'never has %d bytes',
    (memoryBytes) => {
      const [folder, anchorFolder] = [path.join(newFolder(), 'device'), path.join(newFolder(), 'anchor')];
      expect(() => createSoftContainer({ folder, anchorFolder, memoryBytes })).toThrow(
        expect.objectContaining({ code: 'USAGE_WRONG' }),
      );
      expect([folder, anchorFolder].some((place) => fs.existsSync(place))).toBe(false);
    },
  );
});
