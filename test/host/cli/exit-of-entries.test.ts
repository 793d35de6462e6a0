import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../container/errors.ts';
import { exitOfEntries } from '../../../host/cli/exit-of-entries.ts';

const APPLIED = { reason: 0 };
const CANCELLED = { reason: CATALOGUE.CANCELLED.number };
const REVOKED = { reason: CATALOGUE.SENDER_REVOKED.number };

describe('the exit code of what became of entries', () => {
  it('is 0 where all were applied, called back, refused by hand or known before', () => {
    const byHand = { reason: CATALOGUE.REFUSED_BY_OWNER.number };
    for (const entries of [[], [APPLIED], [CANCELLED], [byHand], [APPLIED, CANCELLED]])
      expect(exitOfEntries(entries)).toBe(0);
  });

  it('is that of the refusal where nothing was applied, and of any rule where the reason is not known here', () => {
    for (const entries of [[REVOKED], [CANCELLED, REVOKED], [{ reason: 9999 }]])
      expect(exitOfEntries(entries)).toBe(CATALOGUE.SENDER_REVOKED.exit);
  });

  it('is that of a work done in part where some were applied, or more is left', () => {
    expect(exitOfEntries([APPLIED, REVOKED])).toBe(6);
    for (const entries of [[], [APPLIED], [REVOKED]]) expect(exitOfEntries(entries, true)).toBe(6);
  });
});
