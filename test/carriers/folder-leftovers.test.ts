import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parkFile, temporaryName } from '../../container/store/file-parked.adapter.ts';
import { writeBytes } from '../../host/cli/ferry-files.adapter.ts';
import { temporaryFolders } from '../container/store/temporary-folder.ts';

const makeFolder = temporaryFolders();
const NOBODY = 0x7fff_fff0;
const OTHERS = '.ferry-00000000-1-00000000.new';
const DAY = 24 * 60 * 60;

function write(folder: string): readonly string[] {
  parkFile(path.join(folder, 'a'), 'new', { mode: 0o644 });
  return fs.readdirSync(folder).sort();
}

function put(file: string, age = 0): void {
  fs.writeFileSync(file, 'half');
  const seconds = Date.now() / 1000 - age;
  fs.utimesSync(file, seconds, seconds);
}

describe('what is half written in a folder', () => {
  it.each([
    ['a process that is gone', temporaryName(NOBODY)],
    ['this process', temporaryName(process.pid)],
    ['a process that is gone, in the capitals of a stick', temporaryName(NOBODY).toUpperCase()],
  ])('by %s is removed by the next file that is written', (_, name) => {
    const folder = makeFolder();
    put(path.join(folder, name));
    expect(write(folder)).toEqual(['a']);
  });

  it('by a process that still runs stays', async () => {
    const running = spawn(process.execPath, ['--eval', 'process.stdin.resume()']);
    const folder = makeFolder();
    const name = temporaryName(running.pid ?? 0);
    put(path.join(folder, name));
    expect(write(folder)).toEqual([name, 'a']);
    running.stdin.end();
    await once(running, 'close');
    expect(write(folder)).toEqual(['a']);
  });

  it('by another machine stays until it cannot be in work any more', () => {
    const folder = makeFolder();
    put(path.join(folder, OTHERS), DAY - 60);
    expect(write(folder)).toEqual([OTHERS, 'a']);
    put(path.join(folder, OTHERS), DAY + 60);
    expect(write(folder)).toEqual(['a']);
  });

  it('under that name but no file, or that is no temporary of ours, stays and is in nobody’s way', () => {
    const folder = makeFolder();
    const name = temporaryName(NOBODY);
    fs.mkdirSync(path.join(folder, name));
    const others = ['.ferry-1.new', '.notes.new', `x${name}`, `${name}.txt`];
    for (const other of others) put(path.join(folder, other), 2 * DAY);
    expect(write(folder)).toEqual([...others, name, 'a'].sort());
  });
});

describe('the temporary of a file', () => {
  it('has another name each time, which no reader takes for a file of ours and every stick can hold', () => {
    const names = Array.from({ length: 100 }, () => temporaryName(4_194_304));
    expect(new Set(names).size).toBe(100);
    for (const name of names) expect(name).toMatch(/^\.[\w-]{1,40}\.new$/);
  });

  it('needs no more room in a name than the file itself', () => {
    const longest = path.join(makeFolder(), 'x'.repeat(255));
    expect(writeBytes(longest, '', 'content')).toBe(longest);
    expect(fs.readFileSync(longest, 'utf8')).toBe('content');
  });
});
