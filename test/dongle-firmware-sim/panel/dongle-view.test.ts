import { beforeEach, describe, expect, it } from 'vitest';
import { load, makeContainer, order, TestFirm } from '../../world/parties.ts';
import { packet } from '../usb/faults/fault-scene.ts';
import { PanelScene, SERIAL } from './panel-scene.ts';

let scene: PanelScene;
beforeEach(() => {
  scene = new PanelScene();
});

const light = async (): Promise<string> => (await scene.view.shown()).light;

describe('what is shown of a dongle', () => {
  it('is what it holds, what is on its way, and which work orders are armed', async () => {
    const firm = new TestFirm();
    load(firm, scene.container, { productCode: 1001, quantity: 5, text: 'Motion control' });
    order(scene.container, makeContainer('soft', 7), [{ holding: 1, quantity: 2 }]);
    const items = [{ firmCode: 6000010, productCode: 1001, quantity: 1 }];
    scene.container.container.run('arm-order', { items, kinds: [], keys: [], most: 3 });
    const shown = await scene.view.shown();
    expect(shown).toMatchObject({ serial: SERIAL, isPluggedIn: true, hasPower: true, hasHost: false, isLocked: false });
    expect(shown.items).toEqual([
      {
        firmCode: 6000010,
        firm: 'Firm 6000010',
        productCode: 1001,
        text: 'Motion control',
        held: 3,
        pending: 2,
      },
    ]);
    expect(shown.transit).toEqual([{ target: '130-7', sequence: 1, firmCode: 6000010, seats: 2, isCancelled: false }]);
    expect(shown.orders).toEqual([{ id: 1, items: ['6000010:1001x1'], served: 0, most: 3 }]);
    expect(shown.freeMemory).toBeLessThan(shown.capacity);
  });

  it('is asked of the dongle again only when its state is another one, and never without power', async () => {
    await scene.view.shown();
    await scene.view.shown();
    expect(scene.asked).toBe(1);
    load(new TestFirm(), scene.container, { quantity: 5 });
    scene.faults.set('cut power');
    expect((await scene.view.shown()).items).toEqual([]);
    scene.faults.set('plug');
    expect((await scene.view.shown()).items).toHaveLength(1);
    expect(scene.asked).toBe(2);
  });

  it('is what it was while the dongle keeps its answer back for a slow flash, and asked for once', async () => {
    await scene.view.shown();
    scene.faults.set('slow flash 10s');
    load(new TestFirm(), scene.container, { quantity: 5 });
    scene.faults.board.flash('program');
    for (let tick = 0; tick < 20; tick++) expect((await scene.view.shown()).items).toEqual([]);
    expect(scene.asked).toBe(2);
    scene.faults.pass(10);
    expect((await scene.view.shown()).items).toHaveLength(1);
    expect(scene.asked).toBe(2);
  });

  it('has the latest that happened first, and no more of it than anybody reads', async () => {
    scene.view.hosted(true);
    for (let at = 1; at <= 50; at++) {
      scene.time += 1;
      scene.view.told('command.ended', { command: `list${at}`, connection: 1 });
    }
    scene.view.told('carrier.opened', { address: 'usbip://127.0.0.1:3240/1-1' });
    const { happened } = await scene.view.shown();
    expect(happened).toHaveLength(40);
    expect(happened[0]).toEqual({ at: scene.time, event: 'command.ended', detail: 'list50' });
  });
});

describe('the light', () => {
  it('is off where it is unplugged or has no power, and on where nothing goes on', async () => {
    expect(await light()).toBe('on');
    for (const fault of ['unplug', 'cut power']) {
      scene.faults.set(fault);
      expect(await light()).toBe('off');
      scene.faults.set('plug');
    }
  });

  it('flickers while something goes over the wire, and a moment longer', async () => {
    scene.faults.board.report('in', packet(1));
    expect(await light()).toBe('working');
    scene.time += 399;
    expect(await light()).toBe('working');
    scene.time += 1;
    expect(await light()).toBe('on');
  });

  it('flickers as long as mail is worked on', async () => {
    scene.view.told('mail.opened');
    scene.time += 60_000;
    expect(await light()).toBe('working');
    scene.view.told('mail.answered');
    expect(await light()).toBe('on');
  });

  it('blinks for three seconds when somebody wants to see which one it is', async () => {
    scene.view.told('led.blinked');
    scene.time += 2999;
    expect(await light()).toBe('blinking');
    scene.time += 1;
    expect(await light()).toBe('on');
  });
});
