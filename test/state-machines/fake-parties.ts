import type { ApplyReport } from '../../container/commands/apply.ts';
import type { OrderedPart } from '../../container/commands/issue.ts';
import type { ListedHolding } from '../../container/commands/list.ts';
import { CATALOGUE, FerryError } from '../../container/errors.ts';
import { NO_BYTES, utf8 } from '../../container/model/bytes.ts';
import type { ItemId, PublicKey } from '../../container/model/ids.ts';
import { serialFromParts } from '../../container/model/serial-number.ts';
import type { IssuerListing, MoveIssuer, MovePlan, MoveTarget } from '../../state-machines/index.ts';

export const ISSUER_KEY = 'aa'.repeat(32) as PublicKey;
export const TARGET_KEY = 'bb'.repeat(32) as PublicKey;
/** The fake target refuses this product by its terms. */
export const FORBIDDEN_PRODUCT = 666;
/** As if the terms allow nothing that the listing shows. */
export const TERMS_FORBID = CATALOGUE.TERMS_FORBID.number;

export function heldItem(id: number, quantity: number, options: Partial<ListedHolding> = {}): ListedHolding {
  return {
    id,
    itemId: id.toString(16).padStart(32, '0') as ItemId,
    firmCode: 10,
    productCode: 1001,
    text: 'Controller',
    granted: quantity,
    quantity,
    pending: 0,
    units: null,
    featureMap: null,
    activationTime: null,
    expirationTime: null,
    usagePeriod: null,
    usageStart: null,
    maintenance: null,
    lingerTime: null,
    minimumRuntime: null,
    transfer: 'quantity',
    targetKinds: [],
    mostPerTarget: null,
    returnable: true,
    depth: 2,
    hops: 0,
    enabled: true,
    protectedData: NO_BYTES,
    userData: NO_BYTES,
    customerInfo: NO_BYTES,
    withdrawn: false,
    ...options,
  };
}

interface Entry {
  readonly sequence: number;
  readonly productCode: number;
  readonly part: OrderedPart;
}

const encode = (value: unknown): Uint8Array => utf8(JSON.stringify(value));
const decode = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));

/** A small issuer that keeps the kernel's promises: an order is carried out once, a receipt settles once. */
export class FakeIssuer implements MoveIssuer {
  holdings: ListedHolding[];
  pending: Entry[] = [];
  issued = 0;
  settled = 0;
  /** Sequences cancelled, though still in transit. */
  cancelled = new Set<number>();
  /** Whether it tells, when an order is repeated, how its entries ended. */
  remembers = true;
  readonly #orders = new Map<number, { last: number; digest: string }>();
  readonly #refused = new Map<number, number>();

  constructor(...holdings: ListedHolding[]) {
    this.holdings = holdings;
  }

  async list(): Promise<IssuerListing> {
    const channel = { partner: TARGET_KEY, name: 'target', applied: 0, issued: this.issued, settled: this.settled };
    return {
      serial: serialFromParts(3, 1),
      key: ISSUER_KEY,
      issues: 'move',
      holdings: this.holdings,
      channels: this.issued === 0 ? [] : [channel],
      transit: this.pending.map(({ sequence, part }) => ({
        target: TARGET_KEY,
        serial: serialFromParts(130, 1),
        sequence,
        firmCode: 10,
        cancelled: this.cancelled.has(sequence),
        writtenOff: false,
        holdings: [part.holding],
        quantities: [part.quantity],
      })),
    };
  }

  async certificate(): Promise<Uint8Array> {
    return utf8('certificate');
  }

