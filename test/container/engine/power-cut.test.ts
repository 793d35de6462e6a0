import { describe, expect, it } from 'vitest';
import { Container, type ContainerParts } from '../../../container/container.ts';
import type { Anchor, AnchorStore } from '../../../container/store/anchor-port.ts';
import { MemoryAnchor } from '../../../container/store/memory-anchor.ts';
import { MemoryFlash } from '../../../container/store/memory-flash.ts';
import { load, makeContainer, order, reopen, seededEnv, type TestContainer, TestFirm } from '../../world/parties.ts';
import { FaultyFlash, PowerLost, picker } from '../store/faulty-flash.ts';
import { apply, type Backup, backup, codeOf, contextFor, settle } from './scene.ts';

/** An anchor that loses power at one write: before it is durable, or right after. */
class FaultyAnchor implements AnchorStore {
  readonly #store: MemoryAnchor;
  readonly #cut: 'before' | 'after' | 'never';

  constructor(anchor: Anchor | undefined, cut: 'before' | 'after' | 'never') {
    this.#store = new MemoryAnchor(anchor);
    this.#cut = cut;
  }

  read(): Anchor | undefined {
    return this.#store.read();
  }

  advance(anchor: Anchor): void {
    if (this.#cut === 'before') throw new PowerLost();
    this.#store.advance(anchor);
    if (this.#cut === 'after') throw new PowerLost();
  }
}

/** What a container shows, without what is different in every history. */
function shown(container: Container): string {
  const { stateHash: _hash, generation: _number, ...listing } = container.run('list', {});
  return JSON.stringify(listing);
}

interface Scene {
  readonly name: string;
  /** The container's durable memory before. */
  readonly before: Backup;
  readonly work: (container: Container) => void;
}

/** One whole life of a dongle: each command with the memory that it began on. */
function life(): { readonly scenes: Scene[]; readonly proof: Scene; readonly parts: ContainerParts } {
  const firm = new TestFirm();
  const dongle = makeContainer('dongle', 1, { size: 320 * 1024 });
  const device = makeContainer('soft', 2);
  const scenes: Scene[] = [];
  const act = (name: string, work: (container: Container) => void): void => {
    scenes.push({ name, before: backup(dongle), work });
    work(dongle.container);
  };
  const [first, second] = [1, 2].map(() => firm.grant(dongle.key).raw);
  firm.issue(dongle, { kind: 'add', grants: [first ?? new Uint8Array(), second ?? new Uint8Array()] });
  const update = firm.update(dongle);
  act('load', (container) => container.run('apply', { update }));
  const context = contextFor(device, dongle);
  const ordering = (sequence: number) => (container: Container) => {
    container.run('issue', { context, first: sequence, parts: [{ holding: 1, quantity: 1 }] });
  };
  act('order', ordering(1));
  const { receipt } = apply(device, pendingFile(dongle, device));
  act('settle what was applied', (container) => container.run('settle', { context: receipt }));
  act('order again', ordering(2));
  act('cancel', (container) => {
    container.run('cancel', { target: device.key, sequences: [2] });
  });
  const refused = apply(device, pendingFile(dongle, device)).receipt;
  act('settle what was refused', (container) => container.run('settle', { context: refused }));
  const back = order(device, dongle, [{ holding: 1, quantity: 1 }]).updates[0] ?? new Uint8Array();
  act('apply a return', (container) => container.run('apply', { update: back }));
  settle(device, contextFor(dongle, device));
  act('meet a stranger', (container) => {
    container.run('context', { certificate: makeContainer('soft', 3).certificate, firmCode: null });
  });
  const forged = new TestFirm();
  forged.env.random(500);
  forged.issue(dongle, { kind: 'add', grants: [forged.grant(dongle.key).raw] });
  const file = forged.update(dongle);
  const proof: Scene = {
    name: 'keep evidence',
    before: backup(dongle),
    work: (container) => expect(codeOf(() => container.run('apply', { update: file }))).toBe('PARTNER_ROLLED_BACK'),
  };
  untilCompaction(dongle, act);
  return { scenes, proof, parts: dongle.parts };
}

function pendingFile(from: TestContainer, to: TestContainer): Uint8Array {
  return from.container.run('transit', { target: to.key }).updates[0] ?? new Uint8Array();
}

/** Writes data until a commit compacts the journal first, and keeps only that one as a scene. */
function untilCompaction(dongle: TestContainer, act: (name: string, work: (container: Container) => void) => void) {
  for (let round = 1; ; round++) {
    const userData = new Uint8Array(250).fill(round % 256);
    const write = (container: Container): void => {
      container.run('write-data', { holding: 1, userData, customerInfo: null });
    };
    if (operationsOf(dongle, write) > 12) {
      act('compact', write);
      return;
    }
    write(dongle.container);
  }
}

/** Page programs, erases and flushes of one command; at most 13 are counted. */
function operationsOf(dongle: TestContainer, work: (container: Container) => void): number {
  const { geometry } = dongle.parts.flash;
  const flash = new FaultyFlash(geometry, dongle.parts.flash.image(), 12);
  try {
    work(Container.open({ ...dongle.parts, flash, anchor: new MemoryAnchor(dongle.parts.anchor.read()) }));
  } catch (error) {
    if (error instanceof PowerLost) return 13;
    throw error;
  }
  return 12;
}

/** Opens after a cut and demands the state before or after; then the command, given once more, leads to the end. */
function demandWhole(parts: ContainerParts, image: Uint8Array, anchor: Anchor | undefined, scene: Scene, end: string) {
  const flash = new MemoryFlash(parts.flash.geometry, image);
  const container = Container.open({ ...parts, flash, anchor: new MemoryAnchor(anchor) });
  expect(container.locked).toBe(false);
  const found = shown(container);
  if (found !== end) expect(found).toBe(beginningOf(parts, scene));
  scene.work(container);
  expect(shown(container)).toBe(end);
}

const beginnings = new WeakMap<Scene, string>();

function beginningOf(parts: ContainerParts, scene: Scene): string {
  const known = beginnings.get(scene);
  if (known !== undefined) return known;
  const text = shown(Container.open(partsFor(parts, scene)));
  beginnings.set(scene, text);
  return text;
}

function partsFor(parts: ContainerParts, scene: Scene): ContainerParts {
  const { geometry } = parts.flash;
  return {
    ...parts,
    flash: new MemoryFlash(geometry, scene.before.image),
    anchor: new MemoryAnchor(scene.before.anchor),
  };
}

function endOf(parts: ContainerParts, scene: Scene): string {
  const container = Container.open(partsFor(parts, scene));
  scene.work(container);
  return shown(container);
}

/** Cuts the power at every write of a scene in turn, whatever becomes of it, and tells how many there were. */
function cutEverywhere(parts: ContainerParts, scene: Scene): number {
  const end = endOf(parts, scene);
  const pick = picker(7);
  let cuts = 0;
  for (let finished = false; !finished; cuts++) {
    const env = seededEnv(`cut ${cuts}`);
    const flash = new FaultyFlash(parts.flash.geometry, scene.before.image, cuts);
    const anchor = new MemoryAnchor(scene.before.anchor);
    try {
      scene.work(Container.open({ ...parts, env, flash, anchor }));
      finished = true;
    } catch (error) {
      if (!(error instanceof PowerLost)) throw error;
    }
    for (const fate of ['lost', 'kept', pick] as const)
      demandWhole(parts, flash.survivor(fate), anchor.read(), scene, end);
  }
  return cuts;
}

describe('a container whose power is cut', () => {
  const { scenes, proof, parts } = life();

  it.each(scenes.map((scene) => ({ name: scene.name, scene })))(
    'during "$name" opens unlocked with the state before or after, and the command can be given again',
    ({ scene }) => {
      expect(cutEverywhere(parts, scene)).toBeGreaterThan(2);
    },
  );

  it('while it keeps evidence, which moves no anchor, has it or has it not, and keeps it the next time', () => {
    expect(cutEverywhere(parts, proof)).toBeGreaterThan(1);
  });

  it.each(['before', 'after'] as const)('%s the anchor is durable opens unlocked with the state after', (cut) => {
    for (const scene of scenes) {
      const flash = new MemoryFlash(parts.flash.geometry, scene.before.image);
      const anchor = new FaultyAnchor(scene.before.anchor, cut);
      const container = Container.open({ ...parts, flash, anchor });
      expect(() => scene.work(container)).toThrow(PowerLost);
      expect(() => scene.work(container)).toThrow(expect.objectContaining({ code: 'STORE_WRITE_FAILED' }));
      const end = endOf(parts, scene);
      const again = Container.open({ ...parts, flash, anchor: new MemoryAnchor(anchor.read()) });
      expect([again.locked, shown(again)]).toEqual([false, end]);
    }
  });

  it('at the very moment of its roll forward is rolled forward the next time', () => {
    for (const scene of scenes) {
      const flash = new MemoryFlash(parts.flash.geometry, scene.before.image);
      const anchor = new FaultyAnchor(scene.before.anchor, 'before');
      expect(() => scene.work(Container.open({ ...parts, flash, anchor }))).toThrow(PowerLost);
      const blocked = new FaultyAnchor(anchor.read(), 'before');
      expect(() => Container.open({ ...parts, flash, anchor: blocked })).toThrow(PowerLost);
      expect(Container.open({ ...parts, flash, anchor: new MemoryAnchor(blocked.read()) }).locked).toBe(false);
    }
  });
});

describe('a container that is opened again', () => {
  it('is the same without any cut', () => {
    const firm = new TestFirm();
    const device = makeContainer('soft', 2);
    load(firm, device, {}, {});
    const text = shown(device.container);
    reopen(device);
    expect(shown(device.container)).toBe(text);
  });
});
