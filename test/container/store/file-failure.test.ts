import { describe, expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import {
  folderFailed,
  isWorkingFolderGone,
  readFailed,
  systemCode,
  systemWords,
  writeFailed,
} from '../../../container/store/file-failure.ts';

describe('an error of the operating system', () => {
  it('is said in words, or by its code when there are none, with the error itself as the cause', () => {
    const full = Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC' });
    expect([systemCode(full), systemWords(full)]).toEqual(['ENOSPC', 'the disk is full']);
    expect(systemWords(Object.assign(new Error(), { code: 'EODD' }))).toBe('the system answers EODD');
    expect(writeFailed('a', full)).toMatchObject({ code: 'STORE_WRITE_FAILED', details: { where: 'a' }, cause: full });
    expect(readFailed('a', full)).toMatchObject({ code: 'FILE_UNREADABLE', details: { file: 'a' }, cause: full });
  });

  it('tells that the folder in which the program runs was deleted from any other missing file', () => {
    const error = (code: string, syscall: string) => Object.assign(new Error(code), { code, syscall });
    const gone = error('ENOENT', 'uv_cwd');
    expect(systemWords(gone)).toBe('the folder in which the command was started was deleted');
    expect(systemWords(error('ENOENT', 'open'))).toBe('the file or its folder is missing');
    const errors = [gone, error('ENOENT', 'open'), error('EACCES', 'uv_cwd'), new Error('ENOENT')];
    expect(errors.map(isWorkingFolderGone)).toEqual([true, false, false, false]);
  });

  it('of a folder that was named is one of a folder, and not of a file', () => {
    const error = (code: string, syscall = 'scandir') => Object.assign(new Error(code), { code, syscall });
    const why = (code: string, syscall?: string) => folderFailed('a', error(code, syscall));
    const unreadable = (text: string) => ({ code: 'FOLDER_UNREADABLE', details: { folder: 'a', why: text } });
    expect(why('ENOENT')).toMatchObject(unreadable('it is not there'));
    expect(why('ENOTDIR')).toMatchObject(unreadable('it is no folder'));
    expect(why('EACCES')).toMatchObject(unreadable('access is not permitted'));
    expect(why('ENOENT', 'uv_cwd')).toMatchObject(unreadable(systemWords(error('ENOENT', 'uv_cwd'))));
  });

  it('is nothing else: other exceptions stay as they are', () => {
    const others = [new FerryError('EXHAUSTED'), new Error('x'), Object.assign(new Error(), { code: 7 }), 'text'];
    for (const other of others) {
      expect(systemCode(other)).toBeUndefined();
      expect([writeFailed('a', other), readFailed('a', other), folderFailed('a', other)]).toEqual([
        other,
        other,
        other,
      ]);
    }
    expect(systemWords('text')).toBe('the system answers text');
  });
});
