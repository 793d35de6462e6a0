import type { Crypto } from '../crypto/port.ts';
import { Defect } from '../errors.ts';
import type { Certificate } from '../files/certificate.ts';
import type { Inventory } from '../files/context-file.ts';
import { sealContextFile } from '../files/context-file.ts';
import { signParts } from '../files/envelope.ts';
import { sealUpdateFile } from '../files/update-file.ts';
import { fromHex, type Hex } from '../model/bytes.ts';
import type { Hash, PublicKey } from '../model/ids.ts';
import { FORMAT, LEAST_LARGEST_RECORD, RESERVED_CHANNELS } from '../model/limits.ts';
import { newestChallenge } from './challenges.ts';
import { type CarriedNotice, fileRanges, fileWeight, placeNotices } from './issuer-channel.ts';
import { lockedFirms, reAnchorChallenge } from './lock.ts';
import { certificateOf, partnerOrNew, statementFor } from './partners.ts';
import { standingList } from './revoked-keys.ts';
import { type ContainerState, counter, type Lock, logKey, type PendingEntry } from './state.ts';
import { grantOf, pendingEntry, storedRecord } from './stored.ts';
import { certificatesNeeded, signedRecord, transferEntry } from './transfer-entry.ts';

/** What signing and sealing need: the secrets of the container and fresh randomness. */
export interface Emitter {
  readonly crypto: Crypto;
  readonly seed: Uint8Array;
  readonly random: (length: number) => Uint8Array;
  readonly lock: Lock | null;
}

/** A context file for an issuer, from a committed state. A receipt is the same thing, made later. */
export function emitContext(state: ContainerState, emitter: Emitter, issuer: Certificate): Uint8Array {
  const { certified } = state.identity;
  if (certified === null) throw new Defect('an uncertified container makes no context');
  const used = counter(state, 'usedBytes');
  const challenge = challengeFor(state, emitter.lock, issuer);
  const content = {
    statement: statementFor(emitter.crypto, state, issuer.key),
    header: {
      certificate: certified.raw,
      issuer: issuer.key,
      locked: emitter.lock !== null || state.marks.has('retired'),
      lockedFirms: lockedFirms(state, emitter.lock).slice(0, 1024),
      freeMemory: Math.max(0, state.limits.capacity - used),
      freeChannels: Math.max(0, state.limits.channels - RESERVED_CHANNELS - state.partners.size),
      largestRecord: state.limits.largestRecord,
      challenge: challenge === undefined ? null : fromHex(challenge),
    },
  };
  if (issuer.party !== 'firm') return sealContextFile(emitter.crypto, emitter.seed, content);
  const inventory = {
    content: inventoryFor(state, emitter, issuer.firmCode),
    sealingKey: issuer.sealingKey,
    entropy: emitter.random(32),
  };
  return sealContextFile(emitter.crypto, emitter.seed, { ...content, inventory });
}

/** What a firm answers: by which it accepts the state where its licenses are locked, or for the time. */
function challengeFor(state: ContainerState, lock: Lock | null, issuer: Certificate): Hex | undefined {
  if (issuer.party !== 'firm') return undefined;
  const reAnchor = reAnchorChallenge(state, lock, issuer.firmCode);
  // A locked container takes no other answer.
  return lock === null ? (reAnchor ?? newestChallenge(state, issuer.key)?.challenge) : reAnchor;
}

/** Bytes that an inventory may take, so that the whole context stays below the size of a file. */
const INVENTORY_BYTES = FORMAT.fileBytes - 64 * 1024;
const INVENTORY_HOLDING_BYTES = 48;

/** What one firm is told: its holdings, and the custody log that it does not know yet, as far as both fit. */
function inventoryFor(state: ContainerState, emitter: Emitter, firmCode: number): Inventory {
  let room = INVENTORY_BYTES - counter(state, 'evidenceBytes');
  const holdings: Inventory['holdings'][number][] = [];
  let complete = true;
  for (const { itemId, quantity, pending, units, usageStart, enabled } of state.holdings.values()) {
    if (grantOf(state, itemId).firmCode !== firmCode) continue;
    if (room < INVENTORY_HOLDING_BYTES || holdings.length >= 65535) complete = false;
    else {
      holdings.push({ itemId, quantity, pending, units, usageStart, enabled });
      room -= INVENTORY_HOLDING_BYTES;
    }
  }
  const { log, first, parties } = custodyLog(state, emitter, firmCode, room);
  const certificates = [...parties].flatMap((key) => state.certificates.get(key)?.raw ?? []);
  const setBackBy = (state.marks.get('rolledBack') ?? null) as PublicKey | null;
  return { complete, holdings, logFirst: first, log, certificates, setBackBy, proofs: proofsOf(state) };
}

/** What proves without anybody's word that a container was set back or copied. What firms did is no matter of others. */
function proofsOf(state: ContainerState): Inventory['proofs'] {
  return [...state.evidence.values()].filter(
    ({ about, statements }) => certificateOf(state, about)?.party === 'container' && statements.length === 2,
  );
}

