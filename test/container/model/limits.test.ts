import { describe, expect, it } from 'vitest';
import { limitsOfBank } from '../../../container/model/limits.ts';

const MIB = 1024 * 1024;

describe('the limits that a bank of memory gives', () => {
  it.each([
    [
      'the least files of a dongle where an eighth is less',
      'dongle',
      100_000,
      [22046, 3149, 3125, 32768, 69632, 1024, 4],
    ],
    ['the least files of a soft container likewise', 'soft', MIB, [468992, 16384, 32768, 262144, 528384, 8192, 16]],
    [
      'less than sixteen unused channels where memory is short',
      'dongle',
      196_352,
      [103719, 14817, 6136, 32768, 69632, 1024, 14],
    ],
    ['files of an eighth, in whole steps', 'dongle', 5 * MIB - 1, [3852287, 16384, 65536, 651264, 1306624, 1024, 16]],
    ['no larger files than there are', 'cloud', 64 * MIB, [62826496, 16384, 65536, 2097152, 4198400, 8192, 16]],
  ] as const)(
    'are %s',
    (_, kind, bytes, [capacity, ownerRoom, evidence, largestRecord, journalRecord, channels, unusedChannels]) => {
      expect(limitsOfBank(kind, bytes)).toEqual({
        capacity,
        ownerRoom,
        evidence,
        largestRecord,
        journalRecord,
        channels,
        unusedChannels,
        logEntries: 4096,
      });
    },
  );
});
