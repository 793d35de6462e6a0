import type { ContainerParts } from '../../container/container.ts';
import { Container } from '../../container/container.ts';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import type { Crypto } from '../../container/crypto/port.ts';
import { chainNext, entryHash, type IssuedHead, newHead, newInbound } from '../../container/engine/issuer-channel.ts';
import type { Env } from '../../container/env.ts';
import { type ContainerKind, type IssueRight, readStoredCertificate } from '../../container/files/certificate.ts';
import { type EntryContent, encodeEntry } from '../../container/files/entries.ts';
import { type Grant, NO_OPTIONS } from '../../container/files/grant.ts';
import {
  certifyContainer,
  certifyFirm,
  type RootAuthority,
  signGrant,
  testRoot,
} from '../../container/files/test-root.ts';
import { sealUpdateFile, type UpdateHeader } from '../../container/files/update-file.ts';
import { fromHex, toHex, utf8 } from '../../container/model/bytes.ts';
import type { Hash, ItemId, PublicKey } from '../../container/model/ids.ts';
import { serialFromParts } from '../../container/model/serial-number.ts';
import { MemoryAnchor } from '../../container/store/memory-anchor.ts';
import { MemoryFlash } from '../../container/store/memory-flash.ts';
import { issueRequest } from './issue-request.ts';

export const crypto = nativeCrypto();
export const root = testRoot(crypto);

/** An environment under a seed: the same seed gives the same world. */
export function seededEnv(seed: string, now = 800_000_000): Env & { time: number } {
  let draws = 0;
  return {
    time: now,
    now() {
      return this.time;
    },
    random(length) {
      const blocks: number[] = [];
      while (blocks.length < length) {
        draws += 1;
        blocks.push(...crypto.sha256(utf8(`${seed}/${draws}`)));
      }
      return new Uint8Array(blocks.slice(0, length));
    },
  };
}

export interface TestContainer {
  container: Container;
  readonly parts: ContainerParts & {
    readonly env: Env & { time: number };
    readonly flash: MemoryFlash;
    readonly anchor: MemoryAnchor;
  };
  readonly key: PublicKey;
  readonly certificate: Uint8Array;
}

const RIGHTS: Record<ContainerKind, IssueRight> = { dongle: 'move', soft: 'return', cloud: 'return' };

/** A certified container on memory flash. `name`: one for each container of a serial number. */
export function makeContainer(
  kind: ContainerKind,
  number: number,
  options: { size?: number; issues?: IssueRight; name?: string } = {},
): TestContainer {
  const parts = {
    crypto,
    env: seededEnv(options.name ?? `${kind}-${number}`),
    flash: new MemoryFlash({ size: options.size ?? 1024 * 1024 * 4, pageSize: 256, sectorSize: 4096 }),
    anchor: new MemoryAnchor(),
    where: `${kind} ${number}`,
  };
  const container = Container.create(parts, { kind, root });
  const { key, sealingKey } = container.state.identity;
  const certificate = certifyContainer(crypto, root, {
    serial: serialFromParts(kind === 'dongle' ? 3 : 130, number),
    kind,
    key,
    sealingKey: fromHex(sealingKey),
    issues: options.issues ?? RIGHTS[kind],
  });
  container.enrol(certificate);
  return { container, parts, key, certificate };
}

/** Opens the container again from what is durable. */
export function reopen(it: TestContainer): void {
  it.container = Container.open(it.parts);
}

type Target = Pick<TestContainer, 'key' | 'certificate'>;

/** A vendor with its key, issuing by hand what a License Central would. */
export class TestFirm {
  readonly crypto: Crypto;
  readonly seed: Uint8Array;
  readonly sealingSecret: Uint8Array;
  readonly key: PublicKey;
  readonly certificate: Uint8Array;
  readonly env: Env;
  readonly #channels = new Map<
    PublicKey,
    { head: IssuedHead; entries: { entry: Uint8Array; chain: Hash; hash: Hash }[] }
  >();
  readonly firmCode: number;

  /** `name`: one for each key of a Firm Code. */
  constructor(
    firmCode = 6000010,
    cryptography: Crypto = crypto,
    authority: RootAuthority = root,
    name = `firm-${firmCode}`,
  ) {
    this.firmCode = firmCode;
    this.crypto = cryptography;
    this.env = seededEnv(name);
    this.seed = this.env.random(32);
    this.sealingSecret = this.env.random(32);
    this.key = toHex(this.crypto.ed25519PublicKey(this.seed)) as PublicKey;
    const sealingKey = this.crypto.x25519PublicKey(this.sealingSecret);
    this.certificate = certifyFirm(this.crypto, authority, {
      firmCode,
      key: this.key,
      sealingKey,
      name: `Firm ${firmCode}`,
    });
  }

  grant(holder: PublicKey, options: Partial<Grant> = {}): { grant: Grant; raw: Uint8Array } {
    const grant: Grant = {
      itemId: toHex(this.env.random(16)) as ItemId,
      firmCode: this.firmCode,
      productCode: 1001,
      firstHolder: holder,
      quantity: 5,
      ...NO_OPTIONS,
      text: 'Controller runtime',
      terms: { type: 'quantity', targetKinds: [], targetKeys: [], mostPerTarget: null, returnable: true, depth: 2 },
      ...options,
    };
    return { grant, raw: signGrant(this.crypto, this.seed, grant) };
  }

