import { expect } from 'vitest';
import { Container, type ContainerParts } from '../../../container/container.ts';
import { counter } from '../../../container/engine/state.ts';
import type { Anchor, AnchorStore } from '../../../container/store/anchor-port.ts';
import { MemoryAnchor } from '../../../container/store/memory-anchor.ts';
import { MemoryFlash } from '../../../container/store/memory-flash.ts';
import { seededEnv } from '../../world/parties.ts';
import { FaultyFlash, PowerLost, picker } from '../store/faulty-flash.ts';
import type { Backup } from './scene.ts';

/** An anchor that loses power at one write: before it is durable, or right after. */
export class FaultyAnchor implements AnchorStore {
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
export function shown(container: Container): string {
  const { stateHash: _hash, generation: _number, ...listing } = container.run('list', {});
  const { state } = container;
  const lists = [...state.revocations.values()].map(({ firmCode, version }) => [firmCode, version]);
  const epochs = [...state.partners.values()].map(({ key, inbound }) => [key, inbound.epoch]);
  return JSON.stringify([listing, lists, epochs, counter(state, 'timeFloor'), state.challenges.size]);
}

export interface Scene {
  readonly name: string;
  /** The container's durable memory before. */
  readonly before: Backup;
  readonly work: (container: Container) => void;
  /** Leads to the state between the two commits of a command that has two. */
  readonly halfway?: (container: Container) => void;
}

/** Opens after a cut and demands the state before or after; then the command, given once more, leads to the end. */
function demandWhole(parts: ContainerParts, image: Uint8Array, anchor: Anchor | undefined, scene: Scene, end: string) {
  const flash = new MemoryFlash(parts.flash.geometry, image);
  const container = Container.open({ ...parts, flash, anchor: new MemoryAnchor(anchor) });
  expect(container.locked).toBe(false);
  const found = shown(container);
  if (found !== end) expect([beginningOf(parts, scene), halfwayOf(parts, scene)]).toContain(found);
  scene.work(container);
  expect(shown(container)).toBe(end);
}

/** The state after the first of two commits, where a scene has two. */
function halfwayOf(parts: ContainerParts, scene: Scene): string | undefined {
  if (scene.halfway === undefined) return undefined;
  const container = Container.open(partsFor(parts, scene));
  scene.halfway(container);
  return shown(container);
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

export function endOf(parts: ContainerParts, scene: Scene): string {
  const container = Container.open(partsFor(parts, scene));
  scene.work(container);
  return shown(container);
}

/** Cuts the power at every write of a scene in turn, whatever becomes of it, and tells how many there were. */
export function cutEverywhere(parts: ContainerParts, scene: Scene): number {
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
