import { describe, expect, it } from 'vitest';
import { homesOf } from '../../../host/cli/commands/central/homes.ts';
import type { Taken } from '../../../host/cli/take-home.ts';

function taken(file: string, over: Partial<Taken> = {}): Taken {
  return {
    ...{ file, target: '130-1', firmCode: 1, madeKnown: false, repeated: false, pending: 0, late: false },
    ...{ entries: [], tooLate: [], writtenOff: [], unsure: [], newEpoch: null, duplicates: [], surplus: [] },
    ...{ contradiction: null, proven: [], locked: false, lockedFirms: [], asksForTime: false },
    ...over,
  };
}

describe('what several files of a container tell a firm', () => {
  it('is told once for each container and firm, in the order of their first files', () => {
    const homes = homesOf([taken('a'), taken('b', { target: '130-2' }), taken('c', { firmCode: 2 }), taken('d')]);
    expect(homes.map(({ files }) => files)).toEqual([['a', 'd'], ['b'], ['c']]);
  });

  it('has what each of them settled, and the word of the last on what is in transit', () => {
    const [first, second] = [
      { sequence: 1, reason: 0 },
      { sequence: 2, reason: 0 },
    ];
    const [home] = homesOf([
      taken('a', { entries: [first], pending: 2 }),
      taken('b', { entries: [second], pending: 1 }),
    ]);
    expect([home?.taken.entries, home?.taken.pending]).toEqual([[first, second], 1]);
  });

  it('is nothing new only where all of it was taken before', () => {
    const isRepeated = (...files: readonly boolean[]) =>
      homesOf(files.map((repeated) => taken('a', { repeated })))[0]?.taken.repeated;
    expect([isRepeated(true, true), isRepeated(true, false), isRepeated(false, true)]).toEqual([true, false, false]);
  });

  it.each([
    [['locked', 'open'], 'locked'],
    [['open', 'locked'], 'locked'],
    [['open', 'other'], 'other'],
  ])('names, of %j, the file that shows a lock, else the last', (files, named) => {
    const all = files.map((file) => taken(file, file === 'locked' ? { locked: true, lockedFirms: [1] } : {}));
    const isLocked = files.includes('locked');
    expect(homesOf(all)[0]?.taken).toMatchObject({ file: named, locked: isLocked, lockedFirms: isLocked ? [1] : [] });
  });

  it('names a license of which too much is shown once, as the last file shows it', () => {
    const [before, after] = [[{ itemId: 'x', quantity: 2 }], [{ itemId: 'x', quantity: 3 }]];
    expect(homesOf([taken('a', { surplus: before }), taken('b', { surplus: after })])[0]?.taken.surplus).toEqual(after);
  });
});
