import type { RequestTo } from '../../../container/commands/codecs-of.ts';
import type { CommandName } from '../../../container/commands/index.ts';
import type { Session } from '../../../container/engine/session.ts';
import { type ContainerState, counter, pendingKey } from '../../../container/engine/state.ts';
import { grantOf } from '../../../container/engine/stored.ts';
import { signedEnvelope } from '../../../container/files/envelope.ts';
import { updateHeader } from '../../../container/files/update-file.ts';
import type { ItemId, PublicKey } from '../../../container/model/ids.ts';
import {
  MemoryBlobStore,
  MemoryRecordStore,
  MemorySnapshotStore,
  type MoveNoteRecord,
  type MoveOrder,
} from '../../../state-machines/index.ts';
import { chance, type Draw } from './chance.ts';
import { Folder, type WorldFile } from './folder.ts';
import { Member, type Outcome, type StoreFault, type WorldEnv, worldEnv } from './member.ts';
import { BEGINNING, type Cast } from './prepared.ts';
import { someLicense } from './some-license.ts';
import { isHonest } from './steps.ts';
import type { ToldCommand } from './told-command.ts';
import { foundIn, hasTaken, Truth } from './truth.ts';
import type { Meaning, Vendor } from './vendor.ts';
import { Violation } from './violation.ts';

/** Bytes that are free in the memory of a small device. */
const SMALL = 6000;
/** In one of so many worlds somebody keeps silent. */
const SILENT = 3;
/** Transfers that the log of a small dongle holds. */
const SHORT_LOG = 3;

/** The computer between the containers: what it remembers of moves that it has not finished. */
export interface Laptop {
  readonly store: MemorySnapshotStore;
  readonly blobs: MemoryBlobStore;
  readonly notebook: MemoryRecordStore<MoveNoteRecord>;
  /** What was begun between whom, and not ended. */
  readonly unfinished: { readonly from: Member; readonly to: Member; readonly order: MoveOrder }[];
}

/** How the vendors of a world come about. */
export type VendorMaker = (cast: Cast, firm: number, env: WorldEnv) => Promise<Vendor>;

/** Everybody, everything that was ever made, and what has to be true of it. */
export class World {
  readonly cast: Cast;
  readonly honest: boolean;
  /** Whether servers are ever put back from a backup: where none is, their ledgers have to be true to the last seat. */
  readonly losesServers: boolean;
  /** Who never tells any vendor anything, as long as the history lasts; null where there is nobody like that. */
  readonly silent: PublicKey | null;
  readonly members: readonly Member[];
  readonly vendors: readonly Vendor[];
  readonly serverEnv: WorldEnv;
  readonly folder = new Folder();
  readonly truth = new Truth();
  readonly laptop: Laptop;
  /** Vendors whose servers were ever put back from a backup. */
  readonly restored = new Set<Vendor>();
  /** Told of every command that a container has carried out. */
  onOutcome: ((told: ToldCommand) => void) | null = null;
  readonly #byKey: ReadonlyMap<PublicKey, Member>;

  private constructor(cast: Cast, seed: number, members: readonly Member[], vendors: readonly Vendor[], env: WorldEnv) {
    this.cast = cast;
    this.honest = isHonest(seed);
    this.losesServers = seed % 2 === 0;
    this.silent = seed % SILENT === 1 ? (members[seed % members.length]?.key ?? null) : null;
    this.members = members;
    this.vendors = vendors;
    this.serverEnv = env;
    this.#byKey = new Map(members.map((member) => [member.key, member]));
    this.laptop = {
      store: new MemorySnapshotStore(),
      blobs: new MemoryBlobStore(cast.crypto),
      notebook: new MemoryRecordStore(),
      unfinished: [],
    };
  }

  /** The world of a seed as it begins: who is in it, how much memory each has, and what its dongles are loaded with. */
  static async begin(cast: Cast, seed: number, maker: VendorMaker): Promise<World> {
    const draw = chance(seed, 0);
    const names = new Set([
      ...(draw(2) === 0 ? ['dongle 1'] : ['dongle 1', 'dongle 2']),
      ...(draw(2) === 0 ? ['device 3', 'device 4'] : ['device 3', 'device 4', 'device 5']),
    ]);
    const members = cast.containers
      .filter(({ name }) => names.has(name))
      .map((prepared, at) => {
        const env = worldEnv(seed, at + 1, BEGINNING);
        const member = new Member(prepared, { crypto: cast.crypto, env, anchored: draw(2) === 0 });
        if (prepared.kind === 'soft' && draw(4) === 0) member.keepSmall(SMALL);
        if (prepared.kind === 'dongle' && draw(4) === 0) member.keepLogShort(SHORT_LOG);
        if (!isHonest(seed)) member.spare = member.memory();
        return member;
      });
    const env = worldEnv(seed, 99, BEGINNING);
    const vendors: Vendor[] = [];
    for (let firm = 0; firm < 1 + draw(2); firm++) vendors.push(await maker(cast, firm, env));
    const world = new World(cast, seed, members, vendors, env);
    await world.#load(draw);
    return world;
  }

