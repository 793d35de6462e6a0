import type { History } from '../commands/history.ts';
import type { Listing } from '../commands/list.ts';
import type { Hex } from '../model/bytes.ts';
import type { PublicKey } from '../model/ids.ts';
import type { SerialNumber } from '../model/serial-number.ts';
import { lockedFirms } from './lock.ts';
import { certificateOf, partnerName } from './partners.ts';
import { isRevokedByRoot } from './revoked-keys.ts';
import { type ContainerState, counter, type Holding, type Lock, logKey, stateHash } from './state.ts';
import { grantOf, recordOf, storedGrant } from './stored.ts';

/** All that a container shows to anyone. Hidden and secret data are never part of it. */
export function listingOf(state: ContainerState, lock: Lock | null): Listing {
  const { identity } = state;
  return {
    serial: identity.certified?.serial ?? null,
    kind: identity.kind,
    key: identity.key,
    certificate: identity.certified?.raw ?? null,
    issues: identity.certified?.issues ?? 'nothing',
    rootId: identity.rootId,
    generation: counter(state, 'generation'),
    stateHash: stateHash(state) as Hex,
    locked: lock !== null,
    rolledBack: state.marks.has('rolledBack'),
    freeMemory: Math.max(0, state.limits.capacity - counter(state, 'usedBytes')),
    capacity: state.limits.capacity,
    evidence: state.evidence.size,
    firms: firmsOf(state),
    holdings: [...state.holdings.values()].map((holding) => listedHolding(state, holding)).sort((a, b) => a.id - b.id),
    transit: transitOf(state),
    channels: [...state.partners.values()].map(({ key, inbound, outbound }) => ({
      partner: key,
      name: partnerName(state, key),
      applied: inbound.applied,
      issued: outbound.issued,
      settled: outbound.settled,
    })),
    pinTries: state.owner.get('pin')?.tries ?? null,
    armedOrders: state.orders.size,
    lockedFirms: lockedFirms(state, lock),
    retired: state.marks.has('retired'),
  };
}

function firmsOf(state: ContainerState): Listing['firms'] {
  const firms = new Map<PublicKey, Listing['firms'][number]>();
  for (const key of state.certificates.keys()) {
    const certificate = certificateOf(state, key);
    if (certificate?.party !== 'firm') continue;
    firms.set(key, { firmCode: certificate.firmCode, name: certificate.name, key });
  }
  return [...firms.values()].sort((one, other) => one.firmCode - other.firmCode);
}

function listedHolding(state: ContainerState, holding: Holding): Listing['holdings'][number] {
  const grant = grantOf(state, holding.itemId);
  const { id, itemId, quantity, pending, units, usageStart, enabled, userData, customerInfo } = holding;
  const { firmCode, productCode, text, featureMap, activationTime, expirationTime, usagePeriod, protectedData } = grant;
  const { maintenance, lingerTime, minimumRuntime, terms } = grant;
  return {
    id,
    itemId,
    firmCode,
    productCode,
    text,
    granted: grant.quantity,
    quantity,
    pending,
    units,
    featureMap,
    activationTime,
    expirationTime,
    usagePeriod,
    usageStart,
    maintenance,
    lingerTime,
    minimumRuntime,
    transfer: terms.type,
    targetKinds: terms.targetKinds,
    mostPerTarget: terms.mostPerTarget,
    returnable: terms.returnable,
    depth: terms.depth,
    hops: holding.custody.length,
    enabled,
    protectedData,
    userData,
    customerInfo,
    withdrawn: isRevokedByRoot(state, storedGrant(state, itemId).firm),
  };
}

function transitOf(state: ContainerState): Listing['transit'] {
  return [...state.pending.values()]
    .map(({ target, sequence, firmCode, cancelled, writtenOff, parts }) => ({
      target,
      serial: partnerName(state, target) as SerialNumber,
      sequence,
      firmCode,
      cancelled,
      writtenOff: writtenOff !== null,
      holdings: parts.map(({ holding }) => holding),
      quantities: parts.map(({ quantity }) => quantity),
    }))
    .sort((one, other) => one.target.localeCompare(other.target) || one.sequence - other.sequence);
}

/** The custody logs that are still kept for the firms, and the evidence. */
export function historyOf(state: ContainerState): History {
  const transfers: History['transfers'][number][] = [];
  for (const [firmCode, { first, next }] of state.logs.entries())
    for (let position = first; position < next; position++) {
      const { from, to, sequence, items } = recordOf(state, state.log.get(logKey(firmCode, position)));
      const names = { fromName: partnerName(state, from), toName: partnerName(state, to) };
      transfers.push({ firmCode, position, from, to, ...names, sequence, items });
    }
  const evidence = [...state.evidence.values()].map(({ about, reason }) => ({
    about,
    name: partnerName(state, about),
    reason,
  }));
  return { transfers, evidence };
}
