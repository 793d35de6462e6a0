import { chainNext, entryHash, newHead, newInbound } from '../../../container/engine/issuer-channel.ts';
import { readStoredCertificate } from '../../../container/files/certificate.ts';
import { encodeEntry } from '../../../container/files/entries.ts';
import { type Grant, NO_OPTIONS } from '../../../container/files/grant.ts';
import { certifyFirm, signGrant } from '../../../container/files/test-root.ts';
import { sealUpdateFile } from '../../../container/files/update-file.ts';
import { toHex, utf8 } from '../../../container/model/bytes.ts';
import type { ItemId, PublicKey } from '../../../container/model/ids.ts';
import type { ContainerParty } from './container-party.ts';
import { toyRoot } from './container-states.ts';
import { toyCrypto } from './toy-crypto.ts';

/** The keys of a firm, and what it signs with them. */
export interface ToyFirm {
  readonly name: string;
  readonly firmCode: number;
  readonly seed: Uint8Array;
  readonly key: PublicKey;
  readonly certificate: Uint8Array;
  readonly sealingSecret: Uint8Array;
}

export function toyFirm(name: string, firmCode: number): ToyFirm {
  const seed = toyCrypto.sha256(utf8(`${name} signs`));
  const sealingSecret = toyCrypto.sha256(utf8(`${name} opens`));
  const key = toHex(toyCrypto.ed25519PublicKey(seed)) as PublicKey;
  const sealingKey = toyCrypto.x25519PublicKey(sealingSecret);
  const certificate = certifyFirm(toyCrypto, toyRoot, { firmCode, key, sealingKey, name });
  return { name, firmCode, seed, key, certificate, sealingSecret };
}

/** An item of an explored world: its number, which makes its id, its seats, and what its terms say beside the usual. */
export interface ToyItem {
  readonly number: number;
  readonly seats: number;
  readonly terms?: Partial<Grant['terms']>;
  /** Where it is given, uses keep the time that they saw. */
  readonly expirationTime?: number;
}

export function itemId({ number }: Pick<ToyItem, 'number'>): ItemId {
  return number.toString(16).padStart(32, '0') as ItemId;
}

/** A signed grant. Unless its terms say otherwise, any part of it moves anywhere over two hops and back. */
export function toyGrant(firm: ToyFirm, item: ToyItem, firstHolder: PublicKey): Uint8Array {
  return signGrant(toyCrypto, firm.seed, {
    itemId: itemId(item),
    firmCode: firm.firmCode,
    productCode: item.number,
    firstHolder,
    quantity: item.seats,
    ...NO_OPTIONS,
    expirationTime: item.expirationTime ?? null,
    terms: {
      type: 'quantity',
      targetKinds: [],
      targetKeys: [],
      mostPerTarget: null,
      returnable: true,
      depth: 2,
      ...item.terms,
    },
  });
}

/** Gives items to a container before the exploration begins: the firm is far away from then on. */
export function grantBefore(firm: ToyFirm, container: ContainerParty, items: readonly ToyItem[]): void {
  const grants = items.map((item) => toyGrant(firm, item, container.key));
  const entry = encodeEntry({ kind: 'add', grants }, new Uint8Array(16));
  const { issuedChain: start } = newHead(toyCrypto, firm.key, container.key);
  const chain = chainNext(toyCrypto, start, entryHash(toyCrypto, entry));
  const target = readStoredCertificate(container.certificate);
  if (target.party !== 'container') throw new RangeError('a firm grants to containers');
  const statement = {
    signer: firm.key,
    partner: container.key,
    generation: 1,
    stateHash: chain,
    outbound: { epoch: 0, issued: 1, hash: chain },
    inbound: newInbound(toyCrypto, container.key, firm.key),
  };
  const header = {
    certificate: firm.certificate,
    container: container.key,
    serial: target.serial,
    epoch: 0,
    first: 1,
    last: 1,
    chainBefore: start,
    chainLast: chain,
    settledThrough: 0,
    custodyKnownThrough: 0,
    cancelled: [],
  };
  const body = { entries: [entry], signatures: [null], certificates: [], notices: [] };
  const content = { statement, header, body };
  const update = sealUpdateFile(toyCrypto, firm.seed, content, target.sealingKey, new Uint8Array(32));
  container.prepare('apply', { update });
}

/** Lets two containers know of each other, as after an earlier exchange of contexts. */
export function acquaint(one: ContainerParty, other: ContainerParty): void {
  one.prepare('context', { certificate: other.certificate, firmCode: null });
  other.prepare('context', { certificate: one.certificate, firmCode: null });
}
