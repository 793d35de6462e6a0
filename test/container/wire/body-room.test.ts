import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BodyRoom, type Place } from '../../../container/wire/body-room.ts';

const [CAPACITY, SHARE, WINDOW, STALE] = [100, 25, 10, 10];

describe('the room for bodies on their way', () => {
  /** Places that say which of them had to make room. */
  const make = () => {
    const clock = { now: 0 };
    const lost: string[] = [];
    const room = new BodyRoom({
      capacity: CAPACITY,
      share: SHARE,
      window: WINDOW,
      staleAfter: STALE,
      now: () => clock.now,
    });
    const held = (name: string, size: number, holder: object | undefined = {}): Place => {
      const place = room.place(() => lost.push(name));
      if (holder !== undefined) place.holders.add(holder);
      expect(room.take(place, size)).toBe(true);
      return place;
    };
    const left = (name: string, size: number): Place => {
      const place = held(name, size);
      place.holders.clear();
      return place;
    };
    return { clock, lost, room, held, left };
  };

  it('is made by those that nobody brings or fetches, the longest unused first, and no more of it than is needed', () => {
    const { room, lost, held, left } = make();
    const used = left('used', 20);
    left('first', 20);
    left('second', 20);
    held('large', 40);
    room.use(used, 0);
    held('new', 30);
    expect(lost).toEqual(['first', 'second']);
  });

  it('is not made by more of them than are needed, nor by those that take none, nor where there is some', () => {
    const { room, lost, held, left } = make();
    room.place(() => lost.push('announced'));
    left('first', 20);
    left('second', 20);
    held('large', 40);
    held('fitting', 20);
    expect(lost).toEqual([]);
    held('new', 20);
    expect(lost).toEqual(['first']);
  });

  it('is not counted twice for a large one that nobody brings or fetches', () => {
    const { room, lost, held, left, clock } = make();
    left('large', 40);
    for (const name of ['a', 'b']) held(name, SHARE);
    const larger = held('larger', 10);
    clock.now = STALE;
    expect(room.take(larger, 41)).toBe(false);
    expect(lost).toEqual([]);
    expect(room.take(larger, 40)).toBe(true);
    expect(lost).toEqual(['large']);
  });

  it('is given at once to one that takes just its share, and not to one that takes a byte more', () => {
    const { room, lost, held } = make();
    held('one', 90);
    const place = held('new', 5);
    expect([room.take(place, SHARE - 4), lost]).toEqual([false, []]);
    expect([room.take(place, SHARE - 5), lost]).toEqual([true, ['one']]);
  });

  it('is kept by one that got on by a window, and not by one that lacks a byte of it', () => {
    const { room, lost, held, clock } = make();
    const [exact, short] = [held('exact', 40), held('short', 40)];
    clock.now = 1;
    room.use(exact, WINDOW);
    room.use(short, WINDOW - 1);
    held('new', SHARE);
    expect(lost).toEqual(['short']);
  });

  it('is made by the one over its share that has not got on by a window for the longest', () => {
    const { room, lost, held, clock } = make();
    const [fast, trickling] = [held('fast', 50), held('trickling', 40)];
    for (clock.now = 1; clock.now < 5; clock.now++) {
      room.use(fast, clock.now * WINDOW);
      // One byte now and then is no getting on.
      room.use(trickling, clock.now);
    }
    held('new', 20);
    expect(lost).toEqual(['trickling']);
  });

  it('is given to a larger one by those only that have not got on for a while', () => {
    const { room, lost, held, clock } = make();
    held('one', 90);
    const large = held('large', 10);
    clock.now = STALE - 1;
    expect(room.take(large, 40)).toBe(false);
    clock.now = STALE;
    expect(room.take(large, 40)).toBe(true);
    expect(lost).toEqual(['one']);
  });

  it('is not made where it would not be enough', () => {
    const { room, lost, held, left } = make();
    for (const name of ['a', 'b', 'c']) held(name, SHARE);
    left('d', 20);
    const large = held('large', 5);
    expect(room.take(large, 21)).toBe(false);
    expect(lost).toEqual([]);
    expect(room.take(large, 20)).toBe(true);
    expect(lost).toEqual(['d']);
  });

  it('is no room of one that had to make room, or gave it back', () => {
    const { room, lost, held, left } = make();
    const gone = left('gone', 90);
    held('new', 20);
    expect([lost, room.take(gone, 1), gone.taken]).toEqual([['gone'], false, 0]);
  });

  it('is always there for one within its share, whatever the others do, and is never more than there is', () => {
    const hog = fc.record({ of: fc.nat(2), more: fc.nat(60), seconds: fc.nat(20), at: fc.nat(200) });
    fc.assert(
      fc.property(fc.array(fc.oneof(hog, fc.constant('honest' as const)), { maxLength: 60 }), (steps) => {
        const { room, clock, lost } = make();
        const places = [0, 1, 2].map((number) => room.place(() => lost.push(`hog ${number}`)));
        for (const place of places) place.holders.add(place);
        const honest = room.place(() => lost.push('honest'));
        honest.holders.add(honest);
        for (const step of steps) {
          if (step === 'honest') {
            if (honest.taken < SHARE) expect(room.take(honest, 5)).toBe(true);
          } else {
            clock.now += step.seconds;
            // One that was lost comes again as another body.
            const place = places[step.of];
            if (place === undefined) continue;
            const taken = room.take(place, step.more);
            if (!taken && place.taken === 0) {
              const again = room.place(() => lost.push(`hog ${step.of}`));
              again.holders.add(again);
              places[step.of] = again;
            } else room.use(place, step.at);
          }
          const all = [honest, ...places].reduce((sum, { taken }) => sum + taken, 0);
          expect(all).toBeLessThanOrEqual(CAPACITY);
        }
        expect(lost).not.toContain('honest');
      }),
    );
  });
});
