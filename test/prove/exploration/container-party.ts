import type { RequestTo, ResponseTo } from '../../../container/commands/codecs-of.ts';
import type { CommandName } from '../../../container/commands/index.ts';
import type { OrderedPart } from '../../../container/commands/issue.ts';
import { type ContainerState, counter } from '../../../container/engine/state.ts';
import { CATALOGUE, codeOfNumber, FerryError } from '../../../container/errors.ts';
import { readStoredCertificate } from '../../../container/files/certificate.ts';
import { signedEnvelope } from '../../../container/files/envelope.ts';
import { updateHeader } from '../../../container/files/update-file.ts';
import { equalBytes } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { issueRequest } from '../../world/issue-request.ts';
import type { Answers } from './answers.ts';
import { BrokenChronicle, chronicleAfter } from './chronicler.ts';
import { ContainerStates, lockOf, type Moment, type NewContainer, type Outcome } from './container-states.ts';
import { summaryOf } from './container-summary.ts';
import { type Act, BrokenRule, type CarriedFile, type Party, type Summary } from './party.ts';
import type { Wishes } from './wishes.ts';

/** A container with an owner who may want anything, whenever it can be wanted. */
export class ContainerParty implements Party {
  readonly name: string;
  readonly key: PublicKey;
  readonly certificate: Uint8Array;
  readonly #states: ContainerStates;
  readonly #answers: Answers;
  readonly #keepsLedger: boolean;
  #initial: Moment;
  #wishes: Wishes = {};
  #mostGeneration = Number.POSITIVE_INFINITY;
  /** By state: the files that it can make, and where those led that it was handed. */
  readonly #files: (readonly CarriedFile[] | undefined)[] = [];
  readonly #taken: (Map<CarriedFile, number> | undefined)[] = [];

  /** @param given.keepsLedger whether it remembers what was granted, where firms may forget that */
  constructor(given: NewContainer & { readonly keepsLedger?: boolean }, answers: Answers) {
    this.#keepsLedger = given.keepsLedger ?? false;
    this.#states = new ContainerStates(given);
    this.#answers = answers;
    this.name = given.name;
    this.key = this.#states.key;
    this.certificate = this.#states.certificate;
    this.#initial = this.#states.first;
  }

  get initial(): number {
    return this.#states.numberOf(this.#initial);
  }

  /** Says what may be wanted from now on. */
  wish(wishes: Wishes): void {
    this.#wishes = wishes;
    const { commits = Number.POSITIVE_INFINITY } = wishes;
    this.#mostGeneration = counter(this.#initial.state, 'generation') + commits;
  }

  /** Does something before the exploration begins. @throws FerryError when the container refuses it */
  prepare<N extends CommandName>(name: N, request: RequestTo<N>): ResponseTo<N> {
    const outcome = this.#run(this.#initial, name, request);
    if (outcome.code !== null) throw new FerryError(outcome.code);
    this.#initial = outcome.moment;
    return outcome.response;
  }

  files(number: number): readonly CarriedFile[] {
    let files = this.#files[number];
    if (files === undefined) this.#files[number] = files = this.#filesOf(number);
    return files;
  }

