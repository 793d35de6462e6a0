import type { ContainerClient } from './commands/client.ts';
import type { RequestTo, ResponseTo } from './commands/codecs-of.ts';
import type { CommandName } from './commands/index.ts';
import type { Crypto } from './crypto/port.ts';
import { type Change, SIDE_CHANGES } from './engine/changes.ts';
import { ContainerCommands } from './engine/container-commands.ts';
import type { Rulebook } from './engine/draft.ts';
import type { Emitter } from './engine/emit.ts';
import { evolve } from './engine/evolve.ts';
import { lockChallenge } from './engine/lock.ts';
import { type Presence, Session } from './engine/session.ts';
import { type ContainerState, counter, type Lock, newState, stateHash } from './engine/state.ts';
import type { Env } from './env.ts';
import { FerryError } from './errors.ts';
import { type ContainerKind, verifyCertificate } from './files/certificate.ts';
import { sealEnvelope } from './files/envelope.ts';
import { U32_MAX } from './files/fields.ts';
import { keyRequest } from './files/key-request.ts';
import { copyBytes, equalBytes, fromHex, toHex } from './model/bytes.ts';
import type { Hash, PublicKey } from './model/ids.ts';
import { limitsOfBank } from './model/limits.ts';
import type { Anchor, AnchorStore } from './store/anchor-port.ts';
import type { Flash } from './store/flash-port.ts';
import { Journal } from './store/journal.ts';
import { bankCapacity } from './store/journal-layout.ts';
import { decodeRecord, encodeRecord, nextStateHash } from './store/record.ts';
import { ReplayCost } from './store/replay-cost.ts';
import { changesIn, decodeSnapshot, encodeSnapshot, identityOf, type Secrets } from './store/snapshot.ts';

/** What a container stands on. `where` names it in errors. */
export interface ContainerParts {
  readonly crypto: Crypto;
  readonly env: Env;
  readonly flash: Flash;
  readonly anchor: AnchorStore;
  readonly where: string;
}

export interface NewContainer {
  readonly kind: ContainerKind;
  /** The root that it trusts for good. */
  readonly root: { readonly key: PublicKey; readonly successor: Hash };
}

/**
 * A license container: decide, commit, evolve, then sign and release (R1). One command at a time, one commit a command;
 * whatever it answers is durable. The same in dongle and device.
 */
export class Container {
  readonly #parts: ContainerParts;
  readonly #journal: Journal;
  readonly #state: ContainerState;
  readonly #secrets: Secrets;
  #lock: Lock | null;
  readonly #commands: ContainerCommands;
  #history: ReplayCost;
  readonly #session = new Session('attended');
  #failed = false;

