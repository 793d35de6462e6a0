import type { Hash, PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';
import { defineRecord, type ValueOf } from './codec.ts';
import { hexBytes, list, u16Within, u32, u32From } from './fields.ts';

export const outboundHead = defineRecord('outbound head', 'How far the signer has issued to its partner.', {
  epoch: [u32, 'epoch of the channel'],
  issued: [u32, 'last sequence issued; 0: none'],
  hash: [hexBytes<Hash>(32), 'chain value at that sequence'],
});

export const refusedEntry = defineRecord('refused entry', 'A sequence that was refused for good.', {
  sequence: [u32From(1), 'sequence'],
  reason: [u16Within(1, 0xffff), 'number of the error in the catalogue, 301 to 399'],
});

export const inboundState = defineRecord('inbound state', 'How far the signer has applied what its partner issued.', {
  epoch: [u32, 'epoch of the channel'],
  applied: [u32, 'last sequence applied or refused; 0: none'],
  hash: [hexBytes<Hash>(32), 'chain value at that sequence'],
  refused: [list(refusedEntry, FORMAT.refusedEntries), 'ascending; those above prunedThrough'],
  prunedThrough: [u32, 'refusals up to here were settled by the issuer and are forgotten'],
  refusedChain: [hexBytes<Hash>(32), 'chain over all refusals, the forgotten ones too'],
});

export const statement = defineRecord(
  'statement',
  'What the signer of a file says to its partner about itself and about the two channels between them.',
  {
    signer: [hexBytes<PublicKey>(32), 'identity key of the signer'],
    partner: [hexBytes<PublicKey>(32), 'identity key of the partner'],
    generation: [u32, 'number of chained records in the signer'],
    stateHash: [hexBytes<Hash>(32), 'chain over those records'],
    outbound: [outboundHead, 'signer to partner'],
    inbound: [inboundState, 'partner to signer'],
  },
);

export type OutboundHead = ValueOf<typeof outboundHead>;
export type RefusedEntry = ValueOf<typeof refusedEntry>;
export type InboundState = ValueOf<typeof inboundState>;
export type Statement = ValueOf<typeof statement>;
