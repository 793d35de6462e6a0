import type { PublicKey } from '../model/ids.ts';
import { CONTAINER_KINDS } from './certificate.ts';
import { defineRecord } from './codec.ts';
import { bytes, choice, hexBytes } from './fields.ts';

/** Sent to the maker, who answers with a certificate; signed by the key itself. */
export const keyRequest = defineRecord('key request', 'A new container asks to be certified.', {
  kind: [choice(CONTAINER_KINDS), 'kind of container'],
  key: [hexBytes<PublicKey>(32), 'Ed25519 identity key, made in the container'],
  sealingKey: [bytes(32, 32), 'X25519 sealing key, made in the container'],
});
