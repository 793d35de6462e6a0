import type { RequestTo } from '../../../container/commands/codecs-of.ts';
import type { CommandName } from '../../../container/commands/index.ts';
import { CATALOGUE, type ErrorCode, FerryError } from '../../../container/errors.ts';
import { sealPin } from '../../../container/files/sealed-pin.ts';
import { fromHex, utf8 } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { chance, type Draw } from './chance.ts';
import { damaged } from './damaged.ts';
import type { WorldFile } from './folder.ts';
import type { Member, Outcome, StoreFault } from './member.ts';
import type { Fault, Transition } from './pairs.ts';
import type { Step } from './steps.ts';
import type { Vendor, VendorFile } from './vendor.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

const STORE_FAULTS: Partial<Record<Fault, StoreFault['kind']>> = {
  'power cut': 'power',
  'cut in recovery': 'recovery',
  'anchor cut': 'anchor',
  'flush error': 'flush',
  'disk full': 'write',
};

const NO_ROOM: ReadonlySet<number> = new Set([CATALOGUE.MEMORY_FULL.number, CATALOGUE.LISTS_FULL.number]);

function hasNoticeWithoutRoom(outcome: Outcome<CommandName>): boolean {
  if (!('response' in outcome) || !('notices' in outcome.response)) return false;
  return outcome.response.notices.some(({ reason }) => NO_ROOM.has(reason));
}

function tookEntries(outcome: Outcome<CommandName>): boolean {
  return 'response' in outcome && 'entries' in outcome.response && outcome.response.entries.length > 0;
}

/** Commands that, given once more, change nothing and are answered. */
const REPEATABLE: ReadonlySet<CommandName> = new Set([
  'context',
  'issue',
  'apply',
  'settle',
  'transit',
  'cancel',
  'refuse',
  'check',
]);

const DAY = 86_400;
const YEAR = 365 * DAY;

/** One step while it happens: what is chosen, and where its fault strikes. */
export class Scene {
  readonly world: World;
  readonly transition: Transition;
  readonly draw: Draw;
  /** Whether the fault struck. */
  struck = false;
  readonly #fault: Fault;
  #quiet = false;

  constructor(world: World, seed: number, { transition, fault, choice }: Step) {
    this.world = world;
    this.transition = transition;
    this.draw = chance(seed, choice);
    this.#fault = fault;
  }

  is(...faults: readonly Fault[]): boolean {
    return !this.#quiet && faults.includes(this.#fault);
  }

  /** The fault has done what it does. */
  strike(): void {
    this.struck = true;
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[this.draw(Math.max(1, list.length))];
  }

  /** A container, if there is such a one; what goes wrong around it before anything is done has gone wrong then. */
  async member(wanted: (member: Member) => boolean = () => true): Promise<Member | undefined> {
    const found = this.pick(this.world.members.filter(wanted));
    if (found !== undefined) await this.#unsettle(found);
    return found;
  }

  /** The container that a person takes for that one. */
  mixedUp(meant: Member): Member {
    if (!this.is('mixed up')) return meant;
    this.strike();
    return this.pick(this.world.members.filter((member) => member !== meant)) ?? meant;
  }

  vendor(): Vendor {
    return this.pick(this.world.vendors) as Vendor;
  }

