import { defineRecord } from '../files/codec.ts';
import { bytes, optional, u32From } from '../files/fields.ts';
import { COMMIT_FAILURES, defineCommand } from './command.ts';

export const writeDataCommand = defineCommand({
  name: 'write-data',
  code: 11,
  about: 'Writes the User Data or the Customer Owned License Information of a holding.',
  asker: 'local',
  request: defineRecord('write-data request', 'What to write.', {
    holding: [u32From(1), 'local id of the holding'],
    userData: [optional(bytes(0, 256)), 'User Data; nil: as it is'],
    customerInfo: [optional(bytes(0, 256)), 'Customer Owned License Information; nil: as it is'],
  }),
  response: defineRecord('write-data response', 'Nothing but that it is done.', {}),
  failures: [...COMMIT_FAILURES, 'CONTAINER_LOCKED', 'NOT_HELD', 'MEMORY_FULL'],
});
