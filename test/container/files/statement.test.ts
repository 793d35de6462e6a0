import { describe, expect, it } from 'vitest';
import { refusedEntry } from '../../../container/files/statement.ts';

describe('a refused entry', () => {
  it.each([1, 301, 0xffff])('has a reason: %i', (reason) => {
    const read = refusedEntry.decode(refusedEntry.encode({ sequence: 7, reason }));
    expect(read).toEqual({ ok: true, value: { sequence: 7, reason } });
  });

  it('is none without a reason: whoever reads 0 could take it for applied', () => {
    const bytes = refusedEntry.encode({ sequence: 7, reason: 1 }).with(-1, 0);
    expect(refusedEntry.decode(bytes)).toMatchObject({ ok: false, code: 'FILE_MALFORMED' });
  });
});