  async issue({ context, plan, orderId }: Parameters<MoveIssuer['issue']>[0]) {
    this.#settle(context);
    const digest = JSON.stringify([plan.first, plan.parts, orderId]);
    const repeated = plan.first <= this.issued;
    if (!repeated) this.#debit(plan, digest);
    const last = this.#orders.get(plan.first)?.last ?? plan.last ?? plan.first;
    if (plan.parts.length > 0 && this.#orders.get(plan.first)?.digest !== digest)
      throw new FerryError('ISSUED_OTHERWISE', { sequence: plan.first });
    const entries = Array.from({ length: last - plan.first + 1 }, (_, at) => ({
      sequence: plan.first + at,
      settled: plan.first + at <= this.settled,
      reason: this.#refused.get(plan.first + at) ?? 0,
    }));
    const answer = { first: plan.first, last, repeated, updates: this.#updates() };
    return this.remembers ? { ...answer, entries } : answer;
  }

  /** The update files of what is in transit, as somebody carries them by hand. */
  deliver(): Uint8Array[] {
    return this.#updates();
  }

  async settle(receipt: Uint8Array) {
    return { entries: this.#settle(receipt) };
  }

  #debit({ first, parts }: MovePlan, digest: string): void {
    for (const part of parts) {
      const holding = this.#holding(part.holding);
      if (holding.quantity < part.quantity) throw new FerryError('QUANTITY_NOT_HELD', {});
      this.#count(part, -1);
      this.issued += 1;
      this.pending.push({ sequence: this.issued, productCode: holding.productCode, part });
    }
    this.#orders.set(first, { last: this.issued, digest });
  }

  /** Files of two entries each; one empty file when nothing is in transit. */
  #updates(): Uint8Array[] {
    const files: Uint8Array[] = [];
    for (let at = 0; at === 0 || at < this.pending.length; at += 2) files.push(encode(this.pending.slice(at, at + 2)));
    return files;
  }

  #settle(bytes: Uint8Array) {
    const { applied, refused } = decode(bytes) as { applied: number; refused: [number, number][] };
    const reasons = new Map(refused);
    const settled = this.pending.filter(({ sequence }) => sequence <= applied);
    this.pending = this.pending.filter(({ sequence }) => sequence > applied);
    this.settled = Math.max(this.settled, applied);
    return settled.map(({ sequence, part }) => {
      const reason = reasons.get(sequence) ?? 0;
      if (reason !== 0) {
        this.#refused.set(sequence, reason);
        this.#count(part, 1);
      }
      return { sequence, reason };
    });
  }

  #holding(id: number): ListedHolding {
    const found = this.holdings.find((holding) => holding.id === id);
    if (found === undefined) throw new FerryError('NOT_HELD', {});
    return found;
  }

  #count(part: OrderedPart, sign: 1 | -1): void {
    const holding = this.#holding(part.holding);
    const counted = { ...holding, quantity: holding.quantity + sign * part.quantity };
    this.holdings = this.holdings.map((one) => (one === holding ? counted : one));
  }
}

/** A small target that keeps the kernel's promises: every sequence is dealt with once. */
export class FakeTarget implements MoveTarget {
  readonly got: Entry[] = [];
  readonly refused: [sequence: number, reason: number][] = [];
  applied = 0;
  /** Entries that it has room for. */
  room = Number.POSITIVE_INFINITY;

  async list() {
    return { key: TARGET_KEY };
  }

  async context(_certificate: Uint8Array): Promise<Uint8Array> {
    return encode({ applied: this.applied, refused: this.refused });
  }

  async apply(update: Uint8Array): Promise<ApplyReport> {
    const entries = decode(update) as Entry[];
    const fresh = entries.filter(({ sequence }) => sequence > this.applied);
    const report: ApplyReport['entries'][number][] = [];
    let deferred: number | null = null;
    for (const entry of fresh) {
      const reason = entry.productCode === FORBIDDEN_PRODUCT ? TERMS_FORBID : 0;
      if (reason === 0 && this.got.length >= this.room) {
        deferred = entry.sequence;
        break;
      }
      if (reason === 0) this.got.push(entry);
      else this.refused.push([entry.sequence, reason]);
      this.applied = entry.sequence;
      report.push({ sequence: entry.sequence, reason, items: reason === 0 ? 1 : 0 });
    }
    return {
      applied: this.applied,
      skipped: entries.length - fresh.length,
      entries: report,
      deferred,
      notices: [],
      deferredFor: deferred === null ? 0 : CATALOGUE.MEMORY_FULL.number,
      needed: deferred === null ? 0 : 100,
      receipt: encode({ applied: this.applied, refused: this.refused }),
    };
  }

  /** Seats that arrived, by the holding that they come from. */
  seats(): Record<number, number> {
    const seats: Record<number, number> = {};
    for (const { part } of this.got) seats[part.holding] = (seats[part.holding] ?? 0) + part.quantity;
    return seats;
  }
}
