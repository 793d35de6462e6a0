import type { RequestTo, ResponseTo } from '../../../container/commands/codecs-of.ts';
import type { CommandName } from '../../../container/commands/index.ts';
import { Container } from '../../../container/container.ts';
import type { Crypto } from '../../../container/crypto/port.ts';
import type { Session } from '../../../container/engine/session.ts';
import { type ContainerState, counter, stateHash } from '../../../container/engine/state.ts';
import type { Env } from '../../../container/env.ts';
import { type ErrorCode, FerryError } from '../../../container/errors.ts';
import { type ContainerKind, type IssueRight, readStoredCertificate } from '../../../container/files/certificate.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import type { SerialNumber } from '../../../container/model/serial-number.ts';
import type { Anchor } from '../../../container/store/anchor-port.ts';
import type { FlashGeometry } from '../../../container/store/flash-port.ts';
import { type Fate, PowerLost } from '../../container/store/faulty-flash.ts';
import { type Draw, mixed } from './chance.ts';
import type { Meaning } from './vendor.ts';
import { Violation } from './violation.ts';
import { type Image, WorldAnchor, WorldFlash } from './world-flash.ts';

/** Everything durable of a container at one moment. */
export interface Memory {
  readonly image: Image;
  readonly anchor: Anchor | undefined;
  /** Entries of firms that it had applied; known to the world, and to nobody in it. */
  readonly applied: ReadonlySet<Meaning>;
  /** The PIN that it wants, which its owner has not forgotten. */
  readonly pin: string | null;
}

/** A certified container as it was made once; worlds begin with copies of it. */
export interface Prepared extends Omit<Memory, 'applied' | 'pin'> {
  readonly name: string;
  readonly kind: ContainerKind;
  readonly issues: IssueRight;
  readonly certificate: Uint8Array;
  readonly geometry: FlashGeometry;
}

/** The power went during a command, or its store failed, and the container was opened again; `again`: after one more cut. */
interface PowerCut {
  readonly code: 'POWER_LOST';
  readonly again: boolean;
}

/** What a command came to. */
export type Outcome<N extends CommandName> =
  | { readonly code: null; readonly response: ResponseTo<N> }
  | { readonly code: ErrorCode }
  | PowerCut;

/** How a store fails during one command. */
export interface StoreFault {
  readonly kind: 'power' | 'recovery' | 'anchor' | 'flush' | 'write';
  readonly draw: Draw;
}

/** Refusals that commit something all the same: a try is counted, or a time that was seen is kept. */
const COMMITTING_REFUSALS: ReadonlySet<CommandName> = new Set(['unlock', 'use']);

/** An environment whose time its world sets, and whose randomness follows from two numbers. */
export interface WorldEnv extends Env {
  time: number;
}

export function worldEnv(seed: number, stream: number, time: number): WorldEnv {
  let draws = 0;
  const base = mixed(seed ^ mixed(stream + 0x51ed270b));
  return {
    time,
    now() {
      return this.time;
    },
    random(length) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 4) {
        draws += 1;
        const word = mixed(base + Math.imul(draws, 0x9e3779b1)) ^ mixed(base ^ Math.imul(draws, 0x85ebca6b));
        for (let byte = 0; byte < 4 && at + byte < length; byte++) bytes[at + byte] = word >>> (8 * byte);
      }
      return bytes;
    },
  };
}

/** A container of a world, with its memory, its clock, and whoever may set them back. */
export class Member {
  readonly name: string;
  readonly kind: ContainerKind;
  readonly key: PublicKey;
  readonly serial: SerialNumber;
  readonly certificate: Uint8Array;
  readonly issues: IssueRight;
  readonly env: WorldEnv;
  /** Whether its anchor survives when its memory is set back. */
  readonly anchored: boolean;
  /** The PIN that its owner knows. */
  pin: string | null = null;
  /** Whether its memory was ever set back or copied. */
  tainted = false;
  /** Commits that it had made when it was the newest. */
  mostGeneration = 0;
  /** Entries of firms that it has applied, as far as its memory goes, and all that it ever has. */
  applied = new Set<Meaning>();
  readonly everApplied = new Set<Meaning>();
  /** A copy of its memory: a backup, or a second body. */
  spare: Memory | null = null;
  readonly #crypto: Crypto;
  readonly #geometry: FlashGeometry;
  #full = Number.POSITIVE_INFINITY;
  #roomOfOwner = 0;
  #whole = Number.POSITIVE_INFINITY;
  #capacity: number | null = null;
  #logEntries: number | null = null;
  #longLog = 0;
  #flash: WorldFlash;
  #anchor: WorldAnchor;
  #container: Container;

