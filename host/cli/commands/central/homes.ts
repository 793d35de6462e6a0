import type { Taken } from '../../take-home.ts';

/** What one container told one firm, by all the files of it that were taken home together. */
export interface Home {
  readonly files: readonly string[];
  /** As if it had been one file. */
  readonly taken: Taken;
}

/** What was taken home, container by container and firm by firm, in the order of their first files. */
export function homesOf(done: readonly Taken[]): readonly Home[] {
  const homes = new Map<string, Taken[]>();
  for (const taken of done) {
    const name = `${taken.target} ${taken.firmCode}`;
    homes.set(name, [...(homes.get(name) ?? []), taken]);
  }
  return [...homes.values()].map((all) => ({ files: all.map(({ file }) => file), taken: all.reduce(together) }));
}

/** What a later file told beside an earlier one: its word is the last on what is in transit. */
function together(before: Taken, after: Taken): Taken {
  // What is said of a lock names the file that shows it.
  const { locked, lockedFirms, file } = before.locked && !after.locked ? before : after;
  return {
    ...after,
    ...{ locked, lockedFirms, file },
    madeKnown: before.madeKnown || after.madeKnown,
    repeated: before.repeated === true && after.repeated === true,
    late: before.late && after.late,
    entries: [...before.entries, ...after.entries],
    tooLate: [...before.tooLate, ...after.tooLate],
    writtenOff: [...before.writtenOff, ...after.writtenOff],
    unsure: [...before.unsure, ...after.unsure],
    newEpoch: after.newEpoch ?? before.newEpoch,
    contradiction: after.contradiction ?? before.contradiction,
    duplicates: both(before.duplicates, after.duplicates),
    surplus: [...new Map([...before.surplus, ...after.surplus].map((one) => [one.itemId, one])).values()],
    proven: both(before.proven, after.proven),
    asksForTime: before.asksForTime || after.asksForTime,
  };
}

/** Each once, though several files tell of it. */
function both<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  const known = new Set(before.map((one) => JSON.stringify(one)));
  return [...before, ...after.filter((one) => !known.has(JSON.stringify(one)))];
}
