import type { RequestTo, ResponseTo } from '../../../container/commands/codecs-of.ts';
import type { CommandName } from '../../../container/commands/index.ts';
import { type Change, SIDE_CHANGES } from '../../../container/engine/changes.ts';
import { ContainerCommands } from '../../../container/engine/container-commands.ts';
import { type Emitter, emitContext, emitUpdates } from '../../../container/engine/emit.ts';
import { evolve } from '../../../container/engine/evolve.ts';
import { lockChallenge } from '../../../container/engine/lock.ts';
import { certificateOf } from '../../../container/engine/partners.ts';
import { Session } from '../../../container/engine/session.ts';
import { type ContainerState, counter, type Lock, newState, stateHash } from '../../../container/engine/state.ts';
import type { Table } from '../../../container/engine/table.ts';
import { type ErrorCode, FerryError } from '../../../container/errors.ts';
import type { ContainerKind, IssueRight } from '../../../container/files/certificate.ts';
import { certifyContainer, testRoot } from '../../../container/files/test-root.ts';
import {
  openUpdateBody,
  openUpdateFile,
  type UpdateBody,
  type UpdateFile,
} from '../../../container/files/update-file.ts';
import { concatBytes, fromHex, type Hex, toHex, utf8 } from '../../../container/model/bytes.ts';
import type { Hash, PublicKey } from '../../../container/model/ids.ts';
import { type ContainerLimits, limitsOfBank } from '../../../container/model/limits.ts';
import { serialFromParts } from '../../../container/model/serial-number.ts';
import type { Anchor } from '../../../container/store/anchor-port.ts';
import { identityOf, type Secrets } from '../../../container/store/snapshot.ts';
import { type Chronicle, NO_CHRONICLE } from './chronicle.ts';
import { Identities } from './identities.ts';
import { toyCrypto } from './toy-crypto.ts';

export const toyRoot = testRoot(toyCrypto);
const NOW = 800_000_000;
/** More commits than any explored history has. */
const LIFE = 1000;
const BANK_BYTES = 2 * 1024 * 1024;

export interface NewContainer {
  readonly name: string;
  readonly kind: ContainerKind;
  readonly number: number;
  readonly issues: IssueRight;
  readonly limits?: Partial<ContainerLimits>;
  /** Bytes that a file to a target may have, where targets take less than all of their kind do. */
  readonly fileBytes?: number;
  /** Whether every commit raises the generation, also one that keeps nothing but a partner's newer word. */
  readonly exact?: boolean;
  /** Whether an anchor outside of its memory knows its newest state. */
  readonly anchored?: boolean;
}

/** What a memory holds. */
export interface Memory {
  readonly state: ContainerState;
  /** Which of the histories that went apart it belongs to. */
  readonly branch: number;
  /** What firms had to name when it was last found beside an anchor of another state; null when it never was. */
  readonly incident: Hex | null;
}

/** A container at one moment. Where memory can be set back, with a copy of it. */
export interface Moment extends Memory {
  /** What the copy of the memory holds. */
  readonly spare: Memory | null;
  /** How often a copy was made, and how often the memory was exchanged for one. */
  readonly copies: number;
  readonly swaps: number;
  /** What the anchor names, where there is one. */
  readonly anchor: Anchor | null;
  /** Whether it is destroyed. */
  readonly dead: boolean;
  readonly chronicle: Chronicle;
}

/** What a command came to; `code` null: done. */
export type Outcome<N extends CommandName> =
  | { readonly code: null; readonly moment: Moment; readonly response: ResponseTo<N> }
  | { readonly code: ErrorCode; readonly moment: Moment };

/**
 * The states of one container under numbers, and the commands of the kernel on them, without memory chips and chance.
 *
 * Randomness is a function of the container and the branch, and the state hash of those and the generation, so that two
 * histories that lead to the same content lead to the same state. Within one history the generation tells all states
 * apart, so which hashes are equal is what it would be with real ones.
 */
export class ContainerStates {
  readonly name: string;
  readonly key: PublicKey;
  readonly certificate: Uint8Array;
  readonly first: Moment;
  readonly #secrets: Secrets;
  readonly #exact: boolean;
  readonly #fileBytes: number | null;
  readonly #moments: Moment[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #known = new WeakMap<Moment, number>();
  readonly #identities = new Identities();

