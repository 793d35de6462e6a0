import { defineRecord, type ValueOf } from '../files/codec.ts';
import { hexBytes, list, text, u32, u32From } from '../files/fields.ts';
import { movedItem } from '../files/transfer-record.ts';
import type { PublicKey } from '../model/ids.ts';
import { defineCommand } from './command.ts';

export const transferHistoryLine = defineRecord(
  'transfer history line',
  'One transfer that this container took part in.',
  {
    firmCode: [u32, 'Firm Code'],
    position: [u32From(1), 'position in the custody log of the firm'],
    from: [hexBytes<PublicKey>(32), 'sender'],
    fromName: [text(64), 'its serial number where it is known'],
    to: [hexBytes<PublicKey>(32), 'target'],
    toName: [text(64), 'its serial number where it is known'],
    sequence: [u32From(1), 'sequence of their channel'],
    items: [list(movedItem, 64), 'what was moved'],
  },
);

export const evidenceLine = defineRecord('evidence line', 'Signed proof that this container keeps.', {
  about: [hexBytes<PublicKey>(32), 'party'],
  name: [text(64), 'its name where it is known'],
  reason: [text(64), 'what it proves'],
});

export const history = defineRecord('history', 'The transfers that their firms do not know of yet, and evidence.', {
  transfers: [list(transferHistoryLine, 1_000_000), 'oldest first'],
  evidence: [list(evidenceLine, 64), 'oldest first'],
});
export type History = ValueOf<typeof history>;

export const historyCommand = defineCommand({
  name: 'history',
  code: 8,
  about: 'Shows the custody logs that are kept for the firms, and the evidence. Commits nothing.',
  asker: 'owner',
  request: defineRecord('history request', 'Asks for nothing in particular.', {}),
  response: history,
  failures: ['OWNER_NEEDED'],
});
