import { defineRecord, type ValueOf } from '../files/codec.ts';
import { bool, bytes, hexBytes, list, u16, u32From } from '../files/fields.ts';
import type { OrderId, PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';
import { COMMIT_FAILURES, defineCommand, FILE_FAILURES } from './command.ts';

export const orderedPart = defineRecord('ordered part', 'Seats of one holding.', {
  holding: [u32From(1), 'local id of the holding'],
  quantity: [u32From(1), 'seats'],
});
export type OrderedPart = ValueOf<typeof orderedPart>;

export const issuedEntry = defineRecord('issued entry', 'Where an entry of the order stands.', {
  sequence: [u32From(1), 'sequence'],
  settled: [bool, 'whether its outcome is known'],
  reason: [u16, '0, or the number of the error for which the target refused it'],
});

export const issueReport = defineRecord('issue report', 'What was issued, now or when the order was first given.', {
  first: [u32From(1), 'first sequence of the order'],
  last: [u32From(1), 'last sequence of the order'],
  repeated: [bool, 'whether the order had been carried out before'],
  entries: [list(issuedEntry, 65535), 'entries of the order'],
  updates: [list(bytes(1, FORMAT.fileBytes), 1024), 'update files with all that is in transit to the target'],
});
export type IssueReport = ValueOf<typeof issueReport>;

export const issueCommand = defineCommand({
  name: 'issue',
  code: 4,
  about:
    'Moves seats from held to in transit, in one commit, and gives the update files. Settles from the context first. Repeating it with the same id and first sequence never moves twice.',
  asker: 'owner',
  orderSuffices: true,
  request: defineRecord('issue request', 'What goes to whom.', {
    target: [hexBytes<PublicKey>(32), 'identity key of the target; the context of anybody else is refused'],
    orderId: [hexBytes<OrderId>(16), 'random, fresh for every order; the same one only to repeat it'],
    context: [bytes(1, FORMAT.fileBytes), 'context of the target, made for this container'],
    first: [u32From(1), 'first sequence that the order expects to create'],
    parts: [list(orderedPart, 65535, 1), 'what to move; no holding twice'],
  }),
  response: issueReport,
  failures: [
    ...FILE_FAILURES,
    ...COMMIT_FAILURES,
    'OWNER_NEEDED',
    'NOT_ADDRESSED',
    'TARGET_OTHER',
    'CONTAINER_LOCKED',
    'TARGET_LOCKED',
    'PARTNER_ROLLED_BACK',
    'SELF_ROLLED_BACK',
    'KEY_RETIRED',
    'ISSUED_OTHERWISE',
    'ISSUE_FORGOTTEN',
    'SEQUENCE_AHEAD',
    'ROLE_WRONG',
    'NOT_HELD',
    'QUANTITY_NOT_HELD',
    'MOVES_WHOLE',
    'MAY_NOT_ISSUE',
    'TARGET_REVOKED',
    'ITEM_DISABLED',
    'CUSTODY_FULL',
    'ORDER_EMPTY',
    'CHANNEL_FULL',
    'TOO_LARGE_FOR_TARGET',
    'TABLE_FULL',
    'LOG_FULL',
    'MEMORY_FULL',
  ],
});
