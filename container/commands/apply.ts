import { defineRecord, type ValueOf } from '../files/codec.ts';
import { bool, bytes, list, optional, u8, u16, u32, u32From } from '../files/fields.ts';
import { FORMAT } from '../model/limits.ts';
import { COMMIT_FAILURES, defineCommand, FILE_FAILURES } from './command.ts';

export const appliedEntry = defineRecord('applied entry', 'How one entry of the file ended.', {
  sequence: [u32From(1), 'sequence'],
  reason: [u16, '0 when applied, otherwise the number of the error it was refused for'],
  items: [u32, 'Product Items that it changed'],
});

export const takenNotice = defineRecord('taken notice', 'What became of one notice of the file.', {
  kind: [u8, 'kind of signed structure; 0: it cannot be read'],
  isNew: [bool, 'whether it was taken, as news'],
  reason: [u16, '0, or the number of the error for which it was passed over'],
});

export const applyReport = defineRecord('apply report', 'What the file did, and the receipt.', {
  applied: [u32, 'last sequence of the channel that is applied now'],
  skipped: [u32, 'entries that were applied before'],
  entries: [list(appliedEntry, FORMAT.fileEntries), 'entries that this file applied or refused'],
  deferred: [optional(u32From(1)), 'first sequence that has to wait; nil: none'],
  deferredFor: [u16, 'number of the error that it waits for; 0: none'],
  needed: [u32, 'bytes that were missing'],
  notices: [list(takenNotice, FORMAT.fileNotices), 'notices of the file, in its order'],
  receipt: [bytes(1, FORMAT.fileBytes), 'context file for the same issuer'],
});
export type AppliedEntry = ValueOf<typeof appliedEntry>;
export type ApplyReport = ValueOf<typeof applyReport>;

export const applyCommand = defineCommand({
  name: 'apply',
  code: 3,
  about: 'Takes an update file in: one commit a file. Applying it again changes nothing and gives a current receipt.',
  asker: 'anyone',
  request: defineRecord('apply request', 'The file.', { update: [bytes(1, FORMAT.fileBytes), 'update file'] }),
  response: applyReport,
  failures: [
    ...FILE_FAILURES,
    ...COMMIT_FAILURES,
    'NOT_ADDRESSED',
    'CANNOT_OPEN',
    'CHAIN_INCONSISTENT',
    'CONTAINER_LOCKED',
    'KEY_RETIRED',
    'UPDATE_GAP',
    'UPDATE_FORK',
    'UPDATE_EPOCH',
    'PARTNER_ROLLED_BACK',
    'TABLE_FULL',
    'MEMORY_FULL',
  ],
});
