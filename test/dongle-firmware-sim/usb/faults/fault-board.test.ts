import { describe, expect, it } from 'vitest';
import { answerFaultRequest } from '../../../../dongle-firmware-sim/usb/faults/fault-messages.ts';
import { FaultScene, packet } from './fault-scene.ts';

describe('a board with no fault set', () => {
  it('lets everything through as it is, and counts it', () => {
    const { board } = new FaultScene();
    const data = packet(1, 1024);
    expect(board.report('in', data)).toEqual({ isDropped: false, delay: 0, data, isCutOff: false });
    expect(board.transfer('out', data).data).toBe(data);
    board.transfer('in', packet(1, 13));
    expect(board.flash('program')).toBe(false);
    const traffic = { reportsIn: 1, reportsOut: 0, sectorsRead: 0, sectorsWritten: 2, flashOperations: 1 };
    expect(board.traffic).toEqual(traffic);
  });
});

describe('a moment', () => {
  it('comes at the report of that number, counted from when the fault was set', async () => {
    const scene = new FaultScene();
    scene.board.report('in', packet(0));
    scene.set('unplug at report 3');
    const passages = [1, 2, 3].map((first) => scene.board.report('out', packet(first)));
    expect(passages.map(({ isCutOff }) => isCutOff)).toEqual([false, false, true]);
    expect(scene.board.isGone).toBe(true);
    // Not from under the transfer that is being answered.
    expect(scene.done).toEqual([]);
    await Promise.resolve();
    expect(scene.done).toEqual(['unplug']);
  });

  it('comes at a sector in the middle of a transfer, of which the sectors before come through', () => {
    const scene = new FaultScene();
    scene.set('cut power at sector 11');
    expect(scene.board.transfer('out', packet(1, 8 * 512)).isCutOff).toBe(false);
    const passage = scene.board.transfer('out', packet(2, 8 * 512));
    expect([passage.isCutOff, passage.data.length]).toEqual([true, 2 * 512]);
    expect(scene.board.hasPower).toBe(false);
  });

  it('comes at the flash operation of that number, and only then', () => {
    const scene = new FaultScene();
    scene.set('cut power at flash 2');
    expect([scene.board.flash('program'), scene.board.flash('erase'), scene.board.flash('program')]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it.each([
    ['unplug at flash 2', []],
    ['busy 5s at flash 2', ['unplug']],
  ])('of a flash operation lets that end where the dongle keeps its power: %s', (fault, before) => {
    const scene = new FaultScene();
    scene.set(...before, fault, 'cut power at flash 3');
    expect(['program', 'erase', 'program'].map((one) => scene.board.flash(one as 'program' | 'erase'))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('of a power cut comes with the flash operation of its number, whatever else comes with that', () => {
    const scene = new FaultScene();
    scene.set('unplug at flash 1', 'cut power at flash 1');
    expect([scene.board.flash('program'), scene.board.hasPower]).toEqual([true, false]);
  });

  it('comes after its time, and the next one after its own', async () => {
    const scene = new FaultScene();
    scene.set('at 2s unplug', 'at 5s plug');
    scene.pass(1.9);
    expect(scene.board.isGone).toBe(false);
    scene.pass(0.1);
    expect(scene.board.isGone).toBe(true);
    scene.pass(3);
    await Promise.resolve();
    expect(scene.done).toEqual(['unplug', 'plug']);
  });

  it('never comes for a fault that was cleared before', () => {
    const scene = new FaultScene();
    scene.set('at 2s unplug', 'cut power at report 1');
    expect(scene.board.clear()).toBe(2);
    scene.pass(3);
    expect(scene.board.report('in', packet(1)).isCutOff).toBe(false);
  });
});

describe('a fault of packets', () => {
  it('strikes so many reports, and none of the disk', () => {
    const scene = new FaultScene();
    scene.set('drop 2 reports');
    expect(scene.board.transfer('in', packet(1)).isDropped).toBe(false);
    const dropped = [1, 2, 3].map((first) => scene.board.report('in', packet(first)).isDropped);
    expect(dropped).toEqual([true, true, false]);
    expect(scene.board.list()).toEqual([]);
  });

  it('strikes about one in so many, the same ones under the same seed', () => {
    const struck = (seed: number): readonly number[] => {
      const scene = new FaultScene();
      scene.set(`drop 1 in 10 reports seed ${seed}`);
      return Array.from({ length: 1000 }, (_, at) => at).filter(() => scene.board.report('in', packet(1)).isDropped);
    };
    const first = struck(7);
    expect(first.length).toBeGreaterThan(60);
    expect(first.length).toBeLessThan(140);
    expect(struck(7)).toEqual(first);
    expect(struck(8)).not.toEqual(first);
  });

  it('turns exactly one bit over, in a copy', () => {
    const scene = new FaultScene();
    scene.set('corrupt 1 report');
    const sent = packet(0);
    const { data } = scene.board.report('out', sent);
    const bits = data.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
    expect([bits, sent]).toEqual([1, packet(0)]);
  });

  it('adds its delay to that of others', () => {
    const scene = new FaultScene();
    scene.set('delay 5 reports by 50ms', 'delay 1 report by 1s');
    expect(scene.board.report('in', packet(1)).delay).toBeCloseTo(1.05);
    expect(scene.board.report('in', packet(1)).delay).toBeCloseTo(0.05);
  });
});

describe('a fault that lasts', () => {
  it('ends after its time, and takes the place of one of its kind', () => {
    const scene = new FaultScene();
    scene.set('busy 5s', 'busy 2s');
    expect(scene.board.list().map(({ fault }) => fault)).toEqual(['busy 2s']);
    scene.pass(1.5);
    expect(scene.board.isBusy).toBe(true);
    scene.pass(0.5);
    expect(scene.board.isBusy).toBe(false);
  });

  it('makes the flash take its time for pages and sixteen times that for sectors, one after the other', async () => {
    const scene = new FaultScene();
    scene.set('slow flash 10ms');
    scene.board.flash('program');
    scene.board.flash('erase');
    let isDone = false;
    void scene.board.flashDone().then(() => {
      isDone = true;
    });
    scene.pass(0.169);
    await Promise.resolve();
    expect(isDone).toBe(false);
    scene.pass(0.001);
    await Promise.resolve();
    expect(isDone).toBe(true);
  });

  it('lets nobody wait for the flash any more once it is cleared, or another one takes its place', async () => {
    const scene = new FaultScene();
    const done: string[] = [];
    for (const end of ['clear', 'slow flash 1ms']) {
      scene.set('slow flash 3600s');
      scene.board.flash('erase');
      void scene.board.flashDone().then(() => done.push(end));
      if (end === 'clear') scene.board.clear();
      else scene.set(end);
      await scene.board.flashDone();
    }
    expect([done, scene.waits]).toEqual([['clear', 'slow flash 1ms'], 0]);
  });

  it('is there until it is cleared where it has no end', () => {
    const scene = new FaultScene();
    scene.set('full memory');
    expect(scene.board.isFull).toBe(true);
    expect(scene.board.clear(1)).toBe(1);
    expect(scene.board.isFull).toBe(false);
    expect(scene.told).toEqual(['fault.struck: full memory', 'fault.cleared: full memory']);
  });
});

describe('a request about faults', () => {
  it('sets all of its faults or, where one is none, nothing', () => {
    const { board } = new FaultScene();
    const refused = answerFaultRequest(board, { ask: 'set', faults: ['drop 3 reports', 'explode'] });
    expect([refused, board.list()]).toEqual([
      { ok: false, why: expect.stringMatching(/^"explode" is no fault: "explode" may not stand/) },
      [],
    ]);
    const answer = answerFaultRequest(board, { ask: 'set', faults: ['drop 3 reports', 'unplug at report 9'] });
    expect(answer).toEqual({
      ok: true,
      wasPluggedIn: true,
      isPluggedIn: true,
      awaited: null,
      cleared: 0,
      faults: [
        { id: 1, fault: 'drop 3 reports', state: 'active', left: 3 },
        { id: 2, fault: 'unplug at report 9', state: 'waiting', left: 9 },
      ],
    });
  });

  it.each([undefined, null, 7, {}, { ask: 'set' }, { ask: 'set', faults: [] }, { ask: 'list', more: 1 }])(
    'of another form is refused: %j',
    (request) => {
      const { board } = new FaultScene();
      expect(answerFaultRequest(board, request)).toEqual({ ok: false, why: 'the request has another form' });
    },
  );
});