  constructor({ name, kind, number, issues, limits, fileBytes, exact = false, anchored = false }: NewContainer) {
    this.name = name;
    this.#exact = exact;
    this.#fileBytes = fileBytes ?? null;
    this.#secrets = { seed: this.#random('seed', 32), sealingSecret: this.#random('sealing', 32) };
    const identity = identityOf(toyCrypto, kind, this.#secrets, toyRoot.key, toyRoot.successor);
    this.key = identity.key;
    this.certificate = certifyContainer(toyCrypto, toyRoot, {
      serial: serialFromParts(kind === 'dongle' ? 3 : 130, number),
      kind,
      key: identity.key,
      sealingKey: fromHex(identity.sealingKey),
      issues,
    });
    const state = newState(identity, { ...limitsOfBank(kind, BANK_BYTES), ...limits });
    this.#commit(state, 0, [{ change: 'enrolled', certificate: this.certificate }]);
    const anchor = anchored ? anchorOf(state) : null;
    const memory = { state, branch: 0, incident: null };
    this.first = { ...memory, spare: null, copies: 0, swaps: 0, anchor, dead: false, chronicle: NO_CHRONICLE };
  }

  at(number: number): Moment {
    const moment = this.#moments[number];
    if (moment === undefined) throw new RangeError(`${this.name} has no state ${number}`);
    return moment;
  }

  /** The number of a state; equal ones have one number, whatever led to them. */
  numberOf(moment: Moment): number {
    const known = this.#known.get(moment);
    if (known !== undefined) return known;
    const number = this.#numberOf(moment);
    this.#known.set(moment, number);
    return number;
  }

  save(): readonly Moment[] {
    return this.#moments;
  }

  load(saved: readonly Moment[]): void {
    for (const [number, moment] of saved.entries())
      if (this.numberOf(moment) !== number) throw new RangeError(`${this.name} has another state ${number}`);
  }

  #numberOf(moment: Moment): number {
    const { state, branch, spare, copies, swaps, incident, dead, chronicle } = moment;
    const lock = lockOf(moment)?.challenge;
    const parts = [this.#contentOf(state), branch, copies, swaps, lock, incident, dead, this.#identities.of(chronicle)];
    if (spare !== null) parts.push(this.#contentOf(spare.state), spare.branch, spare.incident);
    const content = parts.join(' ');
    const known = this.#numbers.get(content);
    if (known !== undefined) return known;
    this.#moments.push(moment);
    this.#numbers.set(content, this.#moments.length - 1);
    return this.#moments.length - 1;
  }

  /** Carries out a command on a copy. A refusal is an answer. @throws whatever else is thrown, which is a defect */
  run<N extends CommandName>(moment: Moment, name: N, request: RequestTo<N>, now = NOW): Outcome<N> {
    const state = copyOf(moment.state);
    let after = moment;
    const host = (): Moment => ({ ...after, state });
    const commands = this.#commands(host, now, (changes) => {
      if (changes.length === 0) return;
      // As in a container's own commit: beside an anchor of another state only a firm's word is committed.
      if (lockOf(moment) !== null && changes.every(({ change }) => change !== 'locksSet'))
        throw new FerryError('CONTAINER_LOCKED', { where: this.name });
      this.#commit(state, moment.branch, changes);
      const anchor = moment.anchor === null ? null : anchorOf(state);
      after = { ...moment, state, anchor, chronicle: notedIn(moment.chronicle, changes) };
    });
    try {
      const response = commands.run(name, request, new Session('attended'));
      return { code: null, moment: after, response };
    } catch (error) {
      if (!(error instanceof FerryError)) throw error;
      return { code: error.code, moment: after };
    }
  }