  /** Clocks, memories, servers and other people, before a step that is about this container. */
  async #unsettle(member: Member): Promise<void> {
    const { world, draw } = this;
    if (this.is('clock back', 'clock ahead')) {
      const by = this.is('clock back') ? -(1 + draw(400)) * DAY : 10 * YEAR + draw(400) * DAY;
      for (const env of [member.env, world.serverEnv]) env.time = Math.min(2 ** 32 - 1, Math.max(0, env.time + by));
      this.strike();
    }
    if (this.is('set back') && member.spare !== null) {
      const now = member.memory();
      member.setBack(member.spare, member.anchored);
      member.spare = draw(2) === 0 ? now : member.spare;
      this.strike();
    }
    if (this.is('cloned') && member.spare !== null) {
      const now = member.memory();
      member.setBack(member.spare, false);
      member.spare = now;
      this.strike();
    }
    if (this.is('server restored') && this.world.losesServers) await this.#restore();
    if (this.is('cancelled meanwhile')) this.cancelSomething();
  }

  async #restore(): Promise<void> {
    const vendor = this.vendor();
    await vendor.restore();
    this.world.restored.add(vendor);
    // One of three goes on as if nothing had happened.
    if (this.draw(3) > 0) await vendor.declareRestored();
    this.strike();
  }

  /** Some issuer cancels what it has in transit. */
  cancelSomething(issuer = this.pick(this.world.members.filter(({ state }) => state.pending.size > 0))): void {
    const entry = this.pick([...(issuer?.state.pending.values() ?? [])]);
    if (issuer === undefined || entry === undefined) return;
    const request = { target: entry.target, sequences: [entry.sequence] };
    let outcome = this.world.run(issuer, 'cancel', request);
    if (outcome.code === 'OWNER_NEEDED' && this.showPin(issuer)) outcome = this.world.run(issuer, 'cancel', request);
    if (outcome.code === null) this.strike();
  }

  /** Has a container carry out the command of this step, with all that goes wrong with it. */
  command<N extends CommandName>(member: Member, name: N, request: RequestTo<N>): Outcome<N> {
    if (this.is('wrong PIN') && !this.struck) this.tryWrongPin(member);
    const outcome = this.#once(member, name, request);
    if (outcome.code !== 'OWNER_NEEDED' || this.is('wrong PIN') || !this.showPin(member)) return outcome;
    return this.#once(member, name, request);
  }

  #once<N extends CommandName>(member: Member, name: N, request: RequestTo<N>): Outcome<N> {
    const fault = this.storeFault();
    if (fault !== null) {
      const outcome = this.world.run(member, name, request, fault);
      this.afterStoreFault(outcome);
      return outcome.code === 'POWER_LOST' ? this.world.run(member, name, request) : outcome;
    }
    if (this.is('memory full') && !this.struck) {
      member.bind(this.draw(300));
      const outcome = this.world.run(member, name, request);
      member.bind(null);
      this.strike();
      return outcome;
    }
    const outcome = this.world.run(member, name, request);
    if (outcome.code === null && this.is('cable pulled', 'done twice') && !this.struck)
      return this.#again(member, name, request, outcome);
    return outcome;
  }

  /** Gives the command once more: whoever pulled the cable does not know that it was carried out. */
  #again<N extends CommandName>(member: Member, name: N, request: RequestTo<N>, first: Outcome<N>): Outcome<N> {
    this.strike();
    if (!REPEATABLE.has(name)) return first;
    const before = member.hash;
    const second = this.world.run(member, name, request);
    // A notice for which there was no room may find some that the rest of its file made, or for a firm that has a license by it.
    const mayTakeMore = hasNoticeWithoutRoom(first) && !tookEntries(second);
    if (second.code !== null || (member.hash !== before && !mayTakeMore))
      throw new Violation(`${member.name} does something when ${name} is given once more (${second.code})`);
    return second;
  }

  /** How the store of the next command fails; null when it does not. */
  storeFault(): StoreFault | null {
    const kind = this.struck ? undefined : STORE_FAULTS[this.#fault];
    return kind === undefined ? null : { kind, draw: this.draw };
  }

  /** Notes whether the store has failed as it was to. */
  afterStoreFault(outcome: Outcome<CommandName>): void {
    if (outcome.code !== 'POWER_LOST') return;
    if (!this.is('cut in recovery') || ('again' in outcome && outcome.again)) this.strike();
  }

  /** Does what a step needs first, with which nothing goes wrong. */
  quietly<T>(work: () => T): T {
    const { struck } = this;
    this.struck = true;
    this.#quiet = true;
    try {
      return work();
    } finally {
      this.struck = struck;
      this.#quiet = false;
    }
  }

  /** Another program asks for a challenge in between, in the same session: it takes the place of the first. */
  otherProgramAsks(member: Member): void {
    this.strike();
    const pin = member.pin ?? '2468';
    const asked = this.world.run(member, 'challenge', {});
    if (asked.code !== null) return;
    this.world.run(member, 'challenge', {});
    const seal = { purpose: 'unlock', container: member.key, challenge: asked.response.challenge } as const;
    const sealingKey = fromHex(member.state.identity.sealingKey);
    const sealed = sealPin(this.world.cast.crypto, sealingKey, seal, utf8(pin), member.env.random(32));
    if (this.world.run(member, 'unlock', { sealed }).code === null)
      throw new Violation(`${member.name} takes a PIN that answers a challenge which was replaced`);
  }

  /** Sets a PIN; its owner knows it when it is set, whether or not the answer came. */
  changePin(member: Member, pin: string): boolean {
    const before = member.state.owner.get('pin')?.verifier;
    this.sendPin(member, 'set-pin', pin);
    const after = member.state.owner.get('pin')?.verifier;
    if (after !== before) member.pin = pin;
    return after !== before;
  }

  /** Shows the PIN that the owner knows. @returns whether it was taken */
  showPin(member: Member): boolean {
    return member.pin !== null && this.sendPin(member, 'unlock', member.pin).code === null;
  }

  /** Sends a PIN, sealed in answer to a fresh challenge. */
  sendPin(member: Member, name: 'unlock' | 'set-pin', pin: string): Outcome<'unlock' | 'set-pin'> {
    const asked = this.world.run(member, 'challenge', {});
    if (asked.code !== null) return asked;
    const { crypto } = this.world.cast;
    const seal = { purpose: name, container: member.key, challenge: asked.response.challenge };
    const sealingKey = fromHex(member.state.identity.sealingKey);
    const sealed = sealPin(crypto, sealingKey, seal, utf8(pin), member.env.random(32));
    return name === 'unlock' ? this.command(member, name, { sealed }) : this.command(member, name, { sealed });
  }

  /** Somebody tries a wrong PIN, in front of whoever has the right one. */
  tryWrongPin(member: Member): void {
    this.strike();
    if (member.pin === null && !this.quietly(() => this.changePin(member, '2468'))) return;
    member.reopen();
    const before = member.state.owner.get('pin')?.tries ?? 0;
    const { code } = this.sendPin(member, 'unlock', '1357');
    const left = member.state.owner.get('pin')?.tries ?? 0;
    if (code === null || (code === 'PIN_WRONG' && left !== before - 1))
      throw new Violation(`${member.name} takes a wrong PIN for ${code}, and ${left} of ${before} tries are left`);
  }

  /** The files that somebody takes in now, in this order; empty when there is none, or it was lost. */
  take(kind: WorldFile['kind'], to: PublicKey): readonly Uint8Array[] {
    const { folder } = this.world;
    if (this.is('other target')) return this.#taken(folder.forOther(this.draw, kind, to));
    if (this.is('years later')) {
      const years = (3 + this.draw(5)) * YEAR;
      for (const env of [...this.world.members.map((member) => member.env), this.world.serverEnv])
        env.time = Math.min(2 ** 32 - 1, env.time + years);
      return this.#taken(folder.newest(kind, to).at(-1));
    }
    if (this.is('old file')) return this.#taken(folder.newest(kind, to).at(-1 - this.draw(3)));
    const newest = this.draw(6) === 0 ? folder.any(this.draw, kind, to) : folder.newest(kind, to, 1)[0];
    if (newest === undefined) return [];
    if (this.is('file twice')) {
      this.strike();
      return [newest.bytes, newest.bytes];
    }
    return [this.damage(newest)];
  }

  /** A file for somebody else that lies beside those that are meant, or none. */
  alsoThere(kind: WorldFile['kind'], than: PublicKey): readonly Uint8Array[] {
    const file = this.draw(2) === 0 ? this.world.folder.forOther(this.draw, kind, than) : undefined;
    return file === undefined ? [] : [file.bytes];
  }

  #taken(file: WorldFile | undefined): readonly Uint8Array[] {
    if (file === undefined) return [];
    this.strike();
    return [file.bytes];
  }

  damage(file: WorldFile): Uint8Array {
    const how = this.is('bit flipped')
      ? 'flipped'
      : this.is('truncated')
        ? 'truncated'
        : this.is('recombined')
          ? 'recombined'
          : null;
    if (how === null) return file.bytes;
    const others = this.world.folder.newest(file.kind, file.to, 4).map(({ bytes }) => bytes);
    const bytes = damaged(this.draw, how, file.bytes, others);
    if (this.world.folder.made(bytes) === undefined) this.strike();
    return bytes;
  }

  /** Leaves files that were made for whoever carries them, as far as the folder takes them. */
  leave(files: readonly Uint8Array[]): void {
    const { folder } = this.world;
    for (const bytes of files) {
      const file = folder.made(bytes);
      if (file === undefined) throw new Violation('a file was made, and nobody knows by whom');
      if (this.is('file lost', 'folder full', 'folder read-only')) this.strike();
      else folder.put(file);
    }
  }

  /** Has a vendor do something; what it refuses, it refuses. @returns what came of it, unless the cable was pulled */
  async atServer<T>(work: () => Promise<T>): Promise<T | undefined> {
    const first = await refusable(work);
    if (typeof first === 'object' && first !== null && 'refused' in first) return undefined;
    if (this.is('cable pulled') && !this.struck) {
      this.strike();
      return undefined;
    }
    if (!this.is('done twice') || this.struck) return first;
    this.strike();
    const second = await refusable(work);
    if (typeof second === 'object' && second !== null && 'refused' in second)
      throw new Violation(`a vendor refuses what it did before: ${second.refused}`);
    return second;
  }

  /** Has a vendor take a context in, which somebody has to have made as it is. */
  async tell(vendor: Vendor, context: Uint8Array): Promise<void> {
    if (this.world.isKeptBack(context)) return;
    const isTaken = await this.atServer(async () => {
      await vendor.receive(context);
      return true;
    });
    if (isTaken === true && this.world.folder.made(context) === undefined)
      throw new Violation('a vendor took a context that nobody had made');
  }

  /** Has a vendor make the update files for a container. */
  async vendorFiles(vendor: Vendor, target: Member): Promise<readonly Uint8Array[]> {
    const files = (await this.atServer(() => vendor.updates(target.key))) ?? [];
    return files.map((file) => this.know(vendor, target, file));
  }

  know(vendor: Vendor, target: Member, { bytes, meanings }: VendorFile): Uint8Array {
    this.world.folder.know({ kind: 'update', from: vendor.key, to: target.key, bytes, meanings });
    return bytes;
  }
}

/** What work comes to, or the code that it is refused with. */
export async function refusable<T>(work: () => Promise<T>): Promise<T | { readonly refused: ErrorCode }> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FerryError) return { refused: error.code };
    throw error;
  }
}
