import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';
import { VOLUME_BYTES } from '../../../dongle-firmware-sim/volume/fat-volume.ts';
import { program as configuration } from '../../../rolldown.config.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';

const makeFolder = temporaryFolders();
const ROOT = path.join(import.meta.dirname, '../../..');

describe('a build', () => {
  it('has what volumes are made with beside it, and needs no package for it', async () => {
    if (Array.isArray(configuration) || typeof configuration === 'function')
      throw new TypeError('one build is expected');
    const { output: _, plugins, ...options } = configuration;
    const [besides] = [plugins].flat();
    const input = { volume: path.join(ROOT, 'dongle-firmware-sim/volume/fat-volume.ts') };
    const bundle = await rolldown({ ...options, input, plugins: [besides], logLevel: 'silent' });
    const dir = makeFolder();
    await bundle.write({ dir, format: 'esm', entryFileNames: '[name].mjs' });
    await bundle.close();
    expect(fs.readdirSync(path.join(dir, 'assets'))).toEqual([expect.stringMatching(/^fatfs-.*\.wasm$/)]);
    const { FatVolume } = await import(pathToFileURL(path.join(dir, 'volume.mjs')).href);
    const image = new Uint8Array(VOLUME_BYTES);
    await FatVolume.make(image, { name: 'FERRY', id: 1, stamp: 0 });
    expect((await FatVolume.open(image)).entries('')).toEqual([]);
  });
});
