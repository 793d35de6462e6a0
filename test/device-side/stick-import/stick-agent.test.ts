import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import { MountedStick } from '../../../device-side/stick-import/mounted-stick.adapter.ts';
import { StickAgent } from '../../../device-side/stick-import/stick-agent.ts';
import type { Stick, StickImportResult } from '../../../state-machines/index.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';
import { loadedStick, StickScene } from '../../state-machines/stick-import/stick-scene.ts';
import { Bench, brokenOff, first, nothing, second, third } from './agent-bench.ts';
import { mountOf } from './mounts.ts';

const makeFolder = temporaryFolders();

describe('an agent for sticks', () => {
  it('finishes what an earlier run left before it takes in the first stick', async () => {
    const bench = new Bench();
    bench.agent.plugged(first);
    await settled();
    expect(bench.running).toEqual(['resume']);
    await bench.end({ ...nothing, end: 'unanswered' });
    expect(bench.about('stick.unanswered')).toMatchObject([
      ['info', 'stick.unanswered', { where: 'an earlier stick' }],
    ]);
    await bench.endAll();
    expect(bench.begun).toEqual(['resume', 'resume', `take ${first.point}`]);
  });

  it('says how what the stick before has left was finished, and whose it was, before it takes in the next', async () => {
    const bench = new Bench();
    bench.agent.plugged(first);
    await settled();
    await bench.end();
    await bench.end({ ...nothing, end: 'unanswered' });
    expect(bench.logged.slice(1)).toMatchObject([['info', 'stick.unanswered', { where: 'an earlier stick' }]]);
    await bench.endAll();
    expect(bench.logged.slice(2)).toMatchObject([['info', 'stick.nothing', { where: first.point }]]);
  });

  it('takes in no stick as long as what the one before has left breaks off again', async () => {
    const bench = new Bench();
    for (const mount of [first, second]) bench.agent.plugged(mount);
    await settled();
    for (let time = 0; time < 3; time++) await bench.end(brokenOff);
    expect([bench.running, bench.taken()]).toEqual([[], []]);
    expect(bench.about('stick.brokenOff')).toMatchObject(
      Array(3).fill(['warn', 'stick.brokenOff', { where: 'an earlier stick', code: 'CARRIER_UNREACHABLE' }]),
    );
    bench.change(second);
    await settled();
    await bench.end({ ...nothing, end: 'unanswered' });
    await bench.endAll();
    expect(bench.taken()).toEqual([second.point]);
  });

  it('keeps what a stick has brought until it can be given, whatever other sticks come meanwhile', async () => {
    const here = loadedStick(new StickScene(makeFolder()));
    let isReachable = false;
    const call = async (...asked: Parameters<typeof here.client.call>): Promise<unknown> => {
      if (!isReachable && asked[0] !== 'list') throw new FerryError('CARRIER_UNREACHABLE', { where: 'x', why: 'y' });
      return here.client.call(...asked);
    };
    const ports = { client: { ...here.client, call } as typeof here.client };
    const ends: string[] = [];
    let more = (): void => {};
    const ended = async <T extends StickImportResult | null>(work: Promise<T>): Promise<T> => {
      const result = await work;
      if (result !== null) ends.push(result.end);
      more();
      return result;
    };
    const until = (count: number): Promise<void> =>
      new Promise((resolve) => {
        more = () => void (ends.length === count && resolve());
      });
    const agent = new StickAgent({
      take: (stick) => ended(here.take({ stick, ports })),
      resume: () => ended(here.resume(ports)),
      open: ({ point }) => new MountedStick(point, () => true),
      show: () => undefined,
      watch: () => ({ close: async () => {} }),
      log: { info: () => {}, warn: () => {}, error: () => {} },
    });
    for (const point of [here.stick, makeFolder()]) agent.plugged(mountOf({ point }));
    await until(2);
    expect(ends).toEqual(['brokenOff', 'brokenOff']);
    isReachable = true;
    agent.plugged(mountOf({ point: makeFolder() }));
    await until(4);
    await agent.close();
    expect(ends.slice(2)).toEqual(['unanswered', 'nothing']);
    expect(here.items()).toBe(3);
  });

  it('says nothing of an earlier run that left nothing', async () => {
    const bench = new Bench();
    await bench.endAll();
    expect([bench.begun, bench.logged]).toEqual([['resume'], []]);
  });

  it('finishes what the stick before has left before each stick', async () => {
    const bench = new Bench();
    bench.agent.plugged(first);
    bench.agent.plugged(second);
    await bench.endAll();
    expect(bench.begun.slice(1)).toEqual(['resume', `take ${first.point}`, 'resume', `take ${second.point}`]);
  });

  it('takes in one stick after the other, in the order in which they came, and never two at once', async () => {
    const bench = new Bench();
    for (const mount of [first, second, third]) bench.agent.plugged(mount);
    await bench.endAll();
    expect(bench.taken()).toEqual([first.point, second.point, third.point]);
  });

  it('tells of each stick as it comes and goes, before it is taken in', () => {
    const bench = new Bench();
    bench.agent.plugged(first);
    bench.agent.pulled(first);
    expect(bench.logged).toEqual([
      ['info', 'stick.plugged', { where: first.point, type: first.type, source: first.source }],
      ['info', 'stick.pulled', { where: first.point }],
    ]);
  });

  it('takes in a stick once that is changed while it waits, however often', async () => {
    const bench = new Bench();
    bench.agent.plugged(first);
    bench.agent.plugged(second);
    for (let time = 0; time < 3; time++) bench.change(second);
    await settled();
    bench.change(second);
    await bench.endAll();
    expect(bench.taken()).toEqual([first.point, second.point]);
  });

  it('takes in a stick once more that is changed while it is taken in, however often', async () => {
    const bench = new Bench();
    bench.agent.plugged(first);
    await bench.untilTaking(first);
    for (let time = 0; time < 3; time++) bench.change(first);
    await bench.endAll();
    expect(bench.taken()).toEqual([first.point, first.point]);
  });

  it('takes in a stick again when something is put on it later, and only that one', async () => {
    const bench = await Bench.quick();
    bench.agent.plugged(first);
    bench.agent.plugged(second);
    await settled();
    bench.change(first);
    await settled();
    bench.change(first);
    await settled();
    expect(bench.taken()).toEqual([first.point, second.point, first.point, first.point]);
  });

  it('takes in no stick that is pulled out while it waits, but those that wait with it', async () => {
    const bench = new Bench();
    for (const mount of [first, second, third]) bench.agent.plugged(mount);
    bench.change(second);
    await bench.untilTaking(first);
    bench.agent.pulled(second);
    await bench.endAll();
    expect(bench.taken()).toEqual([first.point, third.point]);
  });

  it('takes in a stick that is pulled out and plugged in again while it waits', async () => {
    const bench = new Bench();
    bench.agent.plugged(first);
    bench.agent.pulled(first);
    bench.agent.plugged({ ...first, id: 99 });
    await bench.endAll();
    expect(bench.taken()).toEqual([first.point]);
  });

  it('passes over the last word of the watch of a stick that was pulled out', async () => {
    const bench = await Bench.quick();
    bench.agent.plugged(first);
    await settled();
    bench.agent.pulled(first);
    bench.change(first);
    await settled();
    bench.change(first);
    await settled();
    expect(bench.taken()).toEqual([first.point]);
    expect(bench.about('stick.failed')).toEqual([]);
  });

  it('stops watching a stick that is pulled out, and no other one', async () => {
    const bench = await Bench.quick();
    bench.agent.plugged(first);
    bench.agent.plugged(second);
    bench.agent.pulled(first);
    await settled();
    expect(bench.closed).toEqual([first.point]);
    bench.agent.pulled(first);
    await settled();
    expect(bench.closed).toEqual([first.point]);
  });
});