  /** The update files with everything in transit to a target. */
  updatesTo(moment: Moment, target: PublicKey): readonly Uint8Array[] {
    return emitUpdates(moment.state, this.#emitter(moment), target, this.#fileBytes);
  }

  /** The same after as many commits that touch no channel, such as counted units, as make it newer than its copy. */
  aged(moment: Moment): Moment {
    const state = copyOf(moment.state);
    this.#advance(state, moment.branch, LIFE);
    return { ...moment, state };
  }

  /** What an update file for this container says, for those who check; what a container would refuse is read all the same. */
  read(raw: Uint8Array): { readonly file: UpdateFile; readonly body: UpdateBody } {
    const { serial } = this.first.state.identity.certified ?? {};
    if (serial === undefined) throw new RangeError('it is not certified');
    const verifier = { crypto: toyCrypto, root: toyRoot, known: () => undefined, isRevoked: () => false };
    const file = openUpdateFile(verifier, raw, { key: this.key, serial });
    if (!file.ok) throw new RangeError(`it cannot be read: ${file.code}`);
    const body = openUpdateBody(toyCrypto, this.#secrets.sealingSecret, file.value, serial);
    if (!body.ok) throw new RangeError(`it cannot be read: ${body.code}`);
    return { file: file.value, body: body.value };
  }

  /** What a receipt says: a context from that very state, in which nothing new is asked. */
  receiptFor({ state, ...moment }: Moment, issuer: PublicKey): Uint8Array {
    const certificate = certificateOf(state, issuer);
    if (certificate === undefined) throw new RangeError('there is no certificate of a partner');
    return emitContext(state, this.#emitter({ state, ...moment }), certificate);
  }

  #commands(host: () => Moment, now: number, commit: (changes: readonly Change[]) => void): ContainerCommands {
    const { sealingSecret } = this.#secrets;
    const book = {
      crypto: toyCrypto,
      sealingSecret,
      get lock() {
        return lockOf(host());
      },
    };
    const emitter = {
      crypto: toyCrypto,
      seed: this.#secrets.seed,
      random: (length: number) => this.#emitter(host()).random(length),
      get lock() {
        return lockOf(host());
      },
    };
    return new ContainerCommands({ book, state: host().state, emitter, now: () => now, commit });
  }

  #emitter(moment: Moment): Emitter {
    const { branch, state, chronicle } = moment;
    // No two challenges are the same: those that are answered, and those that are open.
    const place = `random ${branch} ${chronicle.answered.length} ${state.challenges.size}`;
    const random = (length: number): Uint8Array => this.#random(place, length);
    return { crypto: toyCrypto, seed: this.#secrets.seed, random, lock: lockOf(moment) };
  }

  #commit(state: ContainerState, branch: number, changes: readonly Change[]): void {
    const isNews = changes.some(
      (change) => !SIDE_CHANGES.has(change.change) && (this.#exact || !isWitnessOnly(state, change)),
    );
    for (const change of changes) evolve(state, change);
    if (isNews) this.#advance(state, branch, 1);
  }

  #advance(state: ContainerState, branch: number, by: number): void {
    const generation = counter(state, 'generation') + by;
    state.counters.set('generation', generation);
    const hash = toyCrypto.sha256(utf8(`${this.name} ${branch} at ${generation}`));
    state.marks.set('stateHash', toHex(hash) as Hash);
  }

  #contentOf(state: ContainerState): string {
    const { partners, certificates, limits } = state;
    const contents = tablesOf(state).map((table) => this.#identities.ofTable(table));
    // Of too many unused channels the oldest is let go, and files name partners in their order: no other rule looks at one.
    const isOrdered = limits.unusedChannels < FEWEST_KEPT;
    const orders = isOrdered ? [...partners.keys(), ...certificates.keys()] : [];
    return [...contents, ...orders].join('|');
  }

  #random(purpose: string, length: number): Uint8Array {
    const block = toyCrypto.sha256(utf8(`${this.name} ${purpose}`));
    return concatBytes(block, block).slice(0, length);
  }
}

/** Notes that an answer was taken; the chronicler knows to what. */
function notedIn(chronicle: Chronicle, changes: readonly Change[]): Chronicle {
  const isAnswer = changes.some(({ change }) => change === 'timeCertified');
  return isAnswer ? { ...chronicle, answered: [...chronicle.answered, ''] } : chronicle;
}

/** What opening finds where memory and anchor tell two stories: memory that was set back is never the newer of the two. */
export function lockOf({ state, anchor }: Pick<Moment, 'state' | 'anchor'>): Lock | null {
  if (anchor === null || toHex(anchor.stateHash) === stateHash(state)) return null;
  return { challenge: lockChallenge(toyCrypto, anchor, anchorOf(state)) };
}

function anchorOf(state: ContainerState): Anchor {
  return { generation: counter(state, 'generation'), stateHash: fromHex(stateHash(state)) };
}

/** Unused channels that every real container keeps: no world meets as many. @see limitsOfBank */
const FEWEST_KEPT = 4;

function isWitnessOnly(state: ContainerState, change: Change): boolean {
  if (change.change !== 'partnerPut') return false;
  const before = state.partners.get(change.key);
  return before !== undefined && before.inbound === change.inbound && before.outbound === change.outbound;
}

type AnyTable = Table<string | number, unknown>;

function tablesOf(state: ContainerState): AnyTable[] {
  const { identity: _, limits: __, ...tables } = state;
  return Object.values(tables) as AnyTable[];
}

function copyOf(state: ContainerState): ContainerState {
  const { identity, limits, ...tables } = state;
  const copies = Object.entries(tables).map(([name, table]) => [name, new Map((table as AnyTable).entries())]);
  return { identity, limits, ...Object.fromEntries(copies) } as ContainerState;
}
