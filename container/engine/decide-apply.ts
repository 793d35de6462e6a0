import type { AppliedEntry } from '../commands/apply.ts';
import { CATALOGUE, type ErrorCode, type Refusal, refuse } from '../errors.ts';
import { type Certificate, partyName, readStoredCertificate } from '../files/certificate.ts';
import { decodeEntry } from '../files/entries.ts';
import { certify } from '../files/signed-file.ts';
import type { InboundState } from '../files/statement.ts';
import { openUpdateBody, openUpdateFile, type UpdateBody, type UpdateFile } from '../files/update-file.ts';
import { toHex } from '../model/bytes.ts';
import type { Hash, ItemId, PublicKey } from '../model/ids.ts';
import { FORMAT, RESERVED_CHANNELS } from '../model/limits.ts';
import { applyEntry } from './apply-entry.ts';
import { type Decided, Draft, nameOf, type Rulebook, verifierOf } from './draft.ts';
import { chainNext, entryHash } from './issuer-channel.ts';
import { refusalBytes } from './memory.ts';
import { keepEvidence, partnerOrNew, reservePartner, witnessPartner } from './partners.ts';
import { fitsRecord } from './reserve.ts';
import { settleFrom } from './settle-channel.ts';
import type { ContainerState } from './state.ts';
import { storedGrant } from './stored.ts';

/** What an update file did. The receipt is made once the changes are durable. */
export interface ApplyResult {
  readonly issuer: Certificate;
  readonly applied: number;
  readonly skipped: number;
  readonly entries: readonly AppliedEntry[];
  readonly deferred: { readonly sequence: number; readonly code: ErrorCode; readonly needed: number } | null;
  /** What the file is refused for although evidence about it is kept. */
  readonly refusal: Refusal | null;
}

/** Decides what an update file does (R3, R5, R8, R11). Pure: the state is not touched. */
export function decideApply(state: ContainerState, book: Rulebook, raw: Uint8Array): Decided<ApplyResult> | Refusal {
  const { certified } = state.identity;
  if (certified === null) return refuse('NOT_ENROLLED', { where: nameOf(state) });
  const verifier = verifierOf(state, book.crypto);
  const file = openUpdateFile(verifier, raw, { key: state.identity.key, serial: certified.serial });
  if (!file.ok) return file;
  if (book.locked) return refuse('CONTAINER_LOCKED', { here: certified.serial });
  const { certificate } = file.value;
  if (certificate.party === 'container' && certificate.issues === 'nothing')
    return refuse('CERTIFICATE_WRONG', { who: certificate.serial, why: 'it may not issue' });
  const body = openUpdateBody(book.crypto, book.sealingSecret, file.value, certified.serial);
  if (!body.ok) return body;
  return new FileApplication(state, book, file.value, body.value).decide(readStoredCertificate(certified.raw));
}

/** One file on its way through the rules. */
class FileApplication {
  readonly #state: ContainerState;
  readonly #book: Rulebook;
  readonly #file: UpdateFile;
  readonly #body: UpdateBody;
  readonly #draft: Draft;

  constructor(state: ContainerState, book: Rulebook, file: UpdateFile, body: UpdateBody) {
    this.#state = state;
    this.#book = book;
    this.#file = file;
    this.#body = body;
    this.#draft = new Draft(state);
  }

