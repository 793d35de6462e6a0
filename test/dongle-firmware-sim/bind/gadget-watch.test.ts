import { beforeEach, describe, expect, it } from 'vitest';
import { GadgetWatch } from '../../../dongle-firmware-sim/bind/gadget-watch.ts';

let told: string[];
let gadget: { bus: string; isOn: boolean; hasMedium: boolean; now: number };
let hasNews: boolean;
let watch: GadgetWatch;
beforeEach(() => {
  told = [];
  gadget = { bus: 'not attached', isOn: false, hasMedium: true, now: 0 };
  hasNews = false;
  const tell = (what: string) => (): void => void told.push(what);
  watch = new GadgetWatch({
    look: () => gadget,
    hadMedium: () => true,
    mailbox: {
      plugged: tell('plugged'),
      ejected: tell('ejected'),
      unplugged: tell('unplugged'),
      changed: tell('changed'),
    },
    hasNews: () => hasNews,
    onComputer: (isThere) => told.push(isThere ? 'computer' : 'no computer'),
  });
});

function look(seen: Partial<typeof gadget> = {}): void {
  gadget = { ...gadget, ...seen };
  watch.look();
}

describe('the watch on a gadget', () => {
  it('tells the mailbox and its owner what a computer did, in that order', () => {
    look({ bus: 'configured', isOn: true });
    look({ hasMedium: false });
    look({ hasMedium: true, bus: 'not attached', isOn: false });
    expect(told).toEqual(['plugged', 'computer', 'ejected', 'unplugged', 'no computer']);
  });

  it('has the volume made anew for news while nobody has it, and only then', () => {
    hasNews = true;
    look();
    expect(told.splice(0)).toEqual(['changed']);
    look({ bus: 'configured', isOn: true });
    look();
    expect(told).toEqual(['plugged', 'computer']);
  });

  it('ends as if the computer had gone, if one was there', () => {
    watch.end();
    expect(told).toEqual([]);
    look({ bus: 'configured', isOn: true });
    watch.end();
    expect(told).toEqual(['plugged', 'computer', 'unplugged', 'no computer']);
  });
});
