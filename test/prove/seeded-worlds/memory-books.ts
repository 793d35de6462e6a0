import type { ContainerCertificate } from '../../../container/files/certificate.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import type { Channel } from './memory-channel.ts';
import { type Known, type Ledger, NO_LEDGER } from './memory-ledger.ts';
import type { Meaning } from './vendor.ts';

/** All that the server of a vendor keeps; a copy of it is a backup. */
export interface Books {
  readonly channels: ReadonlyMap<PublicKey, Channel>;
  readonly restores: number;
  readonly rolledBackBy: string | null;
  readonly revoked: { readonly version: number; readonly keys: readonly PublicKey[] };
  /** Entries that were settled as applied. */
  readonly settled: ReadonlySet<Meaning>;
  readonly ledger: Ledger;
  /** Whether it was ever told of more seats than were granted. */
  readonly surplus: boolean;
}

export const NO_BOOKS: Books = {
  channels: new Map(),
  restores: 0,
  rolledBackBy: null,
  revoked: { version: 0, keys: [] },
  settled: new Set(),
  ledger: NO_LEDGER,
  surplus: false,
};

/** What bears on the ledger beside it. */
export function knownTo(
  { settled, channels }: Books,
  certificates: ReadonlyMap<PublicKey, ContainerCertificate>,
): Known {
  const open = new Set([...channels.values()].flatMap(({ entries }) => entries.map(({ meaning }) => meaning)));
  return {
    settled,
    fate: (meaning) => (open.has(meaning) ? 'open' : settled.has(meaning) ? 'applied' : 'unsure'),
    teller: (key) => ({
      issues: certificates.get(key)?.issues ?? 'move',
      contradicted: typeof channels.get(key)?.contradiction === 'string',
    }),
  };
}
