import { defineRecord, type ValueOf } from '../files/codec.ts';
import { bool, bytes, list, serialNumber, u16, u32, u32From } from '../files/fields.ts';
import { FORMAT } from '../model/limits.ts';
import { COMMIT_FAILURES, defineCommand, FILE_FAILURES } from './command.ts';

export const settledEntry = defineRecord('settled entry', 'How an entry ended at its target.', {
  sequence: [u32From(1), 'sequence'],
  reason: [u16, '0: applied, gone for good; otherwise refused, held again'],
});

export const settleReport = defineRecord('settle report', 'What a context or receipt settled.', {
  target: [serialNumber, 'whose context it was'],
  settled: [u32, 'last sequence settled now'],
  pending: [u32, 'entries still in transit to that target'],
  late: [bool, 'whether it said nothing new'],
  entries: [list(settledEntry, FORMAT.pendingEntries), 'entries settled by this file'],
});
export type SettleReport = ValueOf<typeof settleReport>;

export const settleCommand = defineCommand({
  name: 'settle',
  code: 5,
  about: 'Takes a receipt home: lets go what the target applied and takes back what it refused. Repeatable.',
  asker: 'owner',
  orderSuffices: true,
  request: defineRecord('settle request', 'The receipt.', {
    context: [bytes(1, FORMAT.fileBytes), 'context of the target, made for this container'],
  }),
  response: settleReport,
  failures: [
    ...FILE_FAILURES,
    ...COMMIT_FAILURES,
    'OWNER_NEEDED',
    'NOT_ADDRESSED',
    'CONTAINER_LOCKED',
    'TARGET_UNKNOWN',
    'SELF_ROLLED_BACK',
    'MEMORY_FULL',
  ],
});
