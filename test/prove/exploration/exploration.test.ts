import { describe, expect, it } from 'vitest';
import { Answers } from './answers.ts';
import { Explorer } from './explorer.ts';
import { replay, testFor } from './replay.ts';
import { acquaint, grantBefore, toyFirm } from './toy-firm.ts';
import { REASONS, unseen } from './unseen.ts';
import type { World } from './world.ts';
import { WORLDS } from './worlds/index.ts';
import { device, dongle, seatsOf } from './worlds/kit.ts';

const quick = WORLDS.filter(({ size }) => size === 'quick');
const NO_END = Number.POSITIVE_INFINITY;

describe('exploring the rules', () => {
  it.each(quick)('finds nothing wrong in all of the world $name', { timeout: 120_000 }, (plan) => {
    const { violation, closed, states } = new Explorer(plan.build(new Answers())).run(NO_END);
    expect(violation).toBeNull();
    expect(closed).toBe(true);
    expect(states).toBeGreaterThan(100);
  });

  it('comes to the same when it is interrupted and goes on', () => {
    const [plan] = quick.filter(({ name }) => name === 'full table');
    const explore = (): Explorer => new Explorer((plan as (typeof quick)[number]).build(new Answers()));
    const interrupted = explore();
    for (let most = 50; !interrupted.run(most).closed; most += 50);
    expect(interrupted.run(NO_END)).toEqual(explore().run(NO_END));
  });

  it('gives every world a name of its own', () => {
    expect(new Set(WORLDS.map(({ name }) => name)).size).toBe(WORLDS.length);
  });

  it('gives reasons only for errors that an explored command declares', () => {
    const declared = new Set(unseen(new Answers()).map(({ code }) => code as string));
    expect(Object.keys(REASONS).filter((code) => !declared.has(code))).toEqual([]);
  });
});

/** A dongle that is set back in a world where that cannot be. */
function impossible(): World {
  const from = dongle(new Answers());
  const to = device(new Answers(), 'device');
  const item = { number: 1, seats: 1 };
  grantBefore(toyFirm('firm', 7), from, [item]);
  acquaint(from, to);
  from.wish({ orders: [{ to: to.key, most: 1, quantities: [1] }], copies: { copies: 1, swaps: 1, way: 'clone' } });
  return { parties: [from, to], granted: seatsOf(item), memory: 'kept' };
}

describe('a violation', () => {
  it('is told as a shortest history, which leads to it again', () => {
    const { violation } = new Explorer(impossible()).run(NO_END);
    expect(violation?.what).toBe('item 1 has 2 seats, not 1');
    expect(violation?.history).toHaveLength(4);
    expect(new Explorer(impossible()).replay(violation?.history ?? [])).toBe(violation?.what);
    expect(new Explorer(impossible()).replay(violation?.history.slice(0, 2) ?? [])).toBeNull();
  });
});

describe('a history', () => {
  it('can be gone again step by step', () => {
    expect(replay('one channel', [])).toBeNull();
    expect(() => replay('one channel', ['the dongle flies'])).toThrow('nobody can do this: the dongle flies');
    expect(() => replay('no world', [])).toThrow('there is no world: no world');
  });

  it('becomes a test that names its world and its steps', () => {
    const text = testFor('one channel', { what: 'a seat is lost', history: ['dongle cancels 1'] });
    expect(text).toContain('replay("one channel", [\n      "dongle cancels 1",\n');
    expect(text).toContain('does not come to this: a seat is lost');
  });
});