describe('an agent for sticks, when an import fails,', () => {
  const refusal = new FerryError('STICK_GONE', { where: first.point });

  it.each<[string, unknown, object]>([
    ['for a reason of the catalogue', refusal, { code: 'STICK_GONE', details: { where: first.point } }],
    ['for a defect', new TypeError('x is not a function'), { error: new TypeError('x is not a function') }],
  ])('says so and does the next one: %s', async (_, error, why) => {
    const bench = new Bench();
    bench.agent.plugged(first);
    bench.agent.plugged(second);
    await bench.untilTaking(first);
    await bench.fail(error);
    await bench.endAll();
    expect(bench.about('stick.failed')).toEqual([['error', 'stick.failed', { where: first.point, ...why }]]);
    expect(bench.taken()).toEqual([first.point, second.point]);
  });

  it('says so and takes in sticks, though what an earlier run left cannot be finished', async () => {
    const bench = new Bench();
    bench.agent.plugged(first);
    await settled();
    await bench.fail(refusal);
    await bench.endAll();
    expect(bench.about('stick.failed')).toMatchObject([['error', 'stick.failed', { code: 'STICK_GONE' }]]);
    expect(bench.taken()).toEqual([first.point]);
  });

  it('takes the same stick in again when it is changed', async () => {
    const bench = new Bench();
    bench.agent.plugged(first);
    await bench.untilTaking(first);
    await bench.fail(refusal);
    bench.change(first);
    await bench.endAll();
    expect(bench.taken()).toEqual([first.point, first.point]);
  });
});

