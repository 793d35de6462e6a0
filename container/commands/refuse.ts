import { defineRecord } from '../files/codec.ts';
import { bytes, u32From } from '../files/fields.ts';
import { FORMAT } from '../model/limits.ts';
import { applyCommand, applyReport } from './apply.ts';
import { defineCommand } from './command.ts';

export const refuseCommand = defineCommand({
  name: 'refuse',
  code: 18,
  about:
    'Refuses for good what a file would give to this container, up to a sequence; the receipt brings it back to the issuer. Nothing after that is applied. Repeating it changes nothing.',
  asker: 'owner',
  request: defineRecord('refuse request', 'The file, and how far.', {
    update: [bytes(1, FORMAT.fileBytes), 'update file'],
    through: [u32From(1), 'last sequence to refuse; all before it that are not applied are refused too'],
  }),
  response: applyReport,
  failures: [...applyCommand.failures, 'OWNER_NEEDED', 'ENTRY_NOT_REFUSABLE'],
});
