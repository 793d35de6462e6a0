import { defineRecord } from '../files/codec.ts';
import { bytes, hexBytes, list } from '../files/fields.ts';
import type { PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';
import { defineCommand } from './command.ts';

export const transitCommand = defineCommand({
  name: 'transit',
  code: 7,
  about: 'Gives the update files with all that is in transit to a target, again. Commits nothing.',
  asker: 'owner',
  orderSuffices: true,
  request: defineRecord('transit request', 'For whom.', {
    target: [hexBytes<PublicKey>(32), 'identity key of the target'],
  }),
  response: defineRecord('transit response', 'The files.', {
    updates: [list(bytes(1, FORMAT.fileBytes), 1024), 'update files; one without entries when nothing is in transit'],
  }),
  failures: ['OWNER_NEEDED', 'NOT_ENROLLED', 'CONTAINER_LOCKED', 'TARGET_UNKNOWN'],
});
