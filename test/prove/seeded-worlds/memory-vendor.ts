import type { Crypto } from '../../../container/crypto/port.ts';
import { checkRecord } from '../../../container/engine/check-custody.ts';
import {
  chainNext,
  contradiction,
  entryHash,
  fileRanges,
  judgeSettlement,
  newHead,
  type Outcome,
} from '../../../container/engine/issuer-channel.ts';
import type { Env } from '../../../container/env.ts';
import { type ErrorCode, FerryError } from '../../../container/errors.ts';
import {
  type Certificate,
  type ContainerCertificate,
  readStoredCertificate,
  rootId,
} from '../../../container/files/certificate.ts';
import {
  type ContextFile,
  type Inventory,
  openContextFile,
  openInventory,
} from '../../../container/files/context-file.ts';
import { type EntryContent, encodeEntry } from '../../../container/files/entries.ts';
import { NO_OPTIONS } from '../../../container/files/grant.ts';
import { signCertifiedTime, signFirmRevocations, signReAnchor } from '../../../container/files/notices.ts';
import type { InboundState, Statement } from '../../../container/files/statement.ts';
import { type RootAuthority, signGrant } from '../../../container/files/test-root.ts';
import { fromHex, toHex } from '../../../container/model/bytes.ts';
import type { Hash, ItemId, PublicKey } from '../../../container/model/ids.ts';
import { LEAST_LARGEST_RECORD } from '../../../container/model/limits.ts';
import type { GrantSpec } from '../../../host/license-central/index.ts';
import { judgeEpoch } from '../../../host/license-central/judge-epoch.ts';
import { type Books, knownTo, NO_BOOKS } from './memory-books.ts';
import { type Channel, carried, chainAt, sealRange, type VendorKeys } from './memory-channel.ts';
import { countsOf, forgetOrder, hasSurplus, itemsIn, settledThrough, type Telling, tell } from './memory-ledger.ts';
import type { Accusation, Counted, Granted, ItemOrder, Meaning, Vendor, VendorFile } from './vendor.ts';

/**
 * A vendor whose server keeps to the rules of License Central without its database: channels, epochs and the count of seats
 * by the same code, witness, custody and notices as there. It also orders what a License Central knows to be in vain.
 */
export class MemoryVendor implements Vendor {
  readonly firmCode: number;
  readonly key: PublicKey;
  readonly certificate: Uint8Array;
  readonly asksBeforeWriteOff = false;
  readonly #keys: VendorKeys;
  readonly #crypto: Crypto;
  readonly #root: RootAuthority;
  readonly #env: Env;
  readonly #targets: ReadonlyMap<PublicKey, Certificate & { readonly party: 'container' }>;
  #books: Books = NO_BOOKS;
  #backup: Books = NO_BOOKS;

