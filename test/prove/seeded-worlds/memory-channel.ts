import type { Crypto } from '../../../container/crypto/port.ts';
import { type IssuedHead, newInbound } from '../../../container/engine/issuer-channel.ts';
import type { ContainerCertificate } from '../../../container/files/certificate.ts';
import type { ContextFile } from '../../../container/files/context-file.ts';
import type { Statement } from '../../../container/files/statement.ts';
import { sealUpdateFile } from '../../../container/files/update-file.ts';
import { fromHex } from '../../../container/model/bytes.ts';
import type { Hash, PublicKey } from '../../../container/model/ids.ts';
import type { Meaning } from './vendor.ts';

/** What a vendor signs and opens with. */
export interface VendorKeys {
  readonly firmCode: number;
  readonly name: string;
  readonly seed: Uint8Array;
  readonly sealingSecret: Uint8Array;
  readonly key: PublicKey;
  readonly certificate: Uint8Array;
  readonly time: { readonly seed: Uint8Array; readonly certificate: Uint8Array };
}

/** An entry that is in transit, and what the world knows of it. */
export interface Issued {
  /** Epoch in which it was issued. */
  readonly epoch: number;
  readonly bytes: Uint8Array;
  readonly hash: Hash;
  readonly chain: Hash;
  readonly cancelled: boolean;
  readonly meaning: Meaning;
}

/** The channel of a vendor to one container. */
export interface Channel extends IssuedHead {
  /** What is in transit; sequence n at n - settled - 1. */
  readonly entries: readonly Issued[];
  readonly generation: number;
  readonly stateHash: Hash;
  readonly witness: Statement | null;
  readonly custodyKnownThrough: number;
  readonly contradiction: string | null;
  /** How often the server had been restored when the channel began anew last. */
  readonly restore: number;
  readonly challenge: ContextFile['header']['challenge'];
  readonly locked: boolean;
}

/** What goes into one update file of a vendor. */
interface Range {
  readonly to: ContainerCertificate;
  readonly channel: Channel;
  readonly range: { readonly first: number; readonly last: number };
  readonly notices: readonly Uint8Array[];
  readonly entropy: Uint8Array;
}

/** Makes the update file with some of what is in transit. */
export function sealRange(
  crypto: Crypto,
  keys: VendorKeys,
  { to, channel, range, notices, entropy }: Range,
): Uint8Array {
  const { first, last } = range;
  const { settled, epoch, issued, issuedChain, settledChain } = channel;
  const entries = channel.entries.slice(first - settled - 1, last - settled);
  const header = {
    certificate: keys.certificate,
    container: to.key,
    serial: to.serial,
    epoch,
    first,
    last,
    chainBefore: chainAt(channel, first - 1) ?? settledChain,
    chainLast: chainAt(channel, last) ?? settledChain,
    settledThrough: settled,
    custodyKnownThrough: channel.custodyKnownThrough,
    cancelled: entries.flatMap(({ cancelled }, at) => (cancelled ? [first + at] : [])),
  };
  const signatures = entries.map(() => null);
  const body = { entries: entries.map(carried), signatures, certificates: [], notices: [...notices] };
  const statement = {
    signer: keys.key,
    partner: to.key,
    generation: channel.generation,
    stateHash: channel.stateHash,
    outbound: { epoch, issued, hash: issuedChain },
    inbound: newInbound(crypto, to.key, keys.key),
  };
  return sealUpdateFile(crypto, keys.seed, { statement, header, body }, to.sealingKey, entropy);
}

export function chainAt({ settled, settledChain, entries }: Channel, sequence: number): Hash | undefined {
  return sequence === settled ? settledChain : entries[sequence - settled - 1]?.chain;
}

/** An entry as files carry it: a cancelled one as its hash. */
export function carried(entry: Issued | undefined): Uint8Array {
  if (entry === undefined) return new Uint8Array();
  return entry.cancelled ? fromHex(entry.hash) : entry.bytes;
}
