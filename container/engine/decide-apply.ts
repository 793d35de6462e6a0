import type { AppliedEntry } from '../commands/apply.ts';
import { CATALOGUE, type ErrorCode, type Refusal, refuse } from '../errors.ts';
import { type Certificate, partyName, readStoredCertificate } from '../files/certificate.ts';
import { decodeEntry } from '../files/entries.ts';
import type { NoticeSigners } from '../files/notices.ts';
import { certify } from '../files/signed-file.ts';
import type { InboundState } from '../files/statement.ts';
import { openUpdateBody, openUpdateFile, type UpdateBody, type UpdateFile } from '../files/update-file.ts';
import { type Hex, toHex } from '../model/bytes.ts';
import type { Hash, ItemId, PublicKey } from '../model/ids.ts';
import { FORMAT, RESERVED_CHANNELS } from '../model/limits.ts';
import { applyEntry } from './apply-entry.ts';
import { askForTime } from './certified-time.ts';
import { type Change, PROOFS } from './changes.ts';
import { type Decided, Draft, nameOf, type Rulebook, verifierOf } from './draft.ts';
import { chainNext, entryHash, inboundNext, TWO_ENTRIES } from './issuer-channel.ts';
import { retired } from './lock.ts';
import { refusalBytes } from './memory.ts';
import {
  certificateOf,
  keepEvidence,
  keptStatement,
  partnerOrNew,
  reservePartner,
  witnessPartner,
} from './partners.ts';
import { refuseEntry } from './refuse-entry.ts';
import { fitsRecord, settlementBytes } from './reserve.ts';
import { isRevokedByRoot } from './revoked-keys.ts';
import { settleFrom } from './settle-channel.ts';
import type { ContainerState } from './state.ts';
import { storedGrant } from './stored.ts';
import { type TakenNotice, takeNotices } from './take-notices.ts';

/** What an update file did. The receipt is made once the changes are durable. */
export interface ApplyResult {
  readonly issuer: Certificate;
  readonly applied: number;
  readonly skipped: number;
  readonly entries: readonly AppliedEntry[];
  readonly deferred: { readonly sequence: number; readonly code: ErrorCode; readonly needed: number } | null;
  readonly notices: readonly TakenNotice[];
  /** What the file is refused for although its notices, or evidence about it, are kept. */
  readonly refusal: Refusal | null;
}

/**
 * Decides what an update file does (R3, R5, R8, R11). Pure: the state is not touched.
 *
 * @param refuseThrough the owner refuses what it gives up to this sequence, and takes nothing (R6); null to apply it
 * @param random 16 fresh bytes, for a challenge
 */
export function decideApply(
  state: ContainerState,
  book: Rulebook,
  raw: Uint8Array,
  refuseThrough: number | null,
  random: Hex,
): Decided<ApplyResult> | Refusal {
  const { certified } = state.identity;
  if (certified === null) return refuse('NOT_ENROLLED', { where: nameOf(state) });
  const verifier = verifierOf(state, book.crypto);
  const file = openUpdateFile(verifier, raw, { key: state.identity.key, serial: certified.serial });
  if (!file.ok) return file;
  const { certificate } = file.value;
  if (certificate.party === 'container' && certificate.issues === 'nothing')
    return refuse('CERTIFICATE_WRONG', { who: certificate.serial, why: 'it may not issue' });
  const body = openUpdateBody(book.crypto, book.sealingSecret, file.value, certified.serial);
  if (!body.ok) return body;
  const application = new FileApplication(state, book, { file: file.value, body: body.value, refuseThrough, random });
  return application.decide(readStoredCertificate(certified.raw));
}

/** One file on its way through the rules. */
class FileApplication {
  readonly #state: ContainerState;
  readonly #book: Rulebook;
  readonly #file: UpdateFile;
  readonly #body: UpdateBody;
  readonly #draft: Draft;
  readonly #refuseThrough: number | null;
  readonly #random: Hex;
  #notices: readonly TakenNotice[] = [];
  /** Changes at the beginning of the draft that the notices came to. */
  #ofNotices = 0;