  decide(own: Certificate): Decided<ApplyResult> | Refusal {
    const { certificate, header } = this.#file;
    const inbound = partnerOrNew(this.#book.crypto, this.#state, certificate.key).inbound;
    if (header.epoch !== inbound.epoch) return refuse('UPDATE_EPOCH', { found: header.epoch, known: inbound.epoch });
    const certificates = this.#certificates(own);
    if (!certificates.ok) return certificates;
    const suspicious = witnessPartner(this.#draft, this.#file);
    if (suspicious !== undefined) return this.#refused(suspicious, inbound);
    if (header.first > inbound.applied + 1) return gap(header, inbound);
    const forked = this.#checkChain(inbound);
    if (forked !== undefined) return forked.code === 'UPDATE_FORK' ? this.#fork(forked, inbound) : forked;
    const full = reservePartner(this.#book.crypto, this.#draft, certificate, RESERVED_CHANNELS);
    if (full !== undefined) return full;
    if (!this.#state.partners.has(certificate.key)) witnessPartner(this.#draft, this.#file);
    settleFrom(this.#draft, this.#book.crypto, this.#file);
    this.#prune();
    return this.#draft.full ?? this.#applyEntries(certificates.value);
  }

  /** A refusal that leaves evidence behind; nothing else of the draft is kept. */
  #refused(refusal: Refusal, inbound: InboundState): Decided<ApplyResult> {
    const changes = this.#draft.changes.filter(({ change }) => change === 'evidenceKept');
    const { certificate } = this.#file;
    const result = { issuer: certificate, applied: inbound.applied, skipped: 0, entries: [], deferred: null, refusal };
    return { ok: true, changes, result };
  }

  #fork(refusal: Refusal, inbound: InboundState): Decided<ApplyResult> {
    const { certificate, signed } = this.#file;
    const witness = this.#state.partners.get(certificate.key)?.witness;
    keepEvidence(this.#draft, certificate.key, 'two entries with one sequence', witness ? [witness, signed] : [signed]);
    return this.#refused(refusal, inbound);
  }

  /** The certificates that entries may lean on: this container's, and the file's, verified or known by their bytes. */
  #certificates(own: Certificate): { readonly ok: true; readonly value: Map<PublicKey, Certificate> } | Refusal {
    const verifier = verifierOf(this.#state, this.#book.crypto);
    const all = new Map<PublicKey, Certificate>([[own.key, own]]);
    for (const raw of this.#body.certificates) {
      const certificate = certify(verifier, raw);
      if (!certificate.ok) return certificate;
      all.set(certificate.value.key, certificate.value);
    }
    all.set(this.#file.certificate.key, this.#file.certificate);
    return { ok: true, value: all };
  }

  /** Recomputes the chain: it must lead to what the issuer signed, and pass through what was applied here. */
  #checkChain(inbound: InboundState): Refusal | undefined {
    const { header, certificate } = this.#file;
    const fork = (sequence: number): Refusal => refuse('UPDATE_FORK', { issuer: partyName(certificate), sequence });
    let chain = header.chainBefore;
    let forkedAt = header.first - 1 === inbound.applied && chain !== inbound.hash ? inbound.applied + 1 : 0;
    for (const [at, entry] of this.#body.entries.entries()) {
      chain = chainNext(this.#book.crypto, chain, this.#hashOf(entry, header.first + at));
      if (header.first + at === inbound.applied && chain !== inbound.hash) forkedAt = inbound.applied;
    }
    if (chain !== header.chainLast) return refuse('CHAIN_INCONSISTENT');
    return forkedAt > 0 ? fork(forkedAt) : undefined;
  }

  #hashOf(entry: Uint8Array, sequence: number): Hash {
    if (entry.length === 32 && this.#file.header.cancelled.includes(sequence)) return toHex(entry) as Hash;
    return entryHash(this.#book.crypto, entry);
  }

  /** Forgets what the issuer has settled and what the firm knows. */
  #prune(): void {
    const { header, certificate } = this.#file;
    const partner = partnerOrNew(this.#book.crypto, this.#draft.state, certificate.key);
    const { inbound } = partner;
    const through = Math.min(header.settledThrough, inbound.applied);
    if (through > inbound.prunedThrough) {
      const refused = inbound.refused.filter(({ sequence }) => sequence > through);
      this.#draft.push({ change: 'partnerPut', ...partner, inbound: { ...inbound, refused, prunedThrough: through } });
    }
    if (certificate.party !== 'firm') return;
    const log = this.#draft.state.logs.get(certificate.firmCode);
    if (log === undefined) return;
    const known = Math.min(header.custodyKnownThrough, log.next - 1);
    if (known >= log.first) this.#draft.push({ change: 'logPruned', firmCode: certificate.firmCode, through: known });
  }

  /** Simulates all entries and keeps the longest prefix whose end state fits, and which one record can hold (R5). */
  #applyEntries(certificates: ReadonlyMap<PublicKey, Certificate>): Decided<ApplyResult> {
    const { header, certificate } = this.#file;
    const start = partnerOrNew(this.#book.crypto, this.#draft.state, certificate.key).inbound;
    const from = start.applied + 1;
    const entries: AppliedEntry[] = [];
    const refused = [...start.refused];
    let chain = start.hash;
    let best = { entries: 0, changes: this.#draft.changes.length, chain, refused: refused.length };
    let waits: ApplyResult['deferred'] = null;
    let needed = 0;
    for (let sequence = from; sequence <= header.last; sequence++) {
      const entry = this.#body.entries[sequence - header.first] as Uint8Array;
      const outcome = this.#applyOne(entry, sequence, certificates);
      const reason = outcome.ok ? 0 : CATALOGUE[outcome.code].number;
      const isFull = !outcome.ok && (outcome.code === 'LOG_FULL' || outcome.code === 'TABLE_FULL');
      const isLong = !fitsRecord(this.#state, this.#draft.recordBytes);
      if (isFull || isLong || (!outcome.ok && refused.length >= FORMAT.refusedEntries)) {
        waits = { sequence, code: isFull && !outcome.ok ? outcome.code : 'TABLE_FULL', needed: 0 };
        break;
      }
      if (!outcome.ok) refused.push({ sequence, reason });
      chain = chainNext(this.#book.crypto, chain, this.#hashOf(entry, sequence));
      entries.push({ sequence, reason, items: outcome.ok ? outcome.items : 0 });
      const overdraft = this.#draft.overdraft + refusalBytes(refused.length) - refusalBytes(start.refused.length);
      if (overdraft <= 0) {
        best = { entries: entries.length, changes: this.#draft.changes.length, chain, refused: refused.length };
        needed = 0;
      } else if (needed === 0) needed = overdraft;
    }
    if (best.entries < entries.length) waits = { sequence: from + best.entries, code: 'MEMORY_FULL', needed };
    const changes = this.#draft.changes.slice(0, best.changes);
    const applied = start.applied + best.entries;
    if (best.entries > 0) {
      // The witness and the other channel may have changed earlier in this file, so the partner is read from there.
      const partner = partnerOrNew(this.#book.crypto, this.#draft.state, certificate.key);
      const inbound = { ...start, applied, hash: best.chain, refused: refused.slice(0, best.refused) };
      changes.push({ change: 'partnerPut', ...partner, inbound });
    }
    const skipped = Math.max(0, Math.min(header.last, start.applied) - header.first + 1);
    const done = entries.slice(0, best.entries);
    return {
      ok: true,
      changes,
      result: { issuer: certificate, applied, skipped, entries: done, deferred: waits, refusal: null },
    };
  }

  #applyOne(
    entry: Uint8Array,
    sequence: number,
    certificates: ReadonlyMap<PublicKey, Certificate>,
  ): { readonly ok: true; readonly items: number } | Refusal {
    if (this.#file.header.cancelled.includes(sequence)) return refuse('CANCELLED');
    const reading = decodeEntry(entry);
    if (reading.outcome === 'malformed') return refuse('ENTRY_MALFORMED', { why: reading.why });
    if (reading.outcome === 'unknown') return refuse('ENTRY_UNKNOWN', { kind: reading.kind });
    const inner = new Draft(this.#draft.state);
    const signature = this.#body.signatures[sequence - this.#file.header.first] ?? null;
    const { crypto } = this.#book;
    const issuer = this.#file.certificate;
    const result = applyEntry(inner, reading.content, { crypto, issuer, certificates, sequence, signature });
    if (!result.ok) {
      if (result.code === 'QUANTITY_EXCEEDED') this.#keepExcess(result.details.item as ItemId);
      return result;
    }
    const isTooLarge =
      inner.usedBytes - this.#draft.usedBytes > this.#state.limits.capacity ||
      !fitsRecord(this.#state, inner.recordBytes);
    if (isTooLarge) return refuse('ENTRY_TOO_LARGE');
    this.#draft.take(inner);
    return result;
  }

  /** Somewhere on its way an item was multiplied: the signed word that brought it proves that, but not by whom (R3). */
  #keepExcess(itemId: ItemId): void {
    const { firm } = storedGrant(this.#draft.state, itemId);
    keepEvidence(this.#draft, firm, `more seats than granted of item ${itemId}`, [this.#file.signed]);
  }
}

function gap(header: UpdateFile['header'], inbound: InboundState): Refusal {
  const from = inbound.applied + 1;
  const missing = from === header.first - 1 ? String(from) : `${from} to ${header.first - 1}`;
  return refuse('UPDATE_GAP', { first: header.first, last: header.last, missing });
}
