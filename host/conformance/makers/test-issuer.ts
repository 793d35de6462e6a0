import { chainNext, chainStart, entryHash, newInbound } from '../../../container/engine/issuer-channel.ts';
import type { InboundState, Statement } from '../../../container/files/statement.ts';
import { sealUpdateFile, type UpdateBody, type UpdateHeader } from '../../../container/files/update-file.ts';
import { fromHex, toHex } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import type { Party, Target, Tools } from './parties.ts';

/** An entry as the issuer keeps it. */
interface IssuedEntry {
  readonly bytes: Uint8Array;
  readonly hash: Hash;
  /** Chain value at this entry. */
  readonly chain: Hash;
  /** Signature of the entry's own transfer record; null for a firm's. */
  readonly signature: Uint8Array | null;
  /** Certificates that the container needs to check it. */
  readonly certificates: readonly Uint8Array[];
}

/** What a file says beside what an honest issuer would let it say. */
export interface Bends {
  /** First and last sequence; by default all that is not settled. */
  readonly first?: number;
  readonly last?: number;
  readonly header?: Partial<UpdateHeader>;
  readonly body?: Partial<UpdateBody>;
  readonly statement?: Partial<Statement>;
  /** The container that the body is sealed to. */
  readonly sealTo?: Uint8Array;
  /** The key that signs. */
  readonly seed?: Uint8Array;
}

/**
 * The issuing side of one channel to the container under test, kept as an honest issuer keeps it. What is bent is bent
 * in the one file that it is bent for, never in the channel.
 */
export class TestIssuer {
  readonly party: Party;
  readonly target: Target;
  readonly tools: Tools;
  readonly cancelled = new Set<number>();
  readonly #entries: IssuedEntry[] = [];
  #epoch = 0;
  #generation = 1;
  #stateHash: Hash;
  /** What the container said last of this channel. */
  #there: InboundState;

  constructor(tools: Tools, party: Party, target: Target) {
    this.tools = tools;
    this.party = party;
    this.target = target;
    this.#stateHash = this.#freshHash();
    this.#there = newInbound(tools.crypto, party.key, target.key);
  }

  /** Last sequence issued; 0: none. */
  get issued(): number {
    return this.#entries.length;
  }

  /** The channel as the container told it last; everything up to its `applied` is settled. */
  get there(): InboundState {
    return this.#there;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Index into the custody log of the container up to which this issuer knows it; 0 for containers. */
  get custodyKnownThrough(): number {
    return 0;
  }

  /** Issues an entry as it is given. @returns its sequence */
  issueRaw(
    bytes: Uint8Array,
    { signature = null, certificates = [] }: Partial<Pick<IssuedEntry, 'signature' | 'certificates'>> = {},
  ): number {
    const { crypto } = this.tools;
    const hash = entryHash(crypto, bytes);
    const chain = chainNext(crypto, this.chainAt(this.issued), hash);
    this.#entries.push({ bytes, hash, chain, signature, certificates });
    this.#commit();
    return this.issued;
  }

  /** Begins the channel anew behind what the container has applied, as a vendor does whose server was restored. */
  beginEpoch(): void {
    this.#epoch += 1;
    this.#generation = 0;
    this.#commit();
  }

  cancel(...sequences: readonly number[]): void {
    for (const sequence of sequences) this.cancelled.add(sequence);
    this.#commit();
  }

  /** Takes over what the container's verified receipt says of this channel. */
  settle(there: InboundState): void {
    this.#there = there;
    this.#commit();
  }

  /** The chain value at a sequence that was issued. */
  chainAt(sequence: number): Hash {
    const start = chainStart(this.tools.crypto, this.party.key, this.target.key);
    return this.#entries[sequence - 1]?.chain ?? start;
  }

  entryAt(sequence: number): Uint8Array {
    return this.#entries[sequence - 1]?.bytes ?? new Uint8Array(0);
  }

  /** An update file: an honest one unless it is bent. */
  file(bends: Bends = {}): Uint8Array {
    const { crypto, env } = this.tools;
    const content = this.content(bends);
    const { sealTo = this.target.sealingKey, seed = this.party.seed } = bends;
    return sealUpdateFile(crypto, seed, content, sealTo, env.random(32));
  }

  /** What goes into that file. */
  content({ first = this.#there.applied + 1, last = this.issued, header, body, statement }: Bends = {}): {
    readonly statement: Statement;
    readonly header: UpdateHeader;
    readonly body: UpdateBody;
  } {
    const range = this.#entries.slice(first - 1, last);
    const isCancelled = (sequence: number): boolean => this.cancelled.has(sequence);
    const sequences = range.map((_, at) => first + at);
    return {
      statement: { ...this.#statement(), ...statement },
      header: {
        certificate: this.party.certificate,
        container: this.target.key,
        serial: this.target.serial,
        epoch: this.#epoch,
        first,
        last,
        chainBefore: this.chainAt(first - 1),
        chainLast: this.chainAt(last),
        settledThrough: Math.min(this.#there.applied, first - 1),
        custodyKnownThrough: this.custodyKnownThrough,
        cancelled: sequences.filter(isCancelled),
        ...header,
      },
      body: {
        entries: range.map(({ bytes, hash }, at) => (isCancelled(first + at) ? fromHex(hash) : bytes)),
        signatures: range.map(({ signature }) => signature),
        certificates: distinct(range.flatMap(({ certificates }) => certificates)),
        notices: [],
        ...body,
      },
    };
  }

  #statement(): Statement {
    const { key } = this.party;
    return {
      signer: key,
      partner: this.target.key,
      generation: this.#generation,
      stateHash: this.#stateHash,
      outbound: { epoch: this.#epoch, issued: this.issued, hash: this.chainAt(this.issued) },
      inbound: newInbound(this.tools.crypto, this.target.key, key),
    };
  }

  #commit(): void {
    this.#generation += 1;
    this.#stateHash = this.#freshHash();
  }

  #freshHash(): Hash {
    return toHex(this.tools.env.random(32)) as Hash;
  }
}

function distinct(certificates: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(certificates.map((raw) => [toHex(raw), raw])).values()];
}
