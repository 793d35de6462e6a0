import { type ContainerCertificate, readStoredCertificate } from '../../../container/files/certificate.ts';
import {
  type ContextFile,
  type Inventory,
  openContextFile,
  openInventory,
} from '../../../container/files/context-file.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { toyRoot } from './container-states.ts';
import { wordOf } from './container-summary.ts';
import {
  type Channel,
  calledBack,
  type FirmFacts,
  inTransit,
  issued,
  isTrusted,
  newChannel,
  toldBy,
} from './firm-channel.ts';
import { describeWish, entryFor, seatsOf } from './firm-entries.ts';
import { noticeFileOf, updatesOf } from './firm-files.ts';
import { noticesOf, wordNotice } from './firm-notices.ts';
import { begunAnew, type FirmState, NO_LIST, withChannel, withListed } from './firm-state.ts';
import type { FirmPlan, FirmTarget, FirmWish } from './firm-wishes.ts';
import { Identities } from './identities.ts';
import {
  type Accusation,
  type Act,
  BrokenRule,
  type CarriedFile,
  type Claim,
  type Party,
  type Summary,
} from './party.ts';
import { toyCrypto } from './toy-crypto.ts';
import type { ToyFirm } from './toy-firm.ts';

/** Every sequence that a write-off may name in a world that has one: what was not issued yet cannot be given up. */
const UP_TO = [1, 2] as const;

/**
 * A firm as its License Central has it: the same rules of a channel, without the database. It issues whatever it may want
 * in any order, also what its License Central would know to be in vain.
 */
export class FirmParty implements Party {
  readonly name: string;
  readonly key: PublicKey;
  readonly #firm: ToyFirm;
  readonly #targets: readonly FirmTarget[];
  readonly #plan: FirmPlan;
  readonly #states: FirmState[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #identities = new Identities();
  /** Contexts as they read to a firm whose root has withdrawn nobody. */
  readonly #read = new WeakMap<CarriedFile, GivenContext>();
  #initial: number;