  constructor(
    state: ContainerState,
    book: Rulebook,
    given: {
      readonly file: UpdateFile;
      readonly body: UpdateBody;
      readonly refuseThrough: number | null;
      readonly random: Hex;
    },
  ) {
    const { file, body, refuseThrough, random } = given;
    this.#state = state;
    this.#random = random;
    this.#book = book;
    this.#file = file;
    this.#body = body;
    this.#draft = new Draft(state);
    this.#refuseThrough = refuseThrough;
  }

  decide(own: Certificate): Decided<ApplyResult> | Refusal {
    const certificates = this.#certificates(own);
    if (!certificates.ok) return certificates;
    const { certificate, statement } = this.#file;
    const settling = settlementBytes(this.#state, certificate.key, statement.inbound.applied);
    const source = { signers: this.#signers(certificates.value), issuer: certificate, settling };
    this.#notices = takeNotices(this.#draft, this.#book, source, this.#body.notices);
    this.#ofNotices = this.#draft.changes.length;
    const barred = this.#locked() ?? retired(this.#draft.state, nameOf(this.#state));
    const decision = barred ?? this.#applyFile(this.#withoutRevoked(certificates.value));
    // The word of a firm is an answer, whatever else the file carries.
    if (this.#draft.changes.some(({ change }) => change === 'locksSet')) return this.#onlyNotices();
    return decision.ok ? decision : this.#refused(decision);
  }

  #applyFile(certificates: ReadonlyMap<PublicKey, Certificate>): Decided<ApplyResult> | Refusal {
    const { certificate, header } = this.#file;
    // The file itself may have brought the list on which its issuer stands.
    if (!certificates.has(certificate.key)) return refuse('CERTIFICATE_REVOKED', { who: partyName(certificate) });
    const inbound = partnerOrNew(this.#book.crypto, this.#state, certificate.key).inbound;
    const isNewEpoch = header.epoch > inbound.epoch && certificate.party === 'firm';
    if (header.epoch !== inbound.epoch && !isNewEpoch)
      return refuse('UPDATE_EPOCH', { found: header.epoch, known: inbound.epoch });
    const suspicious = isNewEpoch ? undefined : witnessPartner(this.#draft, this.#book.crypto, this.#file);
    if (suspicious !== undefined) return suspicious;
    if (isNewEpoch && !namesState(header, inbound)) return this.#staleEpoch(inbound);
    if (header.first > inbound.applied + 1) return gap(header, inbound);
    const forked = this.#checkChain(inbound);
    if (forked !== undefined) return forked;
    const barred = this.#refusalBarred(inbound);
    if (barred !== undefined) return barred;
    const full = reservePartner(this.#book.crypto, this.#draft, certificate, RESERVED_CHANNELS);
    if (full !== undefined) return full;
    if (!this.#state.partners.has(certificate.key)) askForTime(this.#draft, certificate, this.#random);
    if (isNewEpoch) this.#openEpoch();
    else if (!this.#state.partners.has(certificate.key)) witnessPartner(this.#draft, this.#book.crypto, this.#file);
    settleFrom(this.#draft, this.#book.crypto, this.#file);
    this.#prune();
    return this.#draft.full ?? this.#applyEntries(certificates);
  }

  /**
   * A firm whose server was restored begins its channel anew behind the state that it names (R13). What was refused up to
   * there it has read where it read the state, and what it said before counts no longer.
   */
  #openEpoch(): void {
    const { certificate, header, signed } = this.#file;
    const partner = partnerOrNew(this.#book.crypto, this.#draft.state, certificate.key);
    const { applied } = partner.inbound;
    const inbound = { ...partner.inbound, epoch: header.epoch, refused: [], prunedThrough: applied };
    this.#draft.push({ change: 'partnerPut', ...partner, inbound, witness: keptStatement(signed) });
  }

  /** The firm named a state that is not the present one: nothing is taken, and the receipt tells it the present one. */
  #staleEpoch({ applied }: InboundState): Decided<ApplyResult> {
    const { certificate, header } = this.#file;
    const deferred = { sequence: header.first, code: 'EPOCH_STALE', needed: 0 } as const;
    const result = { applied, skipped: 0, entries: [], deferred, notices: this.#notices, refusal: null };
    return { ok: true, changes: this.#draft.changes, result: { issuer: certificate, ...result } };
  }

  #locked(): Refusal | undefined {
    return this.#book.lock === null ? undefined : refuse('CONTAINER_LOCKED', { here: nameOf(this.#state) });
  }

  #onlyNotices(): Decided<ApplyResult> {
    const { certificate } = this.#file;
    const { applied } = partnerOrNew(this.#book.crypto, this.#state, certificate.key).inbound;
    const nothing = { applied, skipped: 0, entries: [], deferred: null, refusal: null };
    return {
      ok: true,
      changes: this.#keptOfRefused(),
      result: { issuer: certificate, ...nothing, notices: this.#notices },
    };
  }

  /** A refusal that leaves behind what the file's notices said, and evidence; nothing else of the draft is kept. */
  #refused(refusal: Refusal): Decided<ApplyResult> | Refusal {
    if (refusal.code === 'UPDATE_FORK') this.#keepFork();
    const kept = this.#keptOfRefused();
    if (kept.length === 0) return refusal;
    const { certificate } = this.#file;
    const { applied } = partnerOrNew(this.#book.crypto, this.#state, certificate.key).inbound;
    const nothing = { applied, skipped: 0, entries: [], deferred: null };
    return {
      ok: true,
      changes: kept,
      result: { issuer: certificate, ...nothing, notices: this.#notices, refusal },
    };
  }

  /** What stays of a file that is refused: what its notices came to, and what it proves. */
  #keptOfRefused(): readonly Change[] {
    const { changes } = this.#draft;
    return changes.filter(({ change }, at) => at < this.#ofNotices || PROOFS.has(change));
  }

  #keepFork(): void {
    const { certificate, signed } = this.#file;
    const witness = this.#state.partners.get(certificate.key)?.witness;
    keepEvidence(this.#draft, certificate.key, TWO_ENTRIES, witness ? [witness, signed] : [signed]);
  }

  #withoutRevoked(certificates: ReadonlyMap<PublicKey, Certificate>): ReadonlyMap<PublicKey, Certificate> {
    return new Map([...certificates].filter(([key]) => !isRevokedByRoot(this.#draft.state, key)));
  }

  /** Who may sign notices, as far as their certificates are here or came with the file. */
  #signers(certificates: ReadonlyMap<PublicKey, Certificate>): NoticeSigners {
    let all: readonly Certificate[] | undefined;
    return {
      root: this.#state.identity.root,
      firm: (firmCode) => {
        all ??= this.#known(certificates);
        return all.filter(
          (one) => one.party === 'firm' && one.firmCode === firmCode && !isRevokedByRoot(this.#draft.state, one.key),
        );
      },
    };
  }

  #known(certificates: ReadonlyMap<PublicKey, Certificate>): readonly Certificate[] {
    const stored = [...this.#state.certificates.keys()].flatMap((key) => certificateOf(this.#state, key) ?? []);
    return [...new Map([...stored, ...certificates.values()].map((one) => [one.key, one])).values()];
  }

  /** The certificates that entries may lean on: this container's, and the file's, verified or known by their bytes. */
  #certificates(own: Certificate): { readonly ok: true; readonly value: Map<PublicKey, Certificate> } | Refusal {
    const verifier = verifierOf(this.#state, this.#book.crypto);
    const all = new Map<PublicKey, Certificate>([[own.key, own]]);
    for (const raw of this.#body.certificates) {
      const certificate = certify(verifier, raw);
      // One that the root has withdrawn proves nothing: what leans on it is refused entry by entry.
      if (!certificate.ok && certificate.code === 'CERTIFICATE_REVOKED') continue;
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

  /** What in the file, up to where the owner refuses it, cannot be refused by hand. */
  #refusalBarred({ applied }: InboundState): Refusal | undefined {
    const { first, last } = this.#file.header;
    const through = this.#refuseThrough ?? 0;
    if (through > last) return refuse('ENTRY_NOT_REFUSABLE', { sequence: through, why: 'it is not in the file' });
    for (let sequence = applied + 1; sequence <= through; sequence++) {
      const refusal = this.#refuseOne(this.#body.entries[sequence - first] as Uint8Array, sequence);
      if (refusal.code === 'ENTRY_NOT_REFUSABLE') return refusal;
    }
    return undefined;
  }

  #refuseOne(entry: Uint8Array, sequence: number): Refusal {
    return this.#file.header.cancelled.includes(sequence) ? refuse('CANCELLED') : refuseEntry(entry, sequence);
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
    let inbound = start;
    let best = { entries: 0, changes: this.#draft.changes.length, inbound };
    let waits: ApplyResult['deferred'] = null;
    let needed = 0;
    for (let sequence = from; sequence <= (this.#refuseThrough ?? header.last); sequence++) {
      const entry = this.#body.entries[sequence - header.first] as Uint8Array;
      const outcome = this.#applyOne(entry, sequence, certificates);
      const reason = outcome.ok ? 0 : CATALOGUE[outcome.code].number;
      const isFull = !outcome.ok && outcome.code === 'LOG_FULL';
      const isLong = !fitsRecord(this.#state, this.#draft.recordBytes);
      if (isFull || isLong || (!outcome.ok && inbound.refused.length >= FORMAT.refusedEntries)) {
        waits = { sequence, code: isFull ? 'LOG_FULL' : 'TABLE_FULL', needed: 0 };
        break;
      }
      inbound = inboundNext(this.#book.crypto, inbound, this.#hashOf(entry, sequence), outcome.ok ? null : reason);
      entries.push({ sequence, reason, items: outcome.ok ? outcome.items : 0 });
      const overdraft =
        this.#draft.overdraft + refusalBytes(inbound.refused.length) - refusalBytes(start.refused.length);
      if (overdraft <= 0) {
        best = { entries: entries.length, changes: this.#draft.changes.length, inbound };
        needed = 0;
      } else if (needed === 0) needed = overdraft;
    }
    if (best.entries < entries.length) waits = { sequence: from + best.entries, code: 'MEMORY_FULL', needed };
    const changes = this.#draft.changes.slice(0, best.changes);
    const { applied } = best.inbound;
    if (best.entries > 0) {
      // The witness and the other channel may have changed earlier in this file, so the partner is read from there.
      const partner = partnerOrNew(this.#book.crypto, this.#draft.state, certificate.key);
      changes.push({ change: 'partnerPut', ...partner, inbound: best.inbound });
    }
    const skipped = Math.max(0, Math.min(header.last, start.applied) - header.first + 1);
    const done = entries.slice(0, best.entries);
    return {
      ok: true,
      changes,
      result: {
        issuer: certificate,
        applied,
        skipped,
        entries: done,
        deferred: waits,
        notices: this.#notices,
        refusal: null,
      },
    };
  }

  #applyOne(
    entry: Uint8Array,
    sequence: number,
    certificates: ReadonlyMap<PublicKey, Certificate>,
  ): { readonly ok: true; readonly items: number } | Refusal {
    if (this.#refuseThrough !== null) return this.#refuseOne(entry, sequence);
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

/** Whether a file of a new epoch begins right behind what is applied here, chain and all: the state that its firm names. */
function namesState(header: UpdateFile['header'], { applied, hash }: InboundState): boolean {
  const { first, settledThrough, chainBefore } = header;
  return settledThrough === applied && (first > settledThrough + 1 || chainBefore === hash);
}

function gap(header: UpdateFile['header'], inbound: InboundState): Refusal {
  const from = inbound.applied + 1;
  const missing = from === header.first - 1 ? String(from) : `${from} to ${header.first - 1}`;
  return refuse('UPDATE_GAP', { first: header.first, last: header.last, missing });
}
