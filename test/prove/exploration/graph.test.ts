import { describe, expect, it } from 'vitest';
import { Answers } from './answers.ts';
import { Explorer } from './explorer.ts';
import { Graph } from './graph.ts';
import { acquaint, grantBefore, toyFirm } from './toy-firm.ts';
import type { World } from './world.ts';
import { device, dongle, seatsOf } from './worlds/kit.ts';

/** The graph in which each state leads to those. */
function graphOf(...leads: readonly (readonly number[])[]): Graph {
  const graph = new Graph();
  for (const targets of leads) {
    graph.begin();
    for (const target of targets) graph.lead(target);
  }
  return graph;
}

/** A dongle that gives to a device without room for it, and never calls anything back. */
function stubborn(): World {
  const from = dongle(new Answers());
  const to = device(new Answers(), 'device', { limits: { capacity: 1200 } });
  const item = { number: 1, seats: 1 };
  grantBefore(toyFirm('firm', 7), from, [item]);
  acquaint(from, to);
  from.wish({ orders: [{ to: to.key, most: 1, quantities: [1] }] });
  return { parties: [from, to], granted: seatsOf(item), memory: 'kept' };
}

describe('going back from the ends', () => {
  it('finds them within reach over steps in any order of the states', () => {
    const graph = graphOf([2], [], [3, 0], [1]);
    expect(graph.endsAt((state) => state === 1)).toMatchObject({ good: 1, without: 0, first: -1 });
  });

  it('names the first state that leads to none, also where states lead to each other for ever', () => {
    const graph = graphOf([1, 2], [], [3], [2]);
    expect(graph.endsAt((state) => state === 1)).toMatchObject({ without: 2, first: 2 });
  });

  it('takes more steps than one piece of its memory holds', () => {
    const many = Array.from({ length: 3 << 20 }, () => 0);
    expect(graphOf([0], many, [...many.slice(1), 3], []).endsAt((state) => state === 3)).toMatchObject({ without: 2 });
  });

  it('shows a world in which something stays in transit, although calling back would help', () => {
    const { violation, healed } = new Explorer(stubborn()).run(Number.POSITIVE_INFINITY);
    expect(violation?.what).toBe('nobody can bring to an end what is in transit');
    expect(healed.calledBack).toBeGreaterThan(0);
  });

  it('lets wishes run out where a world says so', () => {
    const world = { ...stubborn(), runsOut: 'nobody wants to call back' };
    const { violation, ends } = new Explorer(world).run(Number.POSITIVE_INFINITY);
    expect(violation).toBeNull();
    expect(ends?.without).toBeGreaterThan(0);
  });
});
