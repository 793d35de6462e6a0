import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { FerryProcess } from '../../../../host/cli/demo/ferry-process.adapter.ts';

it('the demo works in a new folder and leaves what is in older ones alone', () => {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-demo-'));
  const notes = path.join(place, 'demo', 'my-notes');
  fs.mkdirSync(path.dirname(notes));
  fs.writeFileSync(notes, 'mine');
  fs.writeFileSync(path.join(place, 'demo-2'), 'a file');
  expect(new FerryProcess(path.join(place, 'demo')).folder).toBe(path.join(place, 'demo-3'));
  expect(fs.readFileSync(notes, 'utf8')).toBe('mine');
  expect(fs.readdirSync(path.join(place, 'demo-3'))).toEqual([]);
  fs.rmSync(place, { recursive: true });
});

it('a place in which no folder can be made is told', () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-demo-')), 'a-file');
  fs.writeFileSync(file, '');
  expect(() => new FerryProcess(path.join(file, 'demo'))).toThrow(expect.objectContaining({ code: 'FILE_UNWRITABLE' }));
  fs.rmSync(path.dirname(file), { recursive: true });
});