  constructor(firm: ToyFirm, targets: readonly FirmTarget[], plan: FirmPlan) {
    this.name = firm.name;
    this.key = firm.key;
    this.#firm = firm;
    this.#targets = targets;
    this.#plan = plan;
    const facts = { firm, branch: 0, restores: 0, rolledBack: false };
    this.#initial = this.#number({
      channels: targets.map(({ certificate }) => newChannel(facts, containerIn(certificate))),
      lists: { firm: NO_LIST, root: NO_LIST },
      listed: [],
      words: [],
      restores: 0,
      rolledBack: false,
      hour: 0,
      branch: 0,
      backup: null,
      isTold: true,
    });
  }

  get initial(): number {
    return this.#initial;
  }

  /** Does what it may do, or takes a file in, before the exploration begins. @throws RangeError when it cannot do that */
  prepare(step: string | CarriedFile): void {
    const label = typeof step === 'string' ? step : 'takes';
    const acts = typeof step === 'string' ? this.acts(this.#initial) : this.receive(this.#initial, step);
    const act = acts.find((one) => one.label === label);
    if (act === undefined) throw new RangeError(`it cannot do this: ${label}`);
    this.#initial = act.after;
  }

  files(number: number): readonly CarriedFile[] {
    const state = this.#at(number);
    return state.channels.flatMap((channel) => {
      const to = channel.target.key;
      const updates = isTrusted(this.#facts(state), channel)
        ? updatesOf(this.#firm, channel, noticesOf(this.#firm, state.lists, channel, this.#plan.clock?.[state.hour]))
        : [];
      const words = state.words
        .filter(({ container }) => container === to)
        .map((word) => noticeFileOf(this.#firm, channel, wordNotice(this.#firm, word)));
      return [...updates, ...words].map((bytes): CarriedFile => ({ kind: 'update', to, bytes }));
    });
  }

  acts(number: number): readonly Act[] {
    const state = this.#at(number);
    return [
      ...state.channels.flatMap((channel, at) => [
        ...this.#wishes(state, channel, at),
        ...this.#calls(state, channel, at),
      ]),
      ...this.#listings(state),
      ...this.#hours(state),
      ...this.#setBacks(state),
    ];
  }

  receive(number: number, file: CarriedFile): readonly Act[] {
    const after = this.take(number, file);
    const acts: Act[] = after === number ? [] : [{ label: 'takes', after }];
    return this.#plan.accepts === true ? [...acts, ...this.#acceptances(number, file)] : acts;
  }

  take(number: number, file: CarriedFile): number {
    const state = this.#at(number);
    const given = this.#opened(state, file);
    if (given === null) return number;
    const { opened, inventory } = given;
    const at = state.channels.findIndex(({ target }) => target.key === opened.certificate.key);
    const told = toldBy(this.#facts(state), state.channels[at] as Channel, opened, inventory);
    const rolledBack = state.rolledBack || told.provesRollback;
    return this.#number(withChannel({ ...state, rolledBack }, at, this.#kept(told.channel)));
  }

  callBack(number: number): number {
    let state = this.#at(number);
    if (!state.isTold) state = begunAnew(state);
    const facts = this.#facts(state);
    const channels = state.channels.map((channel, at) => {
      const called = calledBack(
        facts,
        channel,
        channel.entries.map(({ sequence }) => sequence),
      );
      if (!isTrusted(facts, called)) return called;
      const writeOffs = this.#target(at).wishes.flatMap((wish) =>
        wish.kind === 'writeOff' ? UP_TO.map((through) => ({ ...wish, through })) : [],
      );
      return writeOffs.reduce((after, wish) => issued(facts, after, null, this.#entry(state, at, after, wish)), called);
    });
    return this.#number({ ...state, channels });
  }

  aged(number: number): number {
    return number;
  }

  save(): unknown {
    return this.#states;
  }

  load(saved: unknown): void {
    for (const [number, state] of (saved as readonly FirmState[]).entries())
      if (this.#number(state) !== number) throw new RangeError(`${this.name} has another state ${number}`);
  }

  summary(number: number): Summary {
    const state = this.#at(number);
    const { granted, claims } = this.#forgets ? { granted: new Map(), claims: [] } : this.#granted(state);
    return {
      held: new Map(),
      claims,
      granted,
      accepted: new Map(),
      words: new Set(state.words.map(({ container, challenge }) => wordOf(container, challenge))),
      needs: new Map(),
      pending: state.channels.reduce((sum, { issued: last, settled }) => sum + last - settled, 0),
      applied: new Map(),
      settled: new Map(
        state.channels.map(({ target, settled, settledChain }) => [
          target.key,
          { through: settled, chain: settledChain },
        ]),
      ),
      wrong: null,
      accuses: this.#accusations(state),
    };
  }

  get #forgets(): boolean {
    return (this.#plan.setBacks ?? 0) > 0;
  }

  #granted(state: FirmState): Pick<Summary, 'granted' | 'claims'> {
    const granted = new Map<string, number>();
    const claims: Claim[] = [];
    for (const [at, { entries, target }] of state.channels.entries())
      for (const { wish, sequence, outcome } of entries) {
        if (wish === null) continue;
        for (const [item, seats] of seatsOf(this.#wish(at, wish))) {
          if (outcome === null) claims.push({ target: target.key, sequence, item, seats, counts: 'onceApplied' });
          if (outcome === 0) granted.set(item, (granted.get(item) ?? 0) + seats);
        }
      }
    return { granted, claims };
  }

  #accusations(state: FirmState): readonly Accusation[] {
    const contradictions = state.channels.flatMap(({ target, contradiction }): Accusation[] =>
      contradiction === null ? [] : [{ about: target.key, what: contradiction }],
    );
    return state.rolledBack ? [...contradictions, { about: this.key, what: 'it was set back' }] : contradictions;
  }

  #wishes(state: FirmState, channel: Channel, at: number): readonly Act[] {
    const facts = this.#facts(state);
    if (!isTrusted(facts, channel) || channel.locked || state.lists.root.keys.includes(channel.target.key)) return [];
    const { name, wishes } = this.#target(at);
    return [...wishes.entries()]
      .filter(([wish]) => channel.entries.every((entry) => entry.wish !== wish))
      .map(([index, wish]) => {
        const after = issued(facts, channel, index, this.#entry(state, at, channel, wish));
        const lists =
          wish.kind === 'writeOff' ? withListed(state.lists, { list: 'firm', key: wish.target }) : state.lists;
        return {
          label: `issues ${describeWish(wish)} to ${name}`,
          after: this.#number(withChannel({ ...state, lists }, at, after)),
        };
      });
  }

  #calls(state: FirmState, channel: Channel, at: number): readonly Act[] {
    if (this.#plan.cancels !== true || !isTrusted(this.#facts(state), channel)) return [];
    const { name } = this.#target(at);
    return inTransit(channel)
      .filter(({ cancelled }) => !cancelled)
      .map(({ sequence }) => {
        const after = calledBack(this.#facts(state), channel, [sequence]);
        return { label: `cancels ${sequence} to ${name}`, after: this.#number(withChannel(state, at, after)) };
      });
  }

  #listings(state: FirmState): readonly Act[] {
    return [...(this.#plan.lists ?? []).entries()]
      .filter(([index]) => !state.listed.includes(index))
      .map(([index, wish]) => ({
        label: `${wish.lifts === true ? 'takes' : 'puts'} ${wish.name} ${wish.lifts === true ? 'off' : 'on'} the list of the ${wish.list}`,
        after: this.#number({
          ...state,
          lists: withListed(state.lists, wish),
          listed: [...state.listed, index].sort((one, other) => one - other),
        }),
      }));
  }

  #hours(state: FirmState): readonly Act[] {
    const next = state.hour + 1;
    if (next >= (this.#plan.clock?.length ?? 0)) return [];
    return [{ label: 'waits', after: this.#number({ ...state, hour: next }), fate: true }];
  }

  /** A copy of its memory, that this is set back to it, and that its vendor says so, or learns it and says so. */
  #setBacks(state: FirmState): readonly Act[] {
    if (!this.#forgets) return [];
    const acts: Act[] = [];
    const fate = true;
    const { hour, branch, backup, isTold, ...server } = state;
    if (backup === null) acts.push({ label: 'is backed up', after: this.#number({ ...state, backup: server }), fate });
    else if (branch < (this.#plan.setBacks ?? 0)) {
      const after = this.#number({ ...backup, hour, branch: branch + 1, backup, isTold: false });
      acts.push({ label: 'is restored', after, fate });
    }
    if (!isTold) acts.push({ label: 'hears that it was restored', after: this.#number(begunAnew(state)) });
    return acts;
  }

  /** @see host/license-central/accept-state.ts */
  #acceptances(number: number, file: CarriedFile): readonly Act[] {
    const state = this.#at(number);
    const given = this.#opened(state, file);
    if (given === null) return [];
    const { opened } = given;
    const { challenge, lockedFirms } = opened.header;
    if (challenge === null || !lockedFirms.includes(this.#firm.firmCode)) return [];
    const word = { container: opened.certificate.key, challenge: toHex(challenge) };
    const isKnown = state.words.some((one) => one.container === word.container && one.challenge === word.challenge);
    if (isKnown) return [];
    const words = [...state.words, word].sort((one, other) => (one.challenge < other.challenge ? -1 : 1));
    return [{ label: 'accepts the state in', after: this.#number({ ...state, words }) }];
  }

  /** Null when its sender was withdrawn by the root. */
  #opened({ lists }: FirmState, file: CarriedFile): GivenContext | null {
    const { keys } = lists.root;
    if (keys.length > 0) return this.#open(file, (key) => keys.includes(key));
    const given = this.#read.get(file) ?? this.#open(file, () => false);
    if (given !== null) this.#read.set(file, given);
    return given;
  }

  #open({ bytes }: CarriedFile, isRevoked: (key: PublicKey) => boolean): GivenContext | null {
    const opened = openContextFile({ crypto: toyCrypto, root: toyRoot, known: () => undefined, isRevoked }, bytes);
    if (!opened.ok && opened.code === 'CERTIFICATE_REVOKED') return null;
    if (!opened.ok) throw new BrokenRule(`it cannot read a context: ${opened.code}`, `${this.name} takes`);
    const inventory = openInventory(toyCrypto, this.#firm.sealingSecret, opened.value);
    if (!inventory.ok || inventory.value === null)
      throw new BrokenRule('it is told nothing in a context', `${this.name} takes`);
    return { opened: opened.value, inventory: inventory.value };
  }

  /** What a container asks for is worth remembering only where it can be answered. */
  #kept(channel: Channel): Channel {
    return this.#plan.clock === undefined ? { ...channel, challenge: null } : channel;
  }

  #entry({ branch }: FirmState, at: number, channel: Channel, wish: FirmWish): Uint8Array {
    return entryFor(this.#firm, branch, channel, this.#target(at).wishes, wish);
  }

  #facts({ branch, restores, rolledBack }: FirmState): FirmFacts {
    return { firm: this.#firm, branch, restores, rolledBack };
  }

  #at(number: number): FirmState {
    return this.#states[number] as FirmState;
  }

  #target(at: number): FirmTarget {
    return this.#targets[at] as FirmTarget;
  }

  #wish(at: number, wish: number): FirmWish {
    return this.#target(at).wishes[wish] as FirmWish;
  }

  #number(state: FirmState): number {
    const { channels, lists, listed, words, backup, restores, rolledBack, hour, branch, isTold } = state;
    const parts = [...channels, lists, listed, words, backup].map((part) => this.#identities.of(part));
    const content = [...parts, restores, rolledBack, hour, branch, isTold].join();
    const known = this.#numbers.get(content);
    if (known !== undefined) return known;
    this.#numbers.set(content, this.#states.length);
    return this.#states.push(state) - 1;
  }
}

/** A context, and what it tells the firm it was made for. */
interface GivenContext {
  readonly opened: ContextFile;
  readonly inventory: Inventory;
}

function containerIn(certificate: Uint8Array): ContainerCertificate {
  const read = readStoredCertificate(certificate);
  if (read.party !== 'container') throw new RangeError('a firm issues to containers');
  return read;
}