  constructor(
    keys: VendorKeys,
    given: {
      readonly crypto: Crypto;
      readonly root: RootAuthority;
      readonly env: Env;
      readonly certificates: readonly Uint8Array[];
    },
  ) {
    this.#keys = keys;
    this.firmCode = keys.firmCode;
    this.key = keys.key;
    this.certificate = keys.certificate;
    this.#crypto = given.crypto;
    this.#root = given.root;
    this.#env = given.env;
    this.#targets = new Map(
      given.certificates.flatMap((raw) => {
        const certificate = readStoredCertificate(raw);
        return certificate.party === 'container' ? [[certificate.key, certificate] as const] : [];
      }),
    );
  }

  async grant(target: PublicKey, specs: readonly GrantSpec[]): Promise<void> {
    const made = specs.map((spec) => this.#granted(target, spec));
    const meaning: Meaning = { kind: 'add', items: made.map(({ item }) => item) };
    this.#issue(target, { kind: 'add', grants: made.map(({ raw }) => raw) }, meaning);
  }

  async change({ kind, itemId, at, seats, by }: ItemOrder): Promise<void> {
    if (kind === 'replace') {
      const { raw, item } = this.#granted(at, by);
      this.#issue(at, { kind, expected: { itemId, quantity: seats }, grant: raw }, { kind, itemId, seats, by: item });
    } else {
      const meaning: Meaning = kind === 'withdraw' ? { kind, itemId, seats } : { kind };
      this.#issue(at, { kind, itemId, quantity: seats }, meaning);
    }
  }

  async unblock(target: PublicKey): Promise<void> {
    this.#issue(target, { kind: 'unblock', tries: 8 }, { kind: 'unblock' });
  }

  async writeOff({ from, target, through }: Parameters<Vendor['writeOff']>[0]): Promise<void> {
    const meaning: Meaning = { kind: 'writeOff', target, through };
    this.#issue(from, { kind: 'writeOff', target, through }, meaning);
    const { ledger } = this.#books;
    const writeOff = { from, target, after: settledThrough(ledger, from, target), through, meaning };
    this.#books = { ...this.#books, ledger: { ...ledger, writeOffs: [...ledger.writeOffs, writeOff] } };
    await this.revoke(target, false);
  }

  async revoke(target: PublicKey, lift: boolean): Promise<void> {
    const { version, keys } = this.#books.revoked;
    if (keys.includes(target) !== lift) return;
    const changed = lift ? keys.filter((key) => key !== target) : [...keys, target];
    this.#books = { ...this.#books, revoked: { version: version + 1, keys: changed } };
  }

  async cancel(target: PublicKey): Promise<void> {
    const channel = this.#channel(target);
    const entries = channel.entries.map((entry) => ({ ...entry, cancelled: true }));
    if (entries.length > 0) this.#put(target, { ...channel, entries, ...this.#next(channel) });
  }

  async updates(target: PublicKey): Promise<readonly VendorFile[]> {
    const channel = this.#channel(target);
    this.#requireTrust(target, channel);
    const { settled, entries } = channel;
    const limit = LEAST_LARGEST_RECORD[this.#target(target).kind];
    const ranges = fileRanges(channel, limit, (sequence) => carried(entries[sequence - settled - 1]).length + 80);
    return ranges.map((range, at) => ({
      bytes: this.#update(target, channel, range, at === 0 ? this.#notices(target, channel) : []),
      meanings: new Map(entries.map(({ meaning }, index) => [settled + 1 + index, meaning])),
    }));
  }

  async receive(context: Uint8Array): Promise<void> {
    const file = this.#opened(context);
    const inventory = openInventory(this.#crypto, this.#keys.sealingSecret, file);
    if (!inventory.ok) throw new FerryError(inventory.code, inventory.details);
    const { key } = file.certificate;
    const { statement: said, header } = file;
    let channel = this.#channel(key);
    const isNewest = said.generation >= (channel.witness?.generation ?? 0);
    const seen = { applied: 0, settled: channel.settled };
    const why = channel.contradiction ?? contradiction(this.#crypto, channel.witness ?? undefined, said, seen) ?? null;
    if (why !== null) channel = { ...channel, contradiction: why };
    else if (isNewest)
      channel = {
        ...channel,
        witness: said,
        challenge: header.locked ? null : header.challenge,
        locked: header.locked,
      };
    channel = this.#settled(key, channel, said, { isNewest, contradicted: why !== null });
    const before = this.#channel(key);
    this.#put(key, channel);
    // Of a container that was contradicted before, nothing is believed any more.
    if (inventory.value !== null && before.contradiction === null)
      this.#told(key, inventory.value, {
        generation: said.generation,
        settled: Math.min(said.inbound.applied, channel.settled),
        isNewest,
        contradicted: why !== null,
      });
    if (this.#books.rolledBackBy !== null) throw new FerryError('CENTRAL_ROLLED_BACK', { partner: key });
  }

  async accept(context: Uint8Array): Promise<Uint8Array> {
    const { certificate, header } = this.#opened(context);
    const { firmCode } = this;
    if (header.challenge === null || !header.lockedFirms.includes(firmCode))
      throw new FerryError('NOT_LOCKED', { target: certificate.serial, firm: firmCode });
    const { key: container } = certificate;
    const channel = this.#channel(container);
    const notice = signReAnchor(this.#crypto, this.#keys.seed, { firmCode, container, challenge: header.challenge });
    return this.#update(container, channel, { first: channel.issued + 1, last: channel.issued }, [notice]);
  }

  async declareRestored(): Promise<void> {
    this.#books = { ...this.#books, restores: this.#books.restores + 1, rolledBackBy: null };
  }

  async backUp(): Promise<void> {
    this.#backup = this.#books;
  }

  async restore(): Promise<void> {
    this.#books = this.#backup;
  }

  async pending(): Promise<ReadonlyMap<PublicKey, number>> {
    return new Map([...this.#books.channels].map(([key, { issued, settled }]) => [key, issued - settled]));
  }

  settled(): ReadonlySet<Meaning> {
    return this.#books.settled;
  }

  async counts(): Promise<ReadonlyMap<ItemId, Counted>> {
    return countsOf(this.#books.ledger, knownTo(this.#books, this.#targets));
  }

  async accuses(): Promise<Accusation | null> {
    const { rolledBackBy, channels, surplus } = this.#books;
    if (rolledBackBy !== null) return { self: true, why: 'it was set back itself' };
    const why = [...channels.values()].find((channel) => channel.contradiction !== null)?.contradiction;
    if (why !== undefined && why !== null) return { self: false, why };
    return surplus ? { self: false, why: 'there are more seats than were granted' } : null;
  }

  #granted(target: PublicKey, spec: GrantSpec): { readonly raw: Uint8Array; readonly item: Granted } {
    const itemId = toHex(this.#env.random(16)) as ItemId;
    const content = { ...NO_OPTIONS, ...spec, itemId, firmCode: this.firmCode, firstHolder: target };
    const item = { itemId, seats: spec.quantity, units: spec.unitCounter ?? null };
    const { ledger } = this.#books;
    this.#books = { ...this.#books, ledger: { ...ledger, grants: new Map(ledger.grants).set(itemId, content) } };
    return { raw: signGrant(this.#crypto, this.#keys.seed, content), item };
  }

  #issue(target: PublicKey, content: EntryContent, meaning: Meaning): void {
    const channel = this.#channel(target);
    this.#requireTrust(target, channel);
    if (channel.locked) throw new FerryError('TARGET_LOCKED', { target });
    const bytes = encodeEntry(content, this.#env.random(16));
    const hash = entryHash(this.#crypto, bytes);
    const chain = chainNext(this.#crypto, channel.issuedChain, hash);
    const entry = { epoch: channel.epoch, bytes, hash, chain, cancelled: false, meaning };
    const entries = [...channel.entries, entry];
    const issued = channel.issued + 1;
    this.#put(target, { ...channel, issued, issuedChain: chain, entries, ...this.#next(channel) });
  }

  /** Keeps what a container told of its licenses, and whether that makes more seats than there may be. */
  #told(
    container: PublicKey,
    content: Inventory,
    when: Pick<Telling, 'generation' | 'settled' | 'contradicted'> & { readonly isNewest: boolean },
  ): void {
    const { restores } = this.#books;
    const records = content.log.map((raw) => {
      const record = checkRecord(this.#crypto, this.#targets, raw);
      if (!record.ok) throw new FerryError(record.code, record.details);
      return record.value;
    });
    const channel = this.#channel(container);
    const { custodyKnownThrough: knownThrough } = channel;
    const issued = (key: PublicKey): number => this.#books.channels.get(key)?.issued ?? 0;
    const mayHaveGaps = when.isNewest && restores > 0;
    const ledger = tell(this.#books.ledger, {
      ...when,
      container,
      content,
      records,
      knownThrough,
      mayHaveGaps,
      issued,
    });
    const isNext = content.logFirst <= knownThrough + 1 || (mayHaveGaps && !when.contradicted);
    const last = content.logFirst + records.length - 1;
    if (isNext && last > knownThrough) this.#put(container, { ...channel, custodyKnownThrough: last });
    const surplus =
      this.#books.surplus || hasSurplus(ledger, itemsIn({ content, records }), knownTo(this.#books, this.#targets));
    this.#books = { ...this.#books, ledger, surplus };
  }

  #settled(
    key: PublicKey,
    channel: Channel,
    said: Statement,
    { isNewest, contradicted }: { readonly isNewest: boolean; readonly contradicted: boolean },
  ): Channel {
    if (this.#books.rolledBackBy !== null) return channel;
    if (channel.restore < this.#books.restores || said.inbound.epoch < channel.epoch)
      return isNewest && !contradicted ? this.#ofOtherEpoch(channel, said) : channel;
    const verdict = judgeSettlement(channel, said.inbound, (sequence) => chainAt(channel, sequence));
    if (verdict.verdict === 'late') return channel;
    if (verdict.verdict === 'issuerRolledBack') {
      this.#books = { ...this.#books, rolledBackBy: key };
      return channel;
    }
    return this.#through(channel, said.inbound, verdict.outcomes);
  }

  #ofOtherEpoch(channel: Channel, { signer: container, inbound: said }: Statement): Channel {
    const later = channel.entries.findIndex((entry) => entry.epoch > said.epoch);
    const known = later < 0 ? channel.issued : channel.settled + later;
    const verdict = judgeEpoch({ ...channel, issued: known }, said, (sequence) => chainAt(channel, sequence));
    if (verdict.verdict === 'late') return channel;
    if (verdict.verdict === 'contradicts') return { ...channel, contradiction: verdict.why };
    const begins = verdict.verdict === 'forgotten' || channel.restore < this.#books.restores;
    const outcomes = verdict.verdict === 'known' ? verdict.outcomes : [];
    if (!begins) return said.applied > channel.settled ? this.#through(channel, said, outcomes) : channel;
    const epoch = Math.max(channel.epoch, said.epoch) + 1;
    const behind = { ...this.#through(channel, said, outcomes), epoch, restore: this.#books.restores };
    if (verdict.verdict === 'known') return behind;
    let chain = said.hash;
    const stays = channel.entries.slice(Math.min(said.applied, known) - channel.settled);
    const entries = stays.map((entry) => {
      chain = chainNext(this.#crypto, chain, entry.hash);
      return { ...entry, chain };
    });
    const issued = said.applied + entries.length;
    this.#books = { ...this.#books, ledger: forgetOrder(this.#books.ledger, container, issued) };
    return { ...behind, entries, issuedChain: chain, issued };
  }

  #through(
    channel: Channel,
    { applied, hash: settledChain }: Pick<InboundState, 'applied' | 'hash'>,
    outcomes: readonly Outcome[],
  ): Channel {
    const taken = outcomes.flatMap(({ sequence, reason }) => {
      const entry = channel.entries[sequence - channel.settled - 1];
      return reason === null && entry !== undefined ? [entry.meaning] : [];
    });
    if (taken.length > 0) this.#books = { ...this.#books, settled: new Set([...this.#books.settled, ...taken]) };
    const entries = channel.entries.slice(Math.max(0, applied - channel.settled));
    return { ...channel, entries, settled: applied, settledChain, ...this.#next(channel) };
  }

  #update(
    target: PublicKey,
    channel: Channel,
    range: { readonly first: number; readonly last: number },
    notices: readonly Uint8Array[],
  ): Uint8Array {
    const to = this.#target(target);
    return sealRange(this.#crypto, this.#keys, { to, channel, range, notices, entropy: this.#env.random(32) });
  }

  #notices(container: PublicKey, { challenge }: Channel): readonly Uint8Array[] {
    const { firmCode } = this;
    const { version, keys } = this.#books.revoked;
    const time = this.#env.now();
    return [
      ...(version === 0 ? [] : [signFirmRevocations(this.#crypto, this.#keys.seed, { firmCode, version, keys })]),
      ...(challenge === null ? [] : [signCertifiedTime(this.#crypto, this.#keys.time, { container, challenge, time })]),
    ];
  }

  #opened(context: Uint8Array): ContextFile {
    const root = { key: this.#root.key, id: rootId(this.#crypto, this.#root.key) };
    const verifier = { crypto: this.#crypto, root, known: () => undefined, isRevoked: () => false };
    const opened = openContextFile(verifier, context);
    if (!opened.ok) throw new FerryError(opened.code, opened.details);
    if (opened.value.header.issuer !== this.key) throw new FerryError('NOT_ADDRESSED', {});
    return opened.value;
  }

  #requireTrust(target: PublicKey, channel: Channel): void {
    const refuse = (code: ErrorCode): never => {
      throw new FerryError(code, { target });
    };
    if (this.#books.rolledBackBy !== null) refuse('CENTRAL_ROLLED_BACK');
    if (channel.contradiction !== null) refuse('PARTNER_ROLLED_BACK');
    if (channel.restore < this.#books.restores) refuse('EPOCH_NEEDED');
  }

  #next(channel: Channel): Pick<Channel, 'generation' | 'stateHash'> {
    const hash = this.#crypto.sha256(fromHex(channel.stateHash), this.#env.random(16));
    return { generation: channel.generation + 1, stateHash: toHex(hash) as Hash };
  }

  /** The first use makes it, and it is never dropped. */
  #channel(target: PublicKey): Channel {
    const known = this.#books.channels.get(target);
    if (known !== undefined) return known;
    const made: Channel = {
      ...newHead(this.#crypto, this.key, target),
      entries: [],
      generation: 1,
      stateHash: toHex(this.#env.random(32)) as Hash,
      witness: null,
      custodyKnownThrough: 0,
      contradiction: null,
      restore: 0,
      challenge: null,
      locked: false,
    };
    this.#put(target, made);
    return made;
  }

  #put(target: PublicKey, channel: Channel): void {
    this.#books = { ...this.#books, channels: new Map(this.#books.channels).set(target, channel) };
  }

  #target(key: PublicKey): ContainerCertificate {
    return this.#targets.get(key) as ContainerCertificate;
  }
}