  private constructor(
    parts: ContainerParts,
    { journal, history }: { readonly journal: Journal; readonly history: ReplayCost },
    state: ContainerState,
    secrets: Secrets,
    lock: Lock | null,
  ) {
    this.#parts = parts;
    this.#journal = journal;
    this.#history = history;
    this.#state = state;
    this.#secrets = secrets;
    this.#lock = lock;
    this.#commands = new ContainerCommands({
      book: this.#rulebook(),
      state,
      emitter: this.#emitter(),
      now: () => parts.env.now(),
      commit: (changes) => this.#commit(changes),
    });
  }

  /**
   * Makes a container with fresh keys on empty memory. It is certified by `enrol`.
   *
   * @throws USAGE_WRONG when the memory is so small that none of it is left for licenses; nothing is written then.
   * STORE_WRITE_FAILED
   */
  static create(parts: ContainerParts, settings: NewContainer): Container {
    const { crypto, env, flash, where } = parts;
    const limits = limitsOfBank(settings.kind, bankCapacity(flash.geometry));
    if (limits.capacity <= 0) {
      const what = `${flash.geometry.size} bytes of memory leave none for licenses in ${where}`;
      throw new FerryError('USAGE_WRONG', { what });
    }
    const secrets = { seed: env.random(32), sealingSecret: env.random(32) };
    const identity = identityOf(crypto, settings.kind, secrets, settings.root.key, settings.root.successor);
    const journal = Journal.format(flash, { crypto, where });
    const state = newState(identity, limits);
    state.marks.set('stateHash', toHex(env.random(32)));
    journal.compact(encodeSnapshot(state, secrets));
    parts.anchor.advance(anchorOf(state));
    return new Container(parts, { journal, history: new ReplayCost(changesIn(state)) }, state, secrets, null);
  }

  /**
   * Opens a container from its memory and checks it against its anchor (R7): equal, or one chained record ahead, which
   * is then anchored. Anything else opens it locked.
   *
   * @throws STORE_DAMAGED, ANCHOR_DAMAGED, STORE_WRITE_FAILED
   */
  static open(parts: ContainerParts): Container {
    const { crypto, flash, where } = parts;
    const opened = Journal.open(flash, { crypto, where });
    const limits = (kind: ContainerKind) => limitsOfBank(kind, opened.journal.bankBytes);
    const { state, secrets } = decodeSnapshot(crypto, opened.snapshot, limits);
    const history = new ReplayCost(changesIn(state));
    let before = anchorOf(state);
    for (const bytes of opened.records) {
      const record = decodeRecord(bytes);
      if (record.chained) before = anchorOf(state);
      replay(crypto, state, bytes, record);
      history.add(record.changes.length);
    }
    const lock = lockOf(parts, anchorOf(state), before);
    return new Container(parts, { journal: opened.journal, history }, state, secrets, lock);
  }

  get state(): ContainerState {
    return this.#state;
  }

  get locked(): boolean {
    return this.#lock !== null;
  }

  /** Asks the maker for a certificate; signed by the container's own key. */
  keyRequest(): Uint8Array {
    const { kind, key, sealingKey } = this.#state.identity;
    const content = keyRequest.encode({ kind, key, sealingKey: fromHex(sealingKey) });
    return sealEnvelope(this.#parts.crypto, this.#secrets.seed, 'keyRequest', [content]);
  }

  /**
   * Takes the maker's certificate. Taking the same one again changes nothing.
   *
   * @throws CONTAINER_LOCKED, CERTIFICATE_WRONG, CERTIFICATE_OTHER_ROOT, FILE_MALFORMED
   */
  enrol(raw: Uint8Array): void {
    const { identity } = this.#state;
    if (identity.certified !== null && equalBytes(identity.certified.raw, raw)) return;
    const checked = verifyCertificate(this.#parts.crypto, { key: identity.root, id: identity.rootId }, raw);
    if (!checked.ok) throw new FerryError(checked.code, checked.details);
    const certificate = checked.value;
    const own =
      certificate.party === 'container' && certificate.key === identity.key && certificate.kind === identity.kind;
    if (!own || toHex(certificate.sealingKey) !== identity.sealingKey || identity.certified !== null)
      throw new FerryError('CERTIFICATE_WRONG', { who: this.#parts.where, why: 'it certifies other keys' });
    this.#commit([{ change: 'enrolled', certificate: copyBytes(raw) }]);
  }

  /** Carries out one command; where no session is given, in the one that all such calls share. @throws FerryError with a code that the command declares. */
  run<N extends CommandName>(name: N, request: RequestTo<N>, session: Session = this.#session): ResponseTo<N> {
    if (this.#failed) throw new FerryError('STORE_WRITE_FAILED', { where: this.#parts.where, why: 'it failed before' });
    return this.#commands.run(name, request, session);
  }

  /**
   * The container as anyone reaches it who shares this process, or whom this process serves: a session of its own, that
   * others do not share. An `unattended` one is never the owner, even where no PIN is set: what it issues, an armed work
   * order covers, or it is refused.
   */
  client(close: () => void = () => undefined, presence: Presence = 'attended'): ContainerClient {
    const session = new Session(presence);
    return {
      call: async (name, request) => this.run(name, request, session),
      close: async () => close(),
    };
  }

  #rulebook(): Rulebook {
    const lock = (): Lock | null => this.#lock;
    return {
      crypto: this.#parts.crypto,
      sealingSecret: this.#secrets.sealingSecret,
      get lock() {
        return lock();
      },
    };
  }

  #emitter(): Emitter {
    const lock = (): Lock | null => this.#lock;
    return {
      crypto: this.#parts.crypto,
      seed: this.#secrets.seed,
      random: (length) => this.#parts.env.random(length),
      get lock() {
        return lock();
      },
    };
  }

  /**
   * Makes changes durable in one record: store, flush, advance the anchor, and only then evolve. After any failure the
   * container stops and has to be opened again (R10).
   */
  #commit(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    const unlocks = changes.some(({ change }) => change === 'locksSet');
    if (this.#lock !== null && !unlocks) throw new FerryError('CONTAINER_LOCKED', { here: this.#parts.where });
    const chained = changes.some(({ change }) => !SIDE_CHANGES.has(change));
    if (chained && counter(this.#state, 'generation') >= U32_MAX)
      throw new FerryError('EXHAUSTED', { what: 'generation' });
    const record = { chained, salt: this.#parts.env.random(16), changes };
    const bytes = encodeRecord(record);
    const { journalRecord, capacity } = this.#state.limits;
    if (bytes.length > journalRecord)
      throw new FerryError('MEMORY_FULL', {
        here: this.#parts.where,
        needed: bytes.length,
        free: Math.min(journalRecord, capacity),
      });
    this.#failed = true;
    if (this.#history.isHigh || !this.#journal.fits(bytes.length)) {
      this.#journal.compact(encodeSnapshot(this.#state, this.#secrets));
      this.#history = new ReplayCost(changesIn(this.#state));
    }
    this.#journal.append(bytes);
    this.#history.add(changes.length);
    if (chained) {
      const hash = nextStateHash(this.#parts.crypto, stateHash(this.#state), bytes);
      this.#parts.anchor.advance({ generation: counter(this.#state, 'generation') + 1, stateHash: fromHex(hash) });
    }
    replay(this.#parts.crypto, this.#state, bytes, record);
    // A firm accepts the state, and the anchor is that state's by now.
    if (unlocks) this.#lock = null;
    this.#failed = false;
  }
}

function replay(
  crypto: Crypto,
  state: ContainerState,
  bytes: Uint8Array,
  record: ReturnType<typeof decodeRecord>,
): void {
  const before = stateHash(state);
  for (const change of record.changes) evolve(state, change);
  if (!record.chained) return;
  state.counters.set('generation', counter(state, 'generation') + 1);
  state.marks.set('stateHash', nextStateHash(crypto, before, bytes));
}

function anchorOf(state: ContainerState): Anchor {
  return { generation: counter(state, 'generation'), stateHash: fromHex(stateHash(state)) };
}

/** Null when memory and anchor tell one story; an anchor exactly one record behind is brought up to date. */
function lockOf({ crypto, anchor: store }: ContainerParts, now: Anchor, before: Anchor): Lock | null {
  const anchor = store.read();
  const locked = { challenge: lockChallenge(crypto, anchor, now) };
  if (anchor === undefined) return locked;
  const same = (one: Anchor): boolean =>
    anchor.generation === one.generation && equalBytes(anchor.stateHash, one.stateHash);
  if (same(now)) return null;
  if (!same(before)) return locked;
  store.advance(now);
  return null;
}