  constructor(
    prepared: Prepared,
    given: { readonly crypto: Crypto; readonly env: WorldEnv; readonly anchored: boolean },
  ) {
    const certified = readStoredCertificate(prepared.certificate);
    if (certified.party !== 'container') throw new RangeError('a member is a container');
    this.name = prepared.name;
    this.kind = prepared.kind;
    this.key = certified.key;
    this.serial = certified.serial;
    this.certificate = prepared.certificate;
    this.issues = prepared.issues;
    this.anchored = given.anchored;
    this.env = given.env;
    this.#crypto = given.crypto;
    this.#geometry = prepared.geometry;
    this.#flash = new WorldFlash(prepared.geometry, prepared.image);
    this.#anchor = new WorldAnchor(prepared.anchor);
    this.#container = this.#opened();
  }

  get state(): ContainerState {
    return this.#container.state;
  }

  get container(): Container {
    return this.#container;
  }

  get locked(): boolean {
    return this.#container.locked;
  }

  /** Whether it takes no part in anything any more: its memory was set back beside its anchor. */
  get isOut(): boolean {
    return this.locked || this.state.marks.has('retired') || this.state.locks.size > 0;
  }

  get generation(): number {
    return counter(this.state, 'generation');
  }

  get hash(): string {
    return stateHash(this.state);
  }

  /** Has no more memory than so many bytes beside what it uses now, until all of it is given back with null. */
  keepSmall(free: number | null): void {
    this.#whole = free === null ? Number.POSITIVE_INFINITY : counter(this.state, 'usedBytes') + free;
    this.#limit();
  }

  /** Keeps no more than so many transfers that their firm does not know of, until all of its room is given back with null. */
  keepLogShort(entries: number | null): void {
    this.#logEntries = entries;
    this.#limit();
  }

  /** Whether it may have no room for what is sent to it. */
  get isNarrow(): boolean {
    return this.#whole !== Number.POSITIVE_INFINITY || this.#logEntries !== null;
  }

  /** Leaves only so many bytes of memory free, until they are given back with null. */
  bind(free: number | null): void {
    this.#capacity = free === null ? null : Math.min(this.#whole, counter(this.state, 'usedBytes') + free);
    this.#limit();
  }

