import { defineRecord } from '../files/codec.ts';
import { bytes, optional, u32 } from '../files/fields.ts';
import { FORMAT } from '../model/limits.ts';
import { COMMIT_FAILURES, defineCommand, FILE_FAILURES } from './command.ts';

export const contextCommand = defineCommand({
  name: 'context',
  code: 2,
  about:
    'Makes a context file for one issuer. The first one for a new issuer, shown by its certificate, reserves a channel record; repeating it does not change the state: at most it notes a new time challenge for a firm.',
  asker: 'anyone',
  request: defineRecord('context request', 'For whom: a certificate, or the Firm Code of a firm known here.', {
    certificate: [optional(bytes(1, 1024)), 'certificate of the issuer'],
    firmCode: [optional(u32), 'Firm Code, when no certificate is given'],
  }),
  response: defineRecord('context response', 'The file.', {
    context: [bytes(1, FORMAT.fileBytes), 'context file'],
  }),
  failures: [...FILE_FAILURES, ...COMMIT_FAILURES, 'CONTAINER_LOCKED', 'ISSUER_UNKNOWN', 'TABLE_FULL', 'MEMORY_FULL'],
});
