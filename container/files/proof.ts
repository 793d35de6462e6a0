import type { PublicKey } from '../model/ids.ts';
import { defineRecord, type ValueOf } from './codec.ts';
import { hexBytes, list } from './fields.ts';
import { signedStatement } from './signed-file.ts';

/** Proofs that one context carries at most. */
export const MOST_PROOFS = 64;

export const proof = defineRecord(
  'proof',
  'Two signed words of a container that cannot belong to one honest history.',
  {
    about: [hexBytes<PublicKey>(32), 'identity key of the container'],
    statements: [list(signedStatement, 2, 2), 'its statements, both to one partner; first the one that was remembered'],
  },
);

export type Proof = ValueOf<typeof proof>;