  #filesOf(number: number): readonly CarriedFile[] {
    const moment = this.#states.at(number);
    const { state } = moment;
    const files: CarriedFile[] = [];
    if (moment.dead) return files;
    for (const to of state.partners.keys()) {
      const context = this.#contextFor(number, to);
      if (context !== null) files.push({ kind: 'context', to, bytes: context });
      const isContainer = readStoredCertificate(certificateFor(state, to)).party === 'container';
      if (lockOf(moment) !== null || state.identity.certified?.issues === 'nothing' || !isContainer) continue;
      const updates = this.#asked(`${this.name} makes updates`, () => this.#states.updatesTo(moment, to));
      for (const bytes of updates) files.push({ kind: 'update', to, bytes });
    }
    return files;
  }

  acts(number: number): readonly Act[] {
    const { state, dead } = this.#states.at(number);
    const acts: Act[] = [];
    if (dead) return acts;
    for (const certificate of this.#wishes.meets ?? [])
      acts.push(...this.#act(number, 'makes a context', 'context', { certificate, firmCode: null }));
    if (this.#wishes.cancels === true)
      for (const { target, sequence, cancelled } of state.pending.values())
        if (!cancelled)
          acts.push(
            ...this.#act(number, `cancels ${sequence} to ${this.#nameOf(state, target)}`, 'cancel', {
              target,
              sequences: [sequence],
            }),
          );
    return [
      ...acts,
      ...this.#questions(number),
      ...this.#uses(number),
      ...this.#copies(number),
      ...this.#deaths(number),
    ];
  }

  receive(number: number, file: CarriedFile): readonly Act[] {
    const { bytes } = file;
    if (this.#states.at(number).dead) return [];
    if (file.kind === 'context') {
      const settled = this.#act(number, 'settles from', 'settle', { context: bytes });
      this.#remember(number, file, settled);
      return [...settled, ...this.#orders(number, bytes)];
    }
    const applied = this.#act(number, 'applies', 'apply', { update: bytes });
    this.#remember(number, file, applied);
    return this.#wishes.refuses === true ? [...applied, ...this.#refusals(number, bytes)] : applied;
  }

  take(number: number, file: CarriedFile): number {
    const known = this.#taken[number]?.get(file);
    if (known !== undefined) return known;
    const moment = this.#states.at(number);
    if (moment.dead) return number;
    const { kind, bytes } = file;
    const outcome =
      kind === 'context'
        ? this.#run(moment, 'settle', { context: bytes })
        : this.#run(moment, 'apply', { update: bytes });
    return this.#states.numberOf(outcome.moment);
  }

  /** Where a file leads that was just taken in; where commits are bounded, none may mean that it was one too many. */
  #remember(number: number, file: CarriedFile, [act]: readonly Act[]): void {
    if (act === undefined && this.#mostGeneration !== Number.POSITIVE_INFINITY) return;
    let led = this.#taken[number];
    if (led === undefined) this.#taken[number] = led = new Map();
    led.set(file, act?.after ?? number);
  }

  callBack(number: number): number {
    let moment = this.#states.at(number);
    if (moment.dead) return number;
    for (const { target, sequence } of moment.state.pending.values())
      moment = this.#run(moment, 'cancel', { target, sequences: [sequence] }).moment;
    return this.#states.numberOf(moment);
  }

  aged(number: number): number {
    const moment = this.#states.at(number);
    return moment.spare === null ? number : this.#states.numberOf(this.#states.aged(moment));
  }

  save(): unknown {
    return this.#states.save();
  }

  load(saved: unknown): void {
    this.#states.load(saved as readonly Moment[]);
  }

  summary(number: number): Summary {
    return summaryOf(this.#states.at(number));
  }

  /** Orders of everything that may be wanted of that target: new ones, and such that stand in the way of the last one. */
  #orders(number: number, context: Uint8Array): readonly Act[] {
    const { state } = this.#states.at(number);
    const acts: Act[] = [];
    for (const { to, most, quantities, vain = false } of this.#wishes.orders ?? []) {
      const next = (state.partners.get(to)?.outbound.issued ?? 0) + 1;
      const isWanted = (first: number): boolean => first >= 1 && (first <= most || first > next);
      const sequences = (vain ? [next - 1, next, next + 1] : [next]).filter(isWanted);
      for (const { id, quantity: free } of state.holdings.values())
        for (const quantity of quantities.filter((wanted) => vain || wanted <= free))
          for (const first of sequences)
            acts.push(...this.#order(number, issueRequest({ context, first, parts: [{ holding: id, quantity }] })));
    }
    return acts;
  }

  #order(number: number, order: RequestTo<'issue'>): readonly Act[] {
    const [{ holding, quantity }] = order.parts as [OrderedPart];
    const label = `issues ${quantity} of holding ${holding} as ${order.first} to`;
    const acts = this.#act(number, label, 'issue', order);
    for (const { after } of acts) this.#checkRepeated(after, order, `${this.name} ${label}`);
    return acts;
  }

  /** An order that was carried out is answered when it is given again, and nothing moves. */
  #checkRepeated(after: number, order: RequestTo<'issue'>, step: string): void {
    const moment = this.#states.at(after);
    if (summaryOf(moment).accuses.length > 0) return;
    const again = this.#asked(step, () => this.#run(moment, 'issue', order));
    if (again.code !== null || !again.response.repeated || this.#states.numberOf(again.moment) !== after)
      throw new BrokenRule('an order that is given again is not just answered', `${step}, again`);
  }

  #refusals(number: number, update: Uint8Array): readonly Act[] {
    const acts: Act[] = [];
    const inbound = [...this.#states.at(number).state.partners.values()].map(({ inbound: { applied } }) => applied);
    for (const applied of new Set([0, ...inbound])) {
      const through = applied + 1;
      acts.push(...this.#act(number, `refuses through ${through} of`, 'refuse', { update, through }));
    }
    return acts;
  }

  /** Uses that rise the floor of time; what is refused may do that, too. */
  #uses(number: number): readonly Act[] {
    const { uses } = this.#wishes;
    if (uses === undefined) return [];
    const { times, ...product } = uses;
    const request = { ...product, releaseDate: null, units: 0 };
    return times.flatMap((time) => this.#act(number, `uses a license at ${time}`, 'use', request, time));
  }

  /** Memory and copy: made, exchanged, or set back. An anchor knows which of them is the newer one. */
  #copies(number: number): readonly Act[] {
    const { copies: wish } = this.#wishes;
    const moment = this.#states.at(number);
    const { state, branch, incident, spare, copies, swaps, anchor } = moment;
    if (wish === undefined) return [];
    const acts: Act[] = [];
    const fate = true;
    if (copies < wish.copies) {
      const copy = { state, branch: wish.way === 'clone' ? branch + 1 : branch, incident };
      acts.push({
        label: 'is copied',
        after: this.#states.numberOf({ ...moment, spare: copy, copies: copies + 1 }),
        fate,
      });
    }
    if (spare === null || swaps >= wish.swaps) return acts;
    // Whatever follows from there is chosen by fresh chance, so it is a history of its own.
    const own = wish.way === 'clone' ? spare.branch : swaps + 1;
    const lock = lockOf({ state: spare.state, anchor });
    const back: Moment = {
      ...moment,
      state: spare.state,
      branch: own,
      incident: lock === null ? spare.incident : lock.challenge,
      spare: wish.way === 'clone' ? { state, branch, incident } : spare,
      swaps: swaps + 1,
    };
    const label = wish.way === 'clone' ? 'changes places with its copy' : 'is set back to its copy';
    return [...acts, { label, after: this.#states.numberOf(back), fate }];
  }

  #deaths(number: number): readonly Act[] {
    if (this.#wishes.dies !== true) return [];
    const moment = { ...this.#states.at(number), dead: true };
    return [{ label: 'is destroyed', after: this.#states.numberOf(moment), fate: true }];
  }

  #run<N extends CommandName>(moment: Moment, name: N, request: RequestTo<N>, now?: number): Outcome<N> {
    const outcome = this.#states.run(moment, name, request, now);
    if (outcome.moment === moment) return outcome;
    const isFile = name === 'apply' || name === 'refuse';
    const given = isFile ? (request as RequestTo<'apply'>).update : null;
    const entries = isFile && outcome.code === null ? (outcome.response as ResponseTo<'apply'>).entries : [];
    const read = given === null ? null : { read: () => this.#states.read(given), entries };
    const chronicle = this.#chronicled(name, () => chronicleAfter(moment, outcome.moment, read, this.#keepsLedger));
    return chronicle === moment.chronicle ? outcome : { ...outcome, moment: { ...outcome.moment, chronicle } };
  }

  #chronicled<T>(name: CommandName, go: () => T): T {
    try {
      return go();
    } catch (error) {
      if (!(error instanceof BrokenChronicle)) throw error;
      throw new BrokenRule(error.message, `${this.name} is asked for ${name}`, { cause: error });
    }
  }

  #act<N extends CommandName>(
    number: number,
    label: string,
    name: N,
    request: RequestTo<N>,
    now?: number,
  ): readonly Act[] {
    const step = `${this.name} ${label}`;
    const outcome = this.#asked(step, () => this.#run(this.#states.at(number), name, request, now));
    this.#note(name, outcome);
    if (counter(outcome.moment.state, 'generation') > this.#mostGeneration) return [];
    const after = this.#states.numberOf(outcome.moment);
    if (outcome.code !== null) this.#checkRefusal(number, outcome.moment, step);
    else if (name === 'apply')
      this.#checkApplied(after, request as RequestTo<'apply'>, outcome as Outcome<'apply'>, step);
    return after === number ? [] : [{ label: outcome.code === null ? label : `${label} (${outcome.code})`, after }];
  }

  #asked<T>(step: string, ask: () => T): T {
    try {
      return ask();
    } catch (error) {
      const what = error instanceof BrokenRule ? error.message : String(error);
      throw new BrokenRule(what, step, { cause: error });
    }
  }

  #note<N extends CommandName>(name: N, outcome: Outcome<N>): void {
    this.#answers.note(name, outcome.code ?? 'done');
    if (outcome.code !== null || (name !== 'apply' && name !== 'refuse')) return;
    const { entries, deferred, deferredFor } = (outcome as Outcome<'apply'> & { readonly code: null }).response;
    for (const { reason } of entries)
      this.#answers.note('entry', reason === 0 ? 'applied' : (codeOfNumber(reason) ?? String(reason)));
    if (deferred !== null) this.#answers.note('deferred', codeOfNumber(deferredFor) ?? String(deferredFor));
  }

  /** What is refused leaves everything as it was, evidence and notices apart. */
  #checkRefusal(number: number, moment: Moment, step: string): void {
    const { state } = moment;
    const before = this.#states.at(number).state;
    if (this.#states.numberOf(moment) === number) return;
    const isEvident = state.evidence.size > before.evidence.size || state.marks.has('rolledBack');
    if (!isEvident && !tookNotice(before, state)) throw new BrokenRule('a refused command changed the state', step);
  }

  /** The receipt in an answer is what a fresh context says, and nothing was applied that the file calls back. */
  #checkApplied(after: number, { update }: RequestTo<'apply'>, outcome: Outcome<'apply'>, step: string): void {
    if (outcome.code !== null) return;
    const { receipt, entries } = outcome.response;
    if (!this.files(after).some(({ kind, bytes }) => kind === 'context' && equalBytes(bytes, receipt)))
      throw new BrokenRule('the receipt is no fresh context', step);
    const [, header] = signedEnvelope.decodeTrusted(update).parts;
    const { cancelled } = updateHeader.decodeTrusted(header as Uint8Array);
    for (const { sequence, reason } of entries)
      if (cancelled.includes(sequence) && reason !== CATALOGUE.CANCELLED.number)
        throw new BrokenRule('what the file calls back is not refused as cancelled', step);
  }

  /** What a partner is told in that state; null when its certificate was withdrawn. */
  #contextFor(number: number, to: PublicKey): Uint8Array | null {
    const moment = this.#states.at(number);
    const certificate = certificateFor(moment.state, to);
    const step = `${this.name} is asked for a context`;
    const outcome = this.#asked(step, () => this.#run(moment, 'context', { certificate, firmCode: null }));
    if (outcome.code === 'CERTIFICATE_REVOKED') return null;
    if (outcome.code !== null) throw new BrokenRule(`it answers ${outcome.code}`, step);
    if (this.#states.numberOf(outcome.moment) === number) return outcome.response.context;
    if (outcome.moment.state.challenges.size === moment.state.challenges.size)
      throw new BrokenRule('it changes the state', step);
    return this.#states.receiptFor(moment, to);
  }

  /** Contexts for which a firm is asked for the time anew. */
  #questions(number: number): readonly Act[] {
    const { state } = this.#states.at(number);
    return [...state.partners.keys()].flatMap((to) => {
      const certificate = certificateFor(state, to);
      if (readStoredCertificate(certificate).party !== 'firm') return [];
      return this.#act(number, 'asks for the time', 'context', { certificate, firmCode: null });
    });
  }

  #nameOf(state: ContainerState, key: PublicKey): string {
    const certificate = readStoredCertificate(certificateFor(state, key));
    return certificate.party === 'container' ? certificate.serial : certificate.name;
  }
}

/** Whether a newer list or an answer for the time was taken. */
function tookNotice(before: ContainerState, after: ContainerState): boolean {
  if (after.challenges.size < before.challenges.size) return true;
  return [...after.revocations.entries()].some(
    ([name, { version }]) => version > (before.revocations.get(name)?.version ?? 0),
  );
}

function certificateFor(state: ContainerState, key: PublicKey): Uint8Array {
  const stored = state.certificates.get(key);
  if (stored === undefined) throw new RangeError('there is no certificate of a partner');
  return stored.raw;
}