describe('an agent for sticks that is closed', () => {
  /** Whether it is closed by now. */
  function closingOf(bench: Bench): { isClosed: boolean } {
    const closing = { isClosed: false };
    void bench.agent.close().then(() => {
      closing.isClosed = true;
    });
    return closing;
  }

  it('waits for the import that runs, and does none of those that wait', async () => {
    const bench = new Bench();
    for (const mount of [first, second]) bench.agent.plugged(mount);
    await bench.untilTaking(first);
    bench.change(first);
    const closing = closingOf(bench);
    await settled();
    expect(closing.isClosed).toBe(false);
    await bench.end({ ...nothing, end: 'answered' });
    expect(closing.isClosed).toBe(true);
    expect(bench.about('stick.answered')).toHaveLength(1);
    expect([bench.taken(), bench.running]).toEqual([[first.point], []]);
  });

  it('waits for what an earlier run left, and takes in no stick', async () => {
    const bench = new Bench();
    bench.agent.plugged(first);
    await settled();
    const closing = closingOf(bench);
    await settled();
    expect([closing.isClosed, bench.running]).toEqual([false, ['resume']]);
    await bench.end();
    expect([closing.isClosed, bench.taken()]).toEqual([true, []]);
  });

  it.each<[string, (bench: Bench) => void]>([
    ['a stick that is there', () => {}],
    ['a stick that was pulled out', (bench) => bench.agent.pulled(first)],
  ])('stops watching %s, and is closed no sooner', async (_, before) => {
    const bench = await Bench.quick();
    let closable = (): void => {};
    bench.closing = new Promise((resolve) => {
      closable = resolve;
    });
    bench.agent.plugged(first);
    before(bench);
    const closing = closingOf(bench);
    await settled();
    expect([closing.isClosed, bench.closed]).toEqual([false, []]);
    closable();
    await settled();
    expect([closing.isClosed, bench.closed]).toEqual([true, [first.point]]);
  });
});

describe('an agent, while what an earlier stick has left is finished before a stick,', () => {
  /** Takes in nothing; the second resuming, before the stick, lasts until it is let go. */
  function bench() {
    const taken: string[] = [];
    const scene = { taken, onward: (): void => {} };
    let resumed = 0;
    const agent = new StickAgent({
      take: async ({ where }) => {
        taken.push(where);
        return nothing;
      },
      resume: () =>
        resumed++ === 0
          ? Promise.resolve(null)
          : new Promise((resolve) => {
              scene.onward = () => resolve(null);
            }),
      open: ({ point }) => ({ where: point }) as Stick,
      show: () => undefined,
      watch: () => ({ close: async () => {} }),
      log: { info: () => {}, warn: () => {}, error: () => {} },
    });
    return Object.assign(scene, { agent });
  }

  const mount = mountOf();

  it.each<[string, (agent: StickAgent) => unknown]>([
    ['it is pulled out', (agent) => agent.pulled(mount)],
    ['the agent is closed', (agent) => void agent.close()],
  ])('does not take it in when %s then', async (_, then) => {
    const scene = bench();
    scene.agent.plugged(mount);
    await settled();
    then(scene.agent);
    scene.onward();
    await settled();
    expect(scene.taken).toEqual([]);
  });
});