  /** Vendors load the dongles, and everybody has made a context for every dongle. */
  async #load(draw: Draw): Promise<void> {
    for (const member of this.members) {
      const specs = Array.from({ length: member.kind === 'dongle' ? 3 : 1 }, () => someLicense(draw));
      const vendor = this.vendors[draw(this.vendors.length)] as Vendor;
      await vendor.grant(member.key, specs);
      for (const { bytes, meanings } of await vendor.updates(member.key)) {
        this.folder.know({ kind: 'update', from: vendor.key, to: member.key, bytes, meanings });
        const { code } = this.run(member, 'apply', { update: bytes });
        if (code !== null) throw new Violation(`${member.name} cannot be loaded: ${code}`);
      }
      for (const issuer of this.members) {
        if (issuer === member || issuer.kind !== 'dongle') continue;
        const made = this.run(member, 'context', { certificate: issuer.certificate, firmCode: null });
        const file = 'response' in made ? this.folder.made(made.response.context) : undefined;
        if (file !== undefined) this.folder.put(file);
      }
    }
  }

  member(key: PublicKey): Member | undefined {
    return this.#byKey.get(key);
  }

  vendor(key: PublicKey): Vendor | undefined {
    return this.vendors.find((vendor) => vendor.key === key);
  }

  /** Whether a context is one that never comes to a vendor. */
  isKeptBack(context: Uint8Array): boolean {
    return this.silent !== null && this.folder.made(context)?.from === this.silent;
  }

  /** Whether nobody's memory was ever set back or copied, so that everything has to be right at every moment. */
  get isSound(): boolean {
    return this.members.every(({ tainted }) => !tainted);
  }

  /** Has a container carry out a command, writes down what it makes, and keeps the truth by what it is seen to apply. */
  run<N extends CommandName>(
    member: Member,
    name: N,
    request: RequestTo<N>,
    fault: StoreFault | null = null,
    session?: Session,
  ): Outcome<N> {
    const update = name === 'apply' || name === 'refuse' ? (request as RequestTo<'apply'>).update : undefined;
    const watch = update === undefined ? undefined : this.#watched(member, update);
    const units = name === 'use' ? unitsIn(member.state) : undefined;
    const sent = this.truth.doubted.size > 0 ? this.#sentBy(member) : [];
    const outcome = member.run(name, request, fault, session);
    const bytes = update ?? (request as Partial<RequestTo<'settle'>>).context;
    this.onOutcome?.({ member, name, bytes, code: outcome.code });
    watch?.(outcome.code === null);
    this.#cameBack(member, sent);
    if (units !== undefined) this.#countUse(member, request as RequestTo<'use'>, units, outcome as Outcome<'use'>);
    if (outcome.code === null) this.#know(member, name, request, outcome.response);
    this.#demandBounds(member);
    return outcome;
  }

  /** Demands of a world without memories that were set back that every seat and unit is somewhere, once. */
  demandConserved(): void {
    if (!this.isSound) return;
    const wrong = this.wrongSeats();
    if (wrong !== null) throw new Violation(wrong);
    const { units } = foundIn(this.members);
    for (const [itemId, left] of this.truth.units())
      if (!this.truth.doubted.has(itemId) && (this.truth.seats().get(itemId) ?? 0) > 0 && units.get(itemId) !== left)
        throw new Violation(`item ${short(itemId)} has ${units.get(itemId)} units left instead of ${left}`);
  }

  /** The first item of which there are more or fewer seats than there have to be; null when there is none. */
  wrongSeats(): string | null {
    const { seats } = foundIn(this.members);
    const expected = this.truth.seats();
    for (const itemId of new Set([...seats.keys(), ...expected.keys()])) {
      const [found, right] = [seats.get(itemId) ?? 0, expected.get(itemId) ?? 0];
      if (found !== right) return `item ${short(itemId)} has ${found} seats instead of ${right}`;
    }
    return null;
  }

  /** Sees what a container does with an update: nobody else could have made it, and what it applies becomes true. */
  #watched(member: Member, update: Uint8Array): (isDone: boolean) => void {
    const file = this.folder.made(update);
    if (file === undefined)
      return (isDone) => {
        if (isDone) throw new Violation(`${member.name} took a file that nobody had made`);
      };
    const before = member.state.partners.get(file.from)?.inbound.applied ?? 0;
    const offs = [...file.meanings].flatMap(([at, it]) => (it.kind === 'writeOff' && at > before ? [it] : []));
    const inTransit = offs.length > 0 ? this.#inTransit(member, file, offs) : [];
    return () => {
      const inbound = member.state.partners.get(file.from)?.inbound;
      if (inbound === undefined || inbound.applied === before) return;
      const cancelled = cancelledIn(update);
      for (let sequence = before + 1; sequence <= inbound.applied; sequence++) {
        if (!hasTaken(member.state, file.from, sequence)) continue;
        if (cancelled.includes(sequence)) throw new Violation(`${member.name} applied what its file calls back`);
        this.#applied(member, file, sequence);
      }
      this.#wroteOff(member, inTransit);
    };
  }

  /** What write-offs in a file are about, as long as it is in transit. */
  #inTransit(
    member: Member,
    file: WorldFile,
    offs: readonly (Meaning & { readonly kind: 'writeOff' })[],
  ): WrittenOff[] {
    const firmCode = this.vendor(file.from)?.firmCode;
    return [...member.state.pending.values()].flatMap((entry) => {
      const isMeant = offs.some(({ target, through }) => target === entry.target && entry.sequence <= through);
      if (!isMeant || entry.firmCode !== firmCode || entry.writtenOff !== null) return [];
      const parts = entry.parts.map(({ holding, quantity }) => ({
        itemId: member.state.holdings.get(holding)?.itemId as ItemId,
        seats: quantity,
      }));
      const to = this.member(entry.target);
      const wasTaken = to !== undefined && hasTaken(to.state, member.key, entry.sequence);
      return [{ target: entry.target, sequence: entry.sequence, parts, wasTaken }];
    });
  }

  /** A write-off may bring back what its target has as well: its vendor has accepted that, and nothing more. */
  #wroteOff(member: Member, inTransit: readonly WrittenOff[]): void {
    const { seats } = inTransit.length > 0 ? foundIn(this.members) : { seats: new Map<ItemId, number>() };
    for (const { target, sequence, parts, wasTaken } of inTransit) {
      if (member.state.pending.get(pendingKey(target, sequence))?.writtenOff == null) continue;
      for (const { itemId, seats: most } of parts) {
        const surplus = (seats.get(itemId) ?? 0) - (this.truth.seats().get(itemId) ?? 0);
        const twice = wasTaken ? Math.min(most, Math.max(0, surplus)) : 0;
        this.truth.writtenOff(itemId, twice, [member.key, target]);
      }
      if (!wasTaken) this.truth.mayComeTwice(member.key, target, sequence, parts);
    }
  }

  /** What is in transit from a container and was not written off, with its seats by item. */
  #sentBy({ state }: Member): Sent[] {
    return [...state.pending.values()]
      .filter(({ writtenOff }) => writtenOff === null)
      .map(({ target, sequence, parts }) => ({
        target,
        sequence,
        parts: parts.flatMap(({ holding, quantity }) => {
          const itemId = state.holdings.get(holding)?.itemId;
          return itemId === undefined ? [] : [{ itemId, seats: quantity }];
        }),
      }));
  }

  /** Of what was refused, a container holds no more again than makes all that was granted: what is above goes, as a duplicate. */
  #cameBack(member: Member, sent: readonly Sent[]): void {
    if (sent.length === 0) return;
    const known = new Set(sent.map(nameOf));
    const sentSince = this.#sentBy(member).filter((one) => !known.has(nameOf(one)));
    for (const { target, sequence, parts } of sent) {
      const to = this.member(target);
      if (member.state.pending.has(pendingKey(target, sequence))) continue;
      if (to === undefined || hasTaken(to.state, member.key, sequence)) continue;
      for (const { itemId, seats: most } of parts) {
        if (!this.truth.doubted.has(itemId) || !heldAll(member.state, itemId, sentSince)) continue;
        const missing = (this.truth.seats().get(itemId) ?? 0) - (foundIn(this.members).seats.get(itemId) ?? 0);
        this.truth.duplicateGone(itemId, Math.min(most, Math.max(0, missing)));
      }
    }
  }

  /** Units that were asked for are used up once it is answered, and all or none of them when the power went. */
  #countUse(
    member: Member,
    { units: wanted }: RequestTo<'use'>,
    before: ReadonlyMap<ItemId, number>,
    outcome: Outcome<'use'>,
  ): void {
    const after = unitsIn(member.state);
    for (const [itemId, had] of before) {
      const used = had - (after.get(itemId) ?? 0);
      const isAnswered = 'response' in outcome && outcome.response.itemId === itemId;
      const allowed = isAnswered ? [wanted] : outcome.code === 'POWER_LOST' ? [0, wanted] : [0];
      if (!allowed.includes(used)) throw new Violation(`${member.name} counts ${used} units down instead of ${wanted}`);
      this.truth.used(itemId, used);
    }
  }

  #applied(member: Member, file: WorldFile, sequence: number): void {
    const meaning = file.meanings.get(sequence);
    if (meaning !== undefined) {
      this.truth.firmDid(meaning);
      member.applied.add(meaning);
      member.everApplied.add(meaning);
    } else if (this.vendor(file.from) === undefined) this.truth.containerDid(file.from, member.key, sequence);
    else throw new Violation(`${member.name} applied ${sequence} of a firm, which had not issued it`);
  }

  #know<N extends CommandName>(member: Member, name: N, request: RequestTo<N>, response: unknown): void {
    const meanings = new Map();
    const know = (kind: WorldFile['kind'], to: PublicKey, bytes: Uint8Array): void =>
      this.folder.know({ kind, from: member.key, to, bytes, meanings });
    if (name === 'issue' || name === 'transit' || name === 'cancel') {
      const to =
        name === 'issue'
          ? this.folder.made((request as RequestTo<'issue'>).context)?.from
          : (request as RequestTo<'transit'>).target;
      if (to === undefined) throw new Violation(`${member.name} took a context that nobody had made`);
      for (const bytes of (response as { updates: readonly Uint8Array[] }).updates) know('update', to, bytes);
    }
    if (name === 'apply' || name === 'refuse') {
      const issuer = this.folder.made((request as RequestTo<'apply'>).update)?.from;
      if (issuer !== undefined) know('context', issuer, (response as { receipt: Uint8Array }).receipt);
    }
    if (name === 'context') {
      const { certificate } = request as RequestTo<'context'>;
      const issuer = this.#ownerOf(certificate);
      if (issuer !== undefined) know('context', issuer, (response as { context: Uint8Array }).context);
    }
    if (name === 'settle' && this.folder.made((request as RequestTo<'settle'>).context) === undefined)
      throw new Violation(`${member.name} settled from a context that nobody had made`);
  }

  #ownerOf(certificate: Uint8Array | null): PublicKey | undefined {
    const all = [...this.members, ...this.vendors];
    return all.find((party) => certificate !== null && Buffer.compare(party.certificate, certificate) === 0)?.key;
  }

  #demandBounds({ name, state }: Member): void {
    for (const { order, quantities } of state.served.values()) {
      const armed = state.orders.get(order);
      if (quantities.some((seats, at) => seats > (armed?.items[at]?.quantity ?? 0)))
        throw new Violation(`${name} gave one device more than a work order says`);
    }
    for (const { id, most, targets } of state.orders.values())
      if (targets.length > most) throw new Violation(`${name} served more devices than work order ${id} says`);
    for (const { first, next } of state.logs.values())
      if (next - first > state.limits.logEntries) throw new Violation(`the custody log of ${name} is too long`);
    const { capacity, ownerRoom } = state.limits;
    if (counter(state, 'usedBytes') > capacity + ownerRoom)
      throw new Violation(`${name} keeps more than its memory holds`);
    for (const { quantity, pending } of state.holdings.values())
      if (quantity < 0 || pending < 0) throw new Violation(`${name} has fewer seats than none`);
  }
}

