import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { create } from '../../dongle-firmware-sim/commands.ts';
import { temporaryFolders } from '../container/store/temporary-folder.ts';

const KIB = 1024;
const newFolder = temporaryFolders();

async function made(options: { readonly serial?: string; readonly size?: number }) {
  const { client, close } = create({
    folder: path.join(newFolder(), 'dongle'),
    serial: options.serial,
    size: options.size,
  });
  const listing = await client.call('list', {});
  close();
  return listing;
}

function refusal(options: { readonly serial?: string; readonly size?: number }): unknown {
  const folder = path.join(newFolder(), 'dongle');
  try {
    create({ folder, serial: options.serial, size: options.size }).close();
  } catch (error) {
    expect(fs.existsSync(folder)).toBe(false);
    return error;
  }
  return undefined;
}

describe('a dongle that is made', () => {
  it('has the serial number that was asked for, or a random one of the same mask', async () => {
    expect((await made({ serial: '3-1234567' })).serial).toBe('3-1234567');
    expect((await made({})).serial).toMatch(/^3-\d{7}$/);
  });

  it.each(['130-5', '0-1234567', '33-1'])('never has a serial number of another kind, such as %s', (serial) => {
    expect(refusal({ serial })).toMatchObject({
      code: 'USAGE_WRONG',
      details: { what: `"${serial}" is not the serial number of a dongle, 3-N with N up to 4294967295` },
    });
  });

  it('has room for licenses at the smallest size that is allowed', async () => {
    expect((await made({ size: 160 * KIB })).freeMemory).toBeGreaterThan(4 * KIB);
  });

  it.each([0, 64 * KIB, 156 * KIB, 160 * KIB + 1, 65 * KIB * KIB, Number.NaN])('never has %d bytes', (size) => {
    expect(refusal({ size })).toMatchObject({ code: 'USAGE_WRONG' });
  });
});
