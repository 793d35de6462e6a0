import type { Hash, PublicKey } from '../model/ids.ts';
import { CONTAINER_KINDS } from './certificate.ts';
import { defineRecord } from './codec.ts';
import { bytes, choice, hexBytes, list, optional, u8, u16, u32, u32From } from './fields.ts';

/** Notices travel beside the sequence, each signed by whoever may say it, and taking one twice changes nothing. */
export const rootRevocations = defineRecord('root revocations', 'Certificates that the root has withdrawn.', {
  version: [u32From(1), 'only a higher version replaces a list'],
  keys: [list(hexBytes<PublicKey>(32), 4096), 'identity keys, ascending'],
});

export const firmRevocations = defineRecord(
  'firm revocations',
  'Containers whose entries a firm refuses from now on.',
  {
    firmCode: [u32, 'Firm Code'],
    version: [u32From(1), 'only a higher version replaces a list'],
    keys: [list(hexBytes<PublicKey>(32), 4096), 'identity keys, ascending'],
  },
);

export const certifiedTime = defineRecord('certified time', 'The answer of a time server to one challenge.', {
  container: [hexBytes<PublicKey>(32), 'identity key of the container that asked'],
  challenge: [bytes(16, 16), 'its challenge; answered once'],
  time: [u32, 'seconds since 2000-01-01'],
});

export const reAnchor = defineRecord('re-anchor', 'A firm accepts the present state of a locked container.', {
  firmCode: [u32, 'Firm Code whose items become usable again'],
  container: [hexBytes<PublicKey>(32), 'identity key of the container'],
  generation: [u32, 'generation that the container reported'],
  stateHash: [hexBytes<Hash>(32), 'state hash that it reported'],
});

export const workOrder = defineRecord('work order', 'What the next targets get without asking the owner again.', {
  number: [u32From(1), 'number of the order in its container'],
  firmCode: [u32, 'Firm Code'],
  productCode: [u32, 'Product Code'],
  quantity: [u32From(1), 'seats for each target'],
  targets: [u16, 'how many different targets'],
  targetKinds: [list(choice(CONTAINER_KINDS), 3), 'kinds allowed; empty: any'],
  targetKeys: [list(hexBytes<PublicKey>(32), 64), 'identity keys allowed; empty: any'],
});

export const pinState = defineRecord('PIN state', 'The PIN of a container: derived value and tries, never the PIN.', {
  salt: [bytes(16, 16), 'salt of the derivation'],
  check: [bytes(32, 32), 'derived value to compare with'],
  tries: [u8, 'tries left; counted down before the comparison'],
  most: [u8, 'tries after a success'],
  changed: [optional(u32), 'when it was set; seconds since 2000-01-01'],
});
