import type { ApplyReport } from '../../container/commands/apply.ts';
import type { Listing } from '../../container/commands/list.ts';
import { refusedChainNext } from '../../container/engine/issuer-channel.ts';
import { CATALOGUE, type ErrorCode, FerryError } from '../../container/errors.ts';
import type { InboundState } from '../../container/files/statement.ts';
import { updateHeader } from '../../container/files/update-file.ts';
import type { AskedContainer } from './asked-container.ts';
import { CaseFailure, holds, same } from './check.ts';
import { opened } from './makers/damaged.ts';
import type { Party, Target, Tools } from './makers/parties.ts';
import { newContainer } from './makers/parties.ts';
import { TestDongle } from './makers/test-dongle.ts';
import { TestFirm } from './makers/test-firm.ts';
import type { Bends, TestIssuer } from './makers/test-issuer.ts';
import { agrees, type ReadContext, readContext } from './read-context.ts';

/** How an entry has to end. */
export type Outcome = 'applied' | ErrorCode;

/** A file to take other than the honest one of the moment. */
export type Given =
  | { readonly bends: Bends }
  /** One that was made earlier. */
  | { readonly file: Uint8Array };

export interface Taken {
  readonly report: ApplyReport;
  readonly receipt: ReadContext;
  readonly listing: Listing;
}

/** The Firm Code of the vendor that attacks the other one; it never has a license. */
const OTHER_FIRM = 6000011;

/** Channel records that cases share, whatever runs: firm, other firm, dongle. */
export const SHARED_CHANNELS = 3;

/**
 * What a case works with: the container under test and issuers of the tool's own.
 *
 * `firm`, `otherFirm` and `dongle` are shared by the cases, since a channel record is never given back; their channels
 * are always in step with the container. A case that would damage a channel takes a fresh issuer. After a case that
 * failed nothing shared can be trusted: `retire` replaces it.
 */
export class Bench {
  readonly tools: Tools;
  readonly target: Target;
  readonly asked: AskedContainer;
  #firm: TestFirm | undefined;
  #otherFirm: TestFirm | undefined;
  #dongle: TestDongle | undefined;
  #earlierHolder: Party | undefined;

  constructor(asked: AskedContainer, tools: Tools, target: Target) {
    this.asked = asked;
    this.tools = tools;
    this.target = target;
  }

  /** The vendor of all licenses that the tool grants. */
  get firm(): TestFirm {
    this.#firm ??= new TestFirm(this.tools, this.target);
    return this.#firm;
  }

  /** A vendor with another Firm Code. */
  get otherFirm(): TestFirm {
    this.#otherFirm ??= new TestFirm(this.tools, this.target, OTHER_FIRM);
    return this.#otherFirm;
  }

  /** A dongle that gives licenses of the firm on. */
  get dongle(): TestDongle {
    this.#dongle ??= new TestDongle(this.tools, this.target);
    return this.#dongle;
  }

  /** A dongle that never meets the container: licenses came through it. */
  get earlierHolder(): Party {
    this.#earlierHolder ??= newContainer(this.tools);
    return this.#earlierHolder;
  }

  /** Gives up the shared issuers: their channels may differ from what the container keeps. */
  retire(): void {
    this.#firm = undefined;
    this.#otherFirm = undefined;
    this.#dongle = undefined;
  }

  list(): Promise<Listing> {
    return this.asked.ask('list', {});
  }

  /** The context for an issuer, verified. Reserves its channel record when it has none. */
  async context(issuer: TestIssuer): Promise<ReadContext> {
    const request = { certificate: issuer.party.certificate, firmCode: null };
    return readContext(issuer, (await this.asked.ask('context', request)).context, 'the context');
  }