  issue(target: Target, content: EntryContent): void {
    this.issueRaw(target, encodeEntry(content, this.env.random(16)));
  }

  issueRaw(target: Target, entry: Uint8Array): void {
    const channel = this.#channel(target.key);
    const hash = entryHash(this.crypto, entry);
    const chain = chainNext(this.crypto, channel.head.issuedChain, hash);
    channel.entries.push({ entry, chain, hash });
    channel.head = { ...channel.head, issued: channel.head.issued + 1, issuedChain: chain };
  }

  /** Begins the channel anew, as a restored server does, behind what a target is known to have applied. */
  beginEpoch(target: Target, epoch: number, applied: number, hash: Hash): void {
    const entries = Array.from({ length: applied }, () => ({ entry: new Uint8Array(), chain: hash, hash }));
    const head = { epoch, issued: applied, issuedChain: hash, settled: applied, settledChain: hash };
    this.#channels.set(target.key, { head, entries });
  }

  #channel(key: PublicKey) {
    const known = this.#channels.get(key) ?? { head: newHead(this.crypto, this.key, key), entries: [] };
    this.#channels.set(key, known);
    return known;
  }

  /** An update file with the entries `first` to `last`; by default everything ever issued. */
  update(
    target: Target,
    options: {
      first?: number;
      last?: number;
      header?: Partial<UpdateHeader>;
      generation?: number;
      certificates?: Uint8Array[];
      notices?: Uint8Array[];
    } = {},
  ): Uint8Array {
    const { head, entries } = this.#channel(target.key);
    const first = options.first ?? 1;
    const last = options.last ?? head.issued;
    const certificate = readStoredCertificate(target.certificate);
    if (certificate.party !== 'container') throw new TypeError('a container is needed');
    const start = newHead(this.crypto, this.key, target.key).issuedChain;
    const header: UpdateHeader = {
      certificate: this.certificate,
      container: target.key,
      serial: certificate.serial,
      epoch: head.epoch,
      first,
      last,
      chainBefore: first === 1 ? start : (entries[first - 2]?.chain ?? start),
      chainLast: last === 0 ? start : (entries[last - 1]?.chain ?? start),
      settledThrough: head.settled,
      custodyKnownThrough: 0,
      cancelled: [],
      ...options.header,
    };
    const range = entries.slice(first - 1, last);
    const body = {
      entries: range.map(({ entry, hash }, at) => (header.cancelled.includes(first + at) ? fromHex(hash) : entry)),
      signatures: range.map(() => null),
      certificates: options.certificates ?? [],
      notices: options.notices ?? [],
    };
    const statement = {
      signer: this.key,
      partner: target.key,
      generation: options.generation ?? head.issued,
      stateHash: head.issuedChain,
      outbound: { epoch: head.epoch, issued: head.issued, hash: head.issuedChain },
      inbound: newInbound(this.crypto, target.key, this.key),
    };
    return sealUpdateFile(
      this.crypto,
      this.seed,
      { statement, header, body },
      certificate.sealingKey,
      this.env.random(32),
    );
  }
}

/** Gives a container Product Items straight from the firm and returns their grants. */
export function load(firm: TestFirm, target: TestContainer, ...options: Partial<Grant>[]): Grant[] {
  const grants = options.map((option) => firm.grant(target.key, option));
  for (let at = 0; at < grants.length; at += 64)
    firm.issue(target, { kind: 'add', grants: grants.slice(at, at + 64).map(({ raw }) => raw) });
  const issued = Math.ceil(grants.length / 64);
  const applied = target.container.state.partners.get(firm.key)?.inbound.applied ?? 0;
  for (let first = applied + 1; first <= applied + issued; first += 40)
    target.container.run('apply', {
      update: firm.update(target, { first, last: Math.min(first + 39, applied + issued) }),
    });
  return grants.map(({ grant }) => grant);
}

/** Orders from an issuer to a target and gives the issue report; nothing is applied yet. */
export function order(
  from: TestContainer,
  to: TestContainer,
  parts: { holding: number; quantity: number }[],
  first?: number,
) {
  const { context } = to.container.run('context', { certificate: from.certificate, firmCode: null });
  const next = (from.container.state.partners.get(to.key)?.outbound.issued ?? 0) + 1;
  return from.container.run('issue', issueRequest({ context, first: first ?? next, parts }));
}

/** The whole way: order, apply, settle. */
export function move(from: TestContainer, to: TestContainer, parts: { holding: number; quantity: number }[]) {
  const issued = order(from, to, parts);
  const reports = issued.updates.map((update) => to.container.run('apply', { update }));
  const settled = reports.map(({ receipt }) => from.container.run('settle', { context: receipt }));
  return { issued, reports, settled };
}

/** Seats held and in transit of an item. */
export function seats(it: TestContainer, itemId: string): { held: number; pending: number } {
  const holdings = it.container.run('list', {}).holdings.filter((holding) => holding.itemId === itemId);
  return {
    held: holdings.reduce((sum, { quantity }) => sum + quantity, 0),
    pending: holdings.reduce((sum, { pending }) => sum + pending, 0),
  };
}