function custodyLog(
  state: ContainerState,
  emitter: Emitter,
  firmCode: number,
  room: number,
): { log: Uint8Array[]; first: number; parties: Set<PublicKey> } {
  const { first, next } = state.logs.get(firmCode) ?? { first: 1, next: 1 };
  const log: Uint8Array[] = [];
  const parties = new Set<PublicKey>();
  let left = room;
  for (let position = first; position < next; position++) {
    const stored = storedRecord(state, state.log.get(logKey(firmCode, position)));
    const raw = signedRecord(emitter.crypto, emitter.seed, stored);
    left -= raw.length + 512;
    if (left < 0) break;
    log.push(raw);
    if (!stored.own) parties.add(stored.from);
  }
  for (const partner of state.partners.keys()) {
    left -= 512;
    if (left < 0) break;
    if (state.certificates.has(partner)) parties.add(partner);
  }
  return { log, first, parties };
}

/** The lists of revocations that are passed on with every update, the root's first. */
function noticesToPassOn(state: ContainerState): readonly CarriedNotice[] {
  const lists = [...state.revocations.keys()].flatMap((of) => standingList(state, of) ?? []);
  return lists.sort((one, other) => (one.firmCode ?? -1) - (other.firmCode ?? -1));
}

/** Every entry in transit to a target, in sequence. */
export function pendingTo(state: ContainerState, target: PublicKey): PendingEntry[] {
  const { settled, issued } = state.partners.get(target)?.outbound ?? { settled: 0, issued: 0 };
  const entries: PendingEntry[] = [];
  for (let sequence = settled + 1; sequence <= issued; sequence++) entries.push(pendingEntry(state, target, sequence));
  return entries;
}

/** An entry in transit with what its file carries of it; a cancelled one travels as its hash. */
interface Outgoing {
  readonly pending: PendingEntry;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array | null;
  /** Keys whose certificates the target needs. */
  readonly needs: ReadonlySet<PublicKey>;
}

function outgoing(state: ContainerState, { crypto, seed }: Emitter, pending: PendingEntry): Outgoing {
  if (pending.cancelled) return { pending, bytes: fromHex(pending.hash), signature: null, needs: new Set() };
  const { entry, record } = transferEntry(state, pending);
  const signature = signParts(crypto, seed, 'transferRecord', [record]);
  return { pending, bytes: entry, signature, needs: certificatesNeeded(state, pending) };
}

/** The update files with all that is in transit to a target: a missed file never matters. */
export function emitUpdates(
  state: ContainerState,
  emitter: Emitter,
  target: PublicKey,
  largestRecord: number | null,
): Uint8Array[] {
  const { crypto, seed } = emitter;
  const { certified } = state.identity;
  const certificate = certificateOf(state, target);
  if (certified === null || certificate?.party !== 'container')
    throw new Defect('one side of a channel is not certified');
  const { outbound } = partnerOrNew(crypto, state, target);
  const { settled, settledChain, epoch } = outbound;
  const entries = pendingTo(state, target).map((pending) => outgoing(state, emitter, pending));
  const at = (sequence: number): Outgoing => entries[sequence - settled - 1] as Outgoing;
  const chainAt = (sequence: number): Hash => (sequence === settled ? settledChain : at(sequence).pending.chain);
  const largest = largestRecord ?? LEAST_LARGEST_RECORD[certificate.kind];
  const weight = (sequence: number): number => fileWeight(at(sequence).bytes.length, at(sequence).needs.size);
  const shows = (sequence: number): number => at(sequence).needs.size;
  const ranges = fileRanges(outbound, largest, weight, shows);
  const said = statementFor(crypto, state, target);
  const plans = placeNotices(outbound, ranges, largest, noticesToPassOn(state), weight, shows);
  return plans.map(({ first, last, notices }) => {
    const range = entries.slice(first - settled - 1, last - settled);
    const header = {
      certificate: certified.raw,
      container: target,
      serial: certificate.serial,
      epoch,
      first,
      last,
      chainBefore: chainAt(first - 1),
      chainLast: chainAt(last),
      settledThrough: settled,
      custodyKnownThrough: 0,
      cancelled: range.filter(({ pending }) => pending.cancelled).map(({ pending }) => pending.sequence),
    };
    const signers = notices.flatMap(({ signer }) => signer ?? []);
    const keys = new Set([...range.flatMap(({ needs }) => [...needs]), ...signers]);
    keys.delete(state.identity.key);
    const body = {
      entries: range.map(({ bytes }) => bytes),
      signatures: range.map(({ signature }) => signature),
      certificates: [...keys].flatMap((key) => state.certificates.get(key)?.raw ?? []),
      notices: notices.map(({ raw }) => raw),
    };
    return sealUpdateFile(crypto, seed, { statement: said, header, body }, certificate.sealingKey, emitter.random(32));
  });
}