  /**
   * Lets the container take a file, and checks the report and the receipt down to the last field: these entries end so,
   * and the receipt proves it. The issuer's channel goes on from there. With `waitsFor` the entry behind them, and all that
   * follow, have to wait for that reason.
   *
   * @throws CaseFailure
   */
  async takes(
    issuer: TestIssuer,
    outcomes: readonly Outcome[],
    given: Given = { bends: {} },
    waitsFor?: ErrorCode,
  ): Promise<Taken> {
    const before = issuer.there;
    const { file, skipped, settledThrough } = fileOf(issuer, given);
    const report = await this.#apply(file);
    const first = before.applied + 1;
    const wanted = outcomes.map((outcome, at) => ({ sequence: first + at, reason: reasonOf(outcome) }));
    same(
      'the report, entries',
      report.entries.map(({ sequence, reason }) => ({ sequence, reason })),
      wanted,
    );
    same('the report, skipped', report.skipped, skipped);
    const applied = before.applied + outcomes.length;
    same('the report, deferred', report.deferred, waitsFor === undefined ? null : applied + 1);
    same('the report, what it waits for', report.deferredFor, reasonOf(waitsFor ?? 'applied'));
    same('the report, applied', report.applied, applied);
    const prunedThrough = Math.max(before.prunedThrough, Math.min(settledThrough, before.applied));
    const fresh = wanted.filter(({ reason }) => reason !== 0);
    const refused = [...before.refused, ...fresh];
    const { crypto } = issuer.tools;
    const inbound: InboundState = {
      epoch: issuer.epoch,
      applied,
      hash: issuer.chainAt(applied),
      refused: refused.filter(({ sequence }) => sequence > prunedThrough),
      prunedThrough,
      refusedChain: fresh.reduce((chain, one) => refusedChainNext(crypto, chain, one), before.refusedChain),
    };
    const [receipt, listing] = [readContext(issuer, report.receipt, 'the receipt'), await this.list()];
    agrees(issuer, receipt, { listing, inbound }, 'the receipt');
    issuer.settle(inbound);
    if (issuer instanceof TestFirm && receipt.inventory !== null) issuer.learn(receipt.inventory);
    return { report, receipt, listing };
  }

  async #apply(update: Uint8Array): Promise<ApplyReport> {
    try {
      return await this.asked.ask('apply', { update });
    } catch (error) {
      if (error instanceof FerryError) throw new CaseFailure('a genuine file', 'taken', `refused: ${error.code}`);
      throw error;
    }
  }

  /** The container refuses this with one of these codes, and nothing was changed. @returns the refusals */
  async refuses(
    what: string,
    codes: ErrorCode | readonly ErrorCode[],
    requests: Uint8Array | readonly Uint8Array[],
    issuer?: TestIssuer,
  ): Promise<FerryError[]> {
    const updates = requests instanceof Uint8Array ? [requests] : requests;
    const calls = updates.map((update) => () => this.asked.ask('apply', { update }));
    return this.#refused(what, codes, calls, issuer);
  }

  /** The same for requests of a context. */
  async refusesContext(
    what: string,
    codes: ErrorCode | readonly ErrorCode[],
    requests: readonly { readonly certificate: Uint8Array | null; readonly firmCode: number | null }[],
  ): Promise<FerryError[]> {
    const calls = requests.map((request) => () => this.asked.ask('context', request));
    return this.#refused(what, codes, calls, undefined);
  }

  async #refused(
    what: string,
    codes: ErrorCode | readonly ErrorCode[],
    calls: readonly (() => Promise<unknown>)[],
    issuer: TestIssuer | undefined,
  ): Promise<FerryError[]> {
    const allowed: readonly ErrorCode[] = typeof codes === 'string' ? [codes] : codes;
    return this.changesNothing(issuer, what, async () => {
      const refusals: FerryError[] = [];
      for (const call of calls) {
        const refusal = await refusalOf(call);
        const expected = `refused with ${allowed.join(' or ')}`;
        if (refusal === undefined) throw new CaseFailure(what, expected, 'taken');
        holds(allowed.includes(refusal.code), what, expected, `refused with ${refusal.code}`);
        refusals.push(refusal);
      }
      return refusals;
    });
  }

  /** Carries something out that must leave generation, holdings and channels as they are. @throws CaseFailure */
  async changesNothing<T>(issuer: TestIssuer | undefined, what: string, work: () => Promise<T>): Promise<T> {
    const before = await this.#state(issuer);
    const result = await work();
    same(`${what}: nothing was changed`, await this.#state(issuer), before);
    return result;
  }

  /** All that counts of the container, as anyone can see it, and what it signs for an issuer that has a channel. */
  async #state(issuer: TestIssuer | undefined): Promise<object> {
    const { freeMemory: _free, evidence: _evidence, ...listed } = await this.list();
    const isKnown = issuer !== undefined && listed.channels.some(({ partner }) => partner === issuer.party.key);
    if (!isKnown) return listed;
    const { file, inventory } = await this.context(issuer);
    return { ...listed, stated: file.statement, inventory };
  }
}

function fileOf(issuer: TestIssuer, given: Given): { file: Uint8Array; skipped: number; settledThrough: number } {
  const file = 'file' in given ? given.file : issuer.file(given.bends);
  const { first, last, settledThrough } = updateHeader.decodeTrusted(opened(file).parts[1]);
  return { file, skipped: Math.max(0, Math.min(last, issuer.there.applied) - first + 1), settledThrough };
}

function reasonOf(outcome: Outcome): number {
  return outcome === 'applied' ? 0 : CATALOGUE[outcome].number;
}

async function refusalOf(call: () => Promise<unknown>): Promise<FerryError | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (error instanceof FerryError) return error;
    throw error;
  }
}
