import { describe, expect, it } from 'vitest';
import { Container, type ContainerParts } from '../../../container/container.ts';
import { FerryError } from '../../../container/errors.ts';
import { MemoryAnchor } from '../../../container/store/memory-anchor.ts';
import { MemoryFlash } from '../../../container/store/memory-flash.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { load, makeContainer, order, seededEnv, TestFirm } from '../../world/parties.ts';
import { FaultyFlash, PowerLost, picker } from '../store/faulty-flash.ts';
import { cutEverywhere, FaultyAnchor, type Scene } from './cut-power.ts';
import { OTHER_PIN, PIN, setPin, unlock } from './owner-scene.ts';
import { backup, codeOf, contextFor, only } from './scene.ts';

const ORDER = {
  items: [{ firmCode: 6000010, productCode: 1001, quantity: 1 }],
  kinds: [],
  keys: [],
  most: 2,
};

/** Shows the PIN wherever one is set; the other one where it was changed before. */
function become(container: Container): void {
  if (container.run('list', {}).pinTries !== null && codeOf(() => unlock(container)) === 'PIN_WRONG')
    unlock(container, OTHER_PIN);
}

/** The life of a dongle's owner, and what a device's owner refuses. */
function lives() {
  const firm = new TestFirm();
  const [dongle, device] = [makeContainer('dongle', 1, { size: 320 * 1024 }), makeContainer('soft', 2)];
  load(firm, dongle, { quantity: 5 });
  const scenes: Scene[] = [];
  const act = (name: string, work: Scene['work'], halfway?: Scene['work']): void => {
    const scene = { name, before: backup(dongle), work };
    scenes.push(halfway === undefined ? scene : { ...scene, halfway });
    work(dongle.container);
  };
  const miss = (container: Container): void => {
    expect(codeOf(() => unlock(container, OTHER_PIN))).toBe('PIN_WRONG');
  };
  act('arm an order', (container) => {
    if (container.state.orders.size === 0) container.run('arm-order', ORDER);
  });
  act(
    'set the PIN',
    (container) => {
      become(container);
      setPin(container);
    },
    (container) => {
      setPin(container);
      miss(container);
    },
  );
  act('show the PIN', unlock, miss);
  const context = contextFor(device, dongle);
  dongle.container = Container.open(dongle.parts);
  act('issue by the order', (container) => {
    container.run('issue', issueRequest({ context, first: 1, parts: [{ holding: 1, quantity: 1 }] }));
  });
  act(
    'remove the PIN',
    (container) => {
      become(container);
      setPin(container, null);
    },
    miss,
  );
  act('disarm the order', (container) => {
    if (container.state.orders.size > 0) container.run('disarm-order', { id: 1 });
  });
  return { scenes, parts: dongle.parts };
}

describe('a container whose power is cut', () => {
  const { scenes, parts } = lives();

  it.each(scenes.map((scene) => ({ name: scene.name, scene })))(
    'during "$name" opens unlocked before, after or with one try less, and the command can be given again',
    ({ scene }) => {
      expect(cutEverywhere(parts, scene)).toBeGreaterThan(2);
    },
  );

  it('while its owner refuses a file has refused all of it or nothing', () => {
    const firm = new TestFirm();
    const [dongle, device] = [makeContainer('dongle', 1), makeContainer('soft', 2, { size: 1024 * 1024 * 2 })];
    load(firm, dongle, { quantity: 5 });
    const update = only(order(dongle, device, [{ holding: 1, quantity: 1 }]).updates);
    const work = (container: Container): void => {
      container.run('refuse', { update, through: 1 });
    };
    expect(cutEverywhere(device.parts, { name: 'refuse', before: backup(device), work })).toBeGreaterThan(2);
  });
});

describe('a wrong PIN with the power cut', () => {
  /** Tells whether the container said that the PIN was wrong before the power went. */
  function attempt(parts: ContainerParts): 'told' | 'cut' {
    try {
      unlock(Container.open(parts), OTHER_PIN);
      throw new TypeError('the wrong PIN was taken');
    } catch (error) {
      if (error instanceof FerryError && error.code === 'PIN_WRONG') return 'told';
      if (error instanceof PowerLost) return 'cut';
      throw error;
    }
  }

  function guarded() {
    const dongle = makeContainer('dongle', 1, { size: 320 * 1024 });
    setPin(dongle.container, PIN);
    return { parts: dongle.parts, before: backup(dongle) };
  }

  const triesOf = (container: Container): number | null => container.run('list', {}).pinTries;

  it('at any write never told anything without having cost its try', () => {
    const { parts, before } = guarded();
    for (let cuts = 0, told = false; !told; cuts++) {
      const flash = new FaultyFlash(parts.flash.geometry, before.image, cuts);
      const anchor = new MemoryAnchor(before.anchor);
      const env = seededEnv(`cut ${cuts}`);
      told = attempt({ ...parts, env, flash, anchor }) === 'told';
      for (const fate of ['lost', 'kept', picker(7)] as const) {
        const survivor = new MemoryFlash(parts.flash.geometry, flash.survivor(fate));
        const again = Container.open({ ...parts, flash: survivor, anchor: new MemoryAnchor(anchor.read()) });
        expect(again.locked).toBe(false);
        expect(told ? [7] : [7, 8]).toContain(triesOf(again));
      }
    }
  });

  it.each(['before', 'after'] as const)('%s the anchor is durable tells nothing and costs its try', (cut) => {
    const { parts, before } = guarded();
    const flash = new MemoryFlash(parts.flash.geometry, before.image);
    const anchor = new FaultyAnchor(before.anchor, cut);
    expect(attempt({ ...parts, flash, anchor })).toBe('cut');
    expect(triesOf(Container.open({ ...parts, flash, anchor: new MemoryAnchor(anchor.read()) }))).toBe(7);
  });

  it('each time blocks the PIN after the eighth', () => {
    const { parts, before } = guarded();
    let [image, anchor] = [before.image, before.anchor];
    for (let tries = 7; tries >= 0; tries--) {
      const flash = new MemoryFlash(parts.flash.geometry, image);
      const faulty = new FaultyAnchor(anchor, 'after');
      expect(attempt({ ...parts, flash, anchor: faulty })).toBe('cut');
      [image, anchor] = [flash.image(), faulty.read()];
    }
    const flash = new MemoryFlash(parts.flash.geometry, image);
    const container = Container.open({ ...parts, flash, anchor: new MemoryAnchor(anchor) });
    expect([triesOf(container), codeOf(() => unlock(container))]).toEqual([0, 'PIN_BLOCKED']);
  });
});