/** The sequences that an update file calls back. */
function cancelledIn(update: Uint8Array): readonly number[] {
  const [, header] = signedEnvelope.decodeTrusted(update).parts;
  return updateHeader.decodeTrusted(header as Uint8Array).cancelled;
}

/** An entry in transit. */
interface Sent {
  readonly target: PublicKey;
  readonly sequence: number;
  readonly parts: readonly { readonly itemId: ItemId; readonly seats: number }[];
}

/** An entry that a write-off is about. */
interface WrittenOff extends Sent {
  readonly wasTaken: boolean;
}

function nameOf({ target, sequence }: Sent): string {
  return pendingKey(target, sequence);
}

/** Whether a container held every seat of an item that was granted, before it sent the last ones on. */
function heldAll(state: ContainerState, itemId: ItemId, sentSince: readonly Sent[]): boolean {
  const holdings = [...state.holdings.values()].filter((holding) => holding.itemId === itemId);
  const held = holdings.reduce((sum, { quantity }) => sum + quantity, 0);
  const parts = sentSince.flatMap((one) => one.parts.filter((part) => part.itemId === itemId));
  const all = parts.reduce((sum, { seats }) => sum + seats, held);
  return holdings.length > 0 && all === grantOf(state, itemId).quantity;
}

function unitsIn(state: ContainerState): Map<ItemId, number> {
  const units = new Map<ItemId, number>();
  for (const { itemId, units: left } of state.holdings.values())
    if (left !== null) units.set(itemId, (units.get(itemId) ?? 0) + left);
  return units;
}

function short(itemId: ItemId): string {
  return itemId.slice(0, 8);
}
