import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolders } from '../container/store/temporary-folder.ts';

const folder = temporaryFolders();
const BUILT = path.resolve(import.meta.dirname, '../../dist');

it.each([
  ['reached over', ['list', 'serial:/dev/ttyS0']],
  ['served at', ['dongle', 'serve', 'dongle', '--listen', 'serial:/dev/ttyS0']],
])('a container is not %s a serial line where the package for it is missing, and it is said which', (_, args) => {
  const place = folder();
  // Beside it there are no packages at all.
  fs.cpSync(BUILT, path.join(place, 'dist'), { recursive: true });
  const ferry = (...words: readonly string[]) =>
    spawnSync(process.execPath, [path.join(place, 'dist/ferry.js'), ...words], { cwd: place, encoding: 'utf8' });
  expect(ferry('dongle', 'create', 'dongle').status).toBe(0);
  const { status, stderr } = ferry(...args);
  expect([status, stderr]).toEqual([5, expect.stringContaining('npm install serialport')]);
  expect(stderr).toContain('PACKAGE_MISSING');
});