  /** Carries out a command; what it answers is durable. A refusal that changes anything is a violation. */
  run<N extends CommandName>(
    name: N,
    request: RequestTo<N>,
    fault: StoreFault | null = null,
    session?: Session,
  ): Outcome<N> {
    const before = this.hash;
    const evidence = this.state.evidence.size;
    // A refused file may have brought notices: those stay, and nothing else of it.
    const tables = name === 'apply' || name === 'refuse' ? tablesOf(this.state) : undefined;
    this.#arm(fault);
    try {
      return { code: null, response: this.#container.run(name, request, session) };
    } catch (error) {
      if (error instanceof PowerLost && fault !== null) return this.#recover(fault);
      if (!(error instanceof FerryError)) throw error;
      if (error.code === 'STORE_WRITE_FAILED') {
        if (fault === null) throw new Violation(`${this.name} cannot store, although nothing is wrong with its memory`);
        return this.#recover(fault);
      }
      const proves = this.state.evidence.size > evidence || this.state.marks.has('rolledBack');
      const onlyHeard = tables !== undefined && isSame(tables, tablesOf(this.state));
      if (this.hash !== before && !COMMITTING_REFUSALS.has(name) && !proves && !onlyHeard)
        throw new Violation(`${this.name} refused ${name} with ${error.code}, and it changed its state`);
      return { code: error.code };
    } finally {
      this.#flash.fault = null;
      this.#anchor.cut = null;
    }
  }

  /** Everything durable of it. */
  memory(): Memory {
    return { image: this.#flash.image(), anchor: this.#anchor.read(), applied: new Set(this.applied), pin: this.pin };
  }

  /** Brings an earlier memory back; where an anchor survives, the present one stays. */
  setBack(memory: Memory, anchorSurvives: boolean): void {
    this.mostGeneration = Math.max(this.mostGeneration, this.generation);
    this.tainted = true;
    const { generation, locked: wasLocked } = this;
    this.applied = new Set(memory.applied);
    this.pin = memory.pin;
    const anchor = anchorSurvives ? this.#anchor.read() : memory.anchor;
    this.#flash = new WorldFlash(this.#geometry, memory.image);
    this.#anchor = new WorldAnchor(anchor);
    this.#container = this.#opened();
    if (anchorSurvives && this.generation < generation && !this.locked && !wasLocked)
      throw new Violation(`${this.name} was set back behind its anchor, and is not locked`);
  }

  reopen(): void {
    this.#flash = new WorldFlash(this.#geometry, this.#flash.image());
    this.#container = this.#opened();
  }

  #arm(fault: StoreFault | null): void {
    if (fault === null) return;
    const { kind, draw } = fault;
    if (kind === 'power') this.#flash.fault = { at: draw(3), kind: 'power' };
    if (kind === 'flush') this.#flash.fault = { at: 1, kind: 'failure' };
    if (kind === 'write') this.#flash.fault = { at: 0, kind: 'failure' };
    if (kind === 'anchor') this.#anchor.cut = draw(2) === 0 ? 'before' : 'after';
    if (kind !== 'recovery') return;
    if (draw(4) > 0) this.#anchor.cut = 'before';
    else this.#flash.fault = { at: draw(2), kind: 'power' };
  }

  /** Opens it again after its store failed. It never is locked by that, and shows what was before or what was to be. */
  #recover(fault: StoreFault): PowerCut {
    const { draw } = fault;
    const before = this.hash;
    const wasLocked = this.#container.locked;
    const generation = this.generation;
    if (fault.kind === 'flush' || fault.kind === 'write') this.#demandStopped();
    let image = this.#flash.survivor(([draw, 'kept', 'lost'] as const)[draw(3)] as Fate);
    this.#anchor.cut = null;
    let again = false;
    if (fault.kind === 'recovery') ({ image, again } = this.#cutAgain(image, draw));
    this.#flash = new WorldFlash(this.#geometry, image);
    this.#container = this.#opened();
    if (this.#container.locked && !wasLocked) throw new Violation(`${this.name} is locked by a power cut`);
    const isAsBefore = this.generation === generation && this.hash === before;
    if (!isAsBefore && this.generation !== generation + 1)
      throw new Violation(`${this.name} lost what it had committed, in a power cut`);
    return { code: 'POWER_LOST', again };
  }

  #demandStopped(): void {
    try {
      this.#container.run('context', { certificate: this.certificate, firmCode: null });
    } catch (error) {
      if (error instanceof FerryError && error.code === 'STORE_WRITE_FAILED') return;
    }
    throw new Violation(`${this.name} goes on after its store failed`);
  }

  /** Opens it with one more cut; what is left of the memory then. */
  #cutAgain(image: Image, draw: Draw): { readonly image: Image; readonly again: boolean } {
    let again = false;
    this.#flash = new WorldFlash(this.#geometry, image);
    if (draw(4) > 0) this.#anchor.cut = draw(2) === 0 ? 'before' : 'after';
    else this.#flash.fault = { at: draw(2), kind: 'power' };
    try {
      this.#opened();
    } catch (error) {
      if (!(error instanceof PowerLost)) throw error;
      again = true;
    }
    this.#anchor.cut = null;
    return { image: this.#flash.survivor(([draw, 'kept', 'lost'] as const)[draw(3)] as Fate), again };
  }

  #opened(): Container {
    const container = Container.open({
      crypto: this.#crypto,
      env: this.env,
      flash: this.#flash,
      anchor: this.#anchor,
      where: this.name,
    });
    this.#container = container;
    this.#full = container.state.limits.capacity;
    this.#roomOfOwner = container.state.limits.ownerRoom;
    this.#longLog = container.state.limits.logEntries;
    this.#limit();
    return container;
  }

  /** A memory that is full for a while has no room for anybody. */
  #ownerRoom(capacity: number): number {
    return capacity < this.#full ? 0 : this.#roomOfOwner;
  }

  #limit(): void {
    const { state } = this.#container;
    const capacity = Math.min(this.#capacity ?? this.#whole, this.#whole, this.#full);
    const logEntries = this.#logEntries ?? this.#longLog;
    if (capacity !== state.limits.capacity || logEntries !== state.limits.logEntries)
      Object.assign(state, { limits: { ...state.limits, capacity, ownerRoom: this.#ownerRoom(capacity), logEntries } });
  }
}

type Tables = readonly ReadonlyMap<unknown, unknown>[];

/** What no notice touches. */
function tablesOf({ holdings, pending, partners, grants }: ContainerState): Tables {
  return [holdings, pending, partners, grants].map((table) => new Map<unknown, unknown>(table.entries()));
}

function isSame(one: Tables, other: Tables): boolean {
  return one.every((table, at) => {
    const now = other[at] as ReadonlyMap<unknown, unknown>;
    return table.size === now.size && [...table].every(([key, value]) => now.get(key) === value);
  });
}
