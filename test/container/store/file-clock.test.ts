import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileClock } from '../../../container/store/file-clock.adapter.ts';
import { codeOf } from './code-of.ts';
import { temporaryFolders } from './temporary-folder.ts';

describe('a clock in a file', () => {
  const folder = temporaryFolders();
  const showing = (text: string) => {
    const file = path.join(folder(), 'clock');
    fs.writeFileSync(file, text);
    return { file, now: fileClock(file) };
  };

  it('shows seconds since 2000-01-01, whatever stands in the file now', () => {
    const { file, now } = showing('2000-01-01T00:00:00Z\n');
    expect(now()).toBe(0);
    fs.writeFileSync(file, '2000-01-02T00:00:01.900Z');
    expect(now()).toBe(86_401);
  });

  it.each(['', 'noon', '1999-12-31T23:59:59Z', '2200-01-01T00:00:00Z', '2031-13-01T00:00:00Z', '2031'])(
    'shows no time when "%s" stands in the file',
    (text) => {
      expect(codeOf(showing(text).now)).toBe('USAGE_WRONG');
    },
  );

  it('cannot be read when it is gone', () => {
    const { file, now } = showing('2031-05-01T12:00:00Z');
    fs.rmSync(file);
    expect(codeOf(now)).toBe('FILE_UNREADABLE');
  });
});
