import type { Crypto } from '../crypto/port.ts';
import { Defect } from '../errors.ts';
import type { Certificate } from '../files/certificate.ts';
import { readStoredCertificate } from '../files/certificate.ts';
import type { Inventory } from '../files/context-file.ts';
import { sealContextFile } from '../files/context-file.ts';
import { signParts } from '../files/envelope.ts';
import { sealUpdateFile } from '../files/update-file.ts';
import { fromHex } from '../model/bytes.ts';
import type { PublicKey } from '../model/ids.ts';
import { FORMAT, LEAST_LARGEST_RECORD, RESERVED_CHANNELS } from '../model/limits.ts';
import { fileRanges } from './issuer-channel.ts';
import { partnerOrNew, statementFor } from './partners.ts';
import { type ContainerState, counter, logKey, type PendingEntry, pendingKey } from './state.ts';
import { grantOf } from './stored.ts';
import { certificatesNeeded, signedRecord, transferEntry } from './transfer-entry.ts';

/** What signing and sealing need: the secrets of the container and fresh randomness. */
export interface Emitter {
  readonly crypto: Crypto;
  readonly seed: Uint8Array;
  readonly random: (length: number) => Uint8Array;
  readonly locked: boolean;
}

/** A context file for an issuer, from a committed state. A receipt is the same thing, made later. */
export function emitContext(state: ContainerState, emitter: Emitter, issuer: Certificate): Uint8Array {
  const { certified } = state.identity;
  if (certified === null) throw new Defect('an uncertified container makes no context');
  const used = counter(state, 'usedBytes');
  const content = {
    statement: statementFor(emitter.crypto, state, issuer.key),
    header: {
      certificate: certified.raw,
      issuer: issuer.key,
      locked: emitter.locked,
      lockedFirms: emitter.locked ? [...firmsHeld(state)].sort((one, other) => one - other).slice(0, 1024) : [],
      freeMemory: Math.max(0, state.limits.capacity - used),
      freeChannels: Math.max(0, state.limits.channels - RESERVED_CHANNELS - state.partners.size),
      largestRecord: state.limits.largestRecord,
      timeChallenge: null,
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

function firmsHeld(state: ContainerState): Set<number> {
  const firms = new Set<number>();
  for (const itemId of state.grants.keys()) firms.add(grantOf(state, itemId).firmCode);
  return firms;
}

/** Bytes that an inventory may take, so that the whole context stays below the size of a file. */
const INVENTORY_BYTES = FORMAT.fileBytes - 64 * 1024;
const INVENTORY_HOLDING_BYTES = 48;

/** What one firm is told: its holdings, and the custody log that it does not know yet, as far as both fit. */
function inventoryFor(state: ContainerState, emitter: Emitter, firmCode: number): Inventory {
  let room = INVENTORY_BYTES;
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
  return { complete, holdings, logFirst: first, log, certificates };
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
    const hash = state.log.get(logKey(firmCode, position));
    const stored = hash === undefined ? undefined : state.records.get(hash);
    if (stored === undefined) throw new Defect('a custody log has a hole');
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

/** Every entry in transit to a target, in sequence. */
export function pendingTo(state: ContainerState, target: PublicKey): PendingEntry[] {
  const { outbound } = partnerOrNewSettled(state, target);
  const entries: PendingEntry[] = [];
  for (let sequence = outbound.settled + 1; sequence <= outbound.issued; sequence++) {
    const entry = state.pending.get(pendingKey(target, sequence));
    if (entry === undefined) throw new Defect('an entry in transit is missing');
    entries.push(entry);
  }
  return entries;
}

function partnerOrNewSettled(
  state: ContainerState,
  target: PublicKey,
): { outbound: { settled: number; issued: number } } {
  return state.partners.get(target) ?? { outbound: { settled: 0, issued: 0 } };
}

/** The update files with all that is in transit to a target: a missed file never matters. */
export function emitUpdates(
  state: ContainerState,
  emitter: Emitter,
  target: PublicKey,
  largestRecord: number | null,
): Uint8Array[] {
  const { crypto, seed } = emitter;
  const stored = state.certificates.get(target);
  const certificate = stored === undefined ? undefined : readStoredCertificate(stored.raw);
  if (certificate?.party !== 'container') throw new Defect('the target of a channel is not certified');
  const partner = partnerOrNew(crypto, state, target);
  const entries = pendingTo(state, target);
  const built = entries.map((entry) => (entry.cancelled ? null : transferEntry(state, entry)));
  const needs = entries.map((entry) => (entry.cancelled ? new Set<PublicKey>() : certificatesNeeded(state, entry)));
  const { settled } = partner.outbound;
  const index = (sequence: number): number => sequence - settled - 1;
  const limit = largestRecord ?? LEAST_LARGEST_RECORD[certificate.kind];
  const ranges = fileRanges(
    partner.outbound,
    limit,
    (sequence) => (built[index(sequence)]?.entry.length ?? 32) + 80 + 320 * (needs[index(sequence)]?.size ?? 0),
    (sequence) => needs[index(sequence)]?.size ?? 0,
  );
  const said = statementFor(crypto, state, target);
  const cancelled = entries.filter((entry) => entry.cancelled).map(({ sequence }) => sequence);
  return ranges.map(({ first, last }) => {
    const range = entries.slice(index(first), index(last) + 1);
    const header = {
      certificate: state.identity.certified?.raw ?? new Uint8Array(0),
      container: target,
      serial: certificate.serial,
      epoch: partner.outbound.epoch,
      first,
      last,
      chainBefore:
        first === settled + 1
          ? partner.outbound.settledChain
          : (entries[index(first) - 1]?.chain ?? partner.outbound.settledChain),
      chainLast: range.at(-1)?.chain ?? partner.outbound.settledChain,
      settledThrough: settled,
      custodyKnownThrough: 0,
      cancelled: cancelled.filter((sequence) => sequence >= first && sequence <= last),
    };
    const keys = new Set(range.flatMap(({ sequence }) => [...(needs[index(sequence)] ?? [])]));
    keys.delete(state.identity.key);
    const body = {
      entries: range.map((entry) => built[index(entry.sequence)]?.entry ?? fromHex(entry.hash)),
      signatures: range.map((entry) => {
        const transfer = built[index(entry.sequence)];
        return transfer ? signParts(crypto, seed, 'transferRecord', [transfer.record]) : null;
      }),
      certificates: [...keys].flatMap((key) => state.certificates.get(key)?.raw ?? []),
      notices: [],
    };
    return sealUpdateFile(crypto, seed, { statement: said, header, body }, certificate.sealingKey, emitter.random(32));
  });
}
