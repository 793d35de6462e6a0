import { defineRecord } from '../files/codec.ts';
import { bytes, hexBytes, list, u32From } from '../files/fields.ts';
import type { PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';
import { COMMIT_FAILURES, defineCommand } from './command.ts';

export const cancelCommand = defineCommand({
  name: 'cancel',
  code: 6,
  about:
    'Cancels entries in transit, irrevocably. The target refuses them on its next apply unless it has applied them; its receipt brings the items back.',
  asker: 'owner',
  request: defineRecord('cancel request', 'What to cancel.', {
    target: [hexBytes<PublicKey>(32), 'identity key of the target'],
    sequences: [list(u32From(1), FORMAT.pendingEntries, 1), 'sequences in transit to it'],
  }),
  response: defineRecord('cancel response', 'The files that tell the target.', {
    updates: [list(bytes(1, FORMAT.fileBytes), 1024), 'update files with all that is in transit to the target'],
  }),
  failures: [...COMMIT_FAILURES, 'OWNER_NEEDED', 'CONTAINER_LOCKED', 'TARGET_UNKNOWN', 'NOT_PENDING', 'MEMORY_FULL'],
});
