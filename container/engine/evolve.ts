import { Defect } from '../errors.ts';
import { readStoredCertificate } from '../files/certificate.ts';
import type { Hash, ItemId, PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';
import { challengesOf } from './challenges.ts';
import type { Change, ChangeOf } from './changes.ts';
import { charge, drop, must, put, strip } from './charged-tables.ts';
import { OWNER_EVOLUTION } from './evolve-owner.ts';
import { MEMORY, memoryOf } from './memory.ts';
import {
  type ContainerState,
  type CounterName,
  counter,
  type Holding,
  logKey,
  type Partner,
  pendingKey,
  revokedKey,
} from './state.ts';

/**
 * Carries out one change: the only code that changes a container's state, in a draft, after a commit and at replay
 * alike. Costs what the change costs, whatever the container holds.
 *
 * Stored grants, records and certificates count who refers to them and go when nobody does any more.
 */
export function evolve(state: ContainerState, change: Change): void {
  (EVOLUTION[change.change] as (state: ContainerState, change: Change) => void)(state, change);
}

type Evolution = { readonly [N in Change['change']]: (state: ContainerState, change: ChangeOf<N>) => void };

const EVOLUTION: Evolution = {
  enrolled,
  certificateStored: (state, { key, raw }) =>
    put(state, state.certificates, key, { raw, references: 0 }, memoryOf.certificate),
  grantStored: (state, { itemId, firm, raw }) => {
    referCertificate(state, firm, 1);
    put(state, state.grants, itemId, { raw, firm, references: 0 }, memoryOf.grant);
  },
  recordStored,
  holdingPut,
  holdingCounted: (state, { id, quantity, pending }) => {
    state.holdings.set(id, { ...must(state.holdings.get(id), 'holding'), quantity, pending });
  },
  holdingDropped: (state, { id }) => holdingDropped(state, id),
  partnerPut,
  partnerDropped: (state, { key }) => {
    for (const { challenge } of challengesOf(state, key))
      drop(state, state.challenges, challenge, () => MEMORY.challenge);
    drop(state, state.partners, key, memoryOf.partner);
    referCertificate(state, key, -1);
  },
  pendingPut: (state, change) =>
    put(state, state.pending, pendingKey(change.target, change.sequence), strip(change), memoryOf.pending),
  locksSet: (state, { firms, challenge }) => {
    for (const firmCode of [...state.locks.keys()]) drop(state, state.locks, firmCode, () => MEMORY.lock);
    for (const firmCode of firms) put(state, state.locks, firmCode, { challenge }, () => MEMORY.lock);
    state.marks.set('retired', challenge);
  },
  challengeGiven: (state, change) => {
    const open = challengesOf(state, change.issuer);
    const oldest = open[0];
    if (oldest !== undefined && open.length >= FORMAT.timeChallenges)
      drop(state, state.challenges, oldest.challenge, () => MEMORY.challenge);
    put(state, state.challenges, change.challenge, strip(change), () => MEMORY.challenge);
  },
  timeCertified: (state, { time }) => {
    state.counters.set('timeFloor', time);
    for (const challenge of [...state.challenges.keys()])
      drop(state, state.challenges, challenge, () => MEMORY.challenge);
  },
  revocationsPut,
  targetRevoked: (state, change) =>
    put(state, state.revoked, revokedKey(change.firmCode, change.key), strip(change), () => MEMORY.revoked),
  pendingDropped: (state, { target, sequence }) =>
    drop(state, state.pending, pendingKey(target, sequence), memoryOf.pending),
  cancelMarked: (state, { target, sequence }) => {
    const key = pendingKey(target, sequence);
    state.pending.set(key, { ...must(state.pending.get(key), 'pending entry'), cancelled: true });
  },
  logAppended: (state, { firmCode, record }) => logAppended(state, firmCode, record),
  logPruned: (state, { firmCode, through }) => logPruned(state, firmCode, through),
  logPositioned: (state, { firmCode, first }) =>
    put(state, state.logs, firmCode, { first, next: first }, () => MEMORY.log),
  floorRaised: (state, { time }) => {
    state.counters.set('timeFloor', time);
  },
  rolledBackFound: (state, { partner }) => {
    state.marks.set('rolledBack', partner);
  },
  evidenceKept: (state, change) => {
    const id = counter(state, 'nextEvidence');
    state.counters.set('nextEvidence', id + 1);
    state.evidence.set(id, strip(change));
    state.counters.set('evidenceBytes', counter(state, 'evidenceBytes') + memoryOf.evidence(change));
  },
  twoFound: (state, { partner: key, reason }) => {
    const partner = must(state.partners.get(key), 'partner');
    put(state, state.partners, key, { ...partner, witness: null }, memoryOf.partner);
    state.twice.set(key, reason);
  },
  counterSet: (state, { name, value }) => {
    state.counters.set(name as CounterName, value);
  },
  ...OWNER_EVOLUTION,
};

/** Adds to or takes from the references of a certificate. */
function referCertificate(state: ContainerState, key: PublicKey, by: 1 | -1): void {
  const stored = must(state.certificates.get(key), 'certificate');
  const references = stored.references + by;
  if (references === 0) drop(state, state.certificates, key, memoryOf.certificate);
  else state.certificates.set(key, { ...stored, references });
}

function referGrant(state: ContainerState, itemId: ItemId, by: 1 | -1): void {
  const stored = must(state.grants.get(itemId), 'grant');
  const references = stored.references + by;
  if (references > 0) {
    state.grants.set(itemId, { ...stored, references });
    return;
  }
  drop(state, state.grants, itemId, memoryOf.grant);
  referCertificate(state, stored.firm, -1);
}

function referRecord(state: ContainerState, hash: Hash, by: 1 | -1): void {
  const stored = must(state.records.get(hash), 'record');
  const references = stored.references + by;
  if (references > 0) {
    state.records.set(hash, { ...stored, references });
    return;
  }
  drop(state, state.records, hash, memoryOf.record);
  if (!stored.own) referCertificate(state, stored.from, -1);
}

/** A record known as this container's own may come back signed: it then replaces the unsigned one. */
function recordStored(state: ContainerState, change: ChangeOf<'recordStored'>): void {
  const { raw, own, from, hash } = change;
  if (!own) referCertificate(state, from, 1);
  const references = state.records.get(hash)?.references ?? 0;
  put(state, state.records, hash, { raw, own, from, references }, memoryOf.record);
}

function enrolled(state: ContainerState, change: ChangeOf<'enrolled'>): void {
  const certificate = readStoredCertificate(change.certificate);
  if (certificate.party !== 'container') throw new Defect('a container was enrolled with a certificate of a firm');
  const { serial, issues, raw } = certificate;
  (state as { identity: ContainerState['identity'] }).identity = {
    ...state.identity,
    certified: { serial, issues, raw },
  };
}

function holdingPut(state: ContainerState, change: ChangeOf<'holdingPut'>): void {
  const holding: Holding = strip(change);
  const old = state.holdings.get(holding.id);
  referGrant(state, holding.itemId, 1);
  for (const hash of holding.custody) referRecord(state, hash, 1);
  if (old !== undefined) release(state, old);
  else {
    const siblings = state.holdingsOfItem.get(holding.itemId) ?? [];
    state.holdingsOfItem.set(holding.itemId, [...siblings, holding.id]);
    if (holding.id >= counter(state, 'nextHolding')) state.counters.set('nextHolding', holding.id + 1);
  }
  put(state, state.holdings, holding.id, holding, memoryOf.holding);
}

function holdingDropped(state: ContainerState, id: number): void {
  const holding = must(state.holdings.get(id), 'holding');
  drop(state, state.holdings, id, memoryOf.holding);
  const siblings = (state.holdingsOfItem.get(holding.itemId) ?? []).filter((sibling) => sibling !== id);
  if (siblings.length > 0) state.holdingsOfItem.set(holding.itemId, siblings);
  else state.holdingsOfItem.delete(holding.itemId);
  release(state, holding);
}

function release(state: ContainerState, holding: Holding): void {
  referGrant(state, holding.itemId, -1);
  for (const hash of holding.custody) referRecord(state, hash, -1);
}

function partnerPut(state: ContainerState, change: ChangeOf<'partnerPut'>): void {
  const partner: Partner = strip(change);
  if (!state.partners.has(partner.key)) referCertificate(state, partner.key, 1);
  put(state, state.partners, partner.key, partner, memoryOf.partner);
}

function revocationsPut(state: ContainerState, change: ChangeOf<'revocationsPut'>): void {
  const name = change.firmCode ?? 'root';
  const before = state.revocations.get(name)?.signer ?? null;
  if (change.signer !== null) referCertificate(state, change.signer, 1);
  if (before !== null) referCertificate(state, before, -1);
  put(state, state.revocations, name, strip(change), memoryOf.revocations);
}

function logAppended(state: ContainerState, firmCode: number, record: Hash): void {
  const log = state.logs.get(firmCode) ?? { first: 1, next: 1 };
  state.log.set(logKey(firmCode, log.next), record);
  put(state, state.logs, firmCode, { first: log.first, next: log.next + 1 }, () => MEMORY.log);
  referRecord(state, record, 1);
  charge(state, MEMORY.logLine);
}

function logPruned(state: ContainerState, firmCode: number, through: number): void {
  const log = must(state.logs.get(firmCode), 'custody log');
  for (let position = log.first; position <= through; position++) {
    const key = logKey(firmCode, position);
    referRecord(state, must(state.log.get(key), 'log line'), -1);
    state.log.delete(key);
    charge(state, -MEMORY.logLine);
  }
  state.logs.set(firmCode, { first: through + 1, next: log.next });
}
