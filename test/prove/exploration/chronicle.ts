/**
 * What the checks have to know of a container's past and the container itself forgets. Part of the identity of a state
 * only where a world keeps one: it splits states that differ in nothing else.
 */
export interface Chronicle {
  /** Seats by item that its firms have granted here, less those that they took away; an item that was ever granted is in it. */
  readonly granted: Readonly<Record<string, number>>;
  /** Seats by item that may be there once more, since their vendor has accepted that. */
  readonly accepted: Readonly<Record<string, number>>;
  /** Challenges to which an answer was taken. */
  readonly answered: readonly string[];
  /** Words that have unlocked what is of a firm. */
  readonly unlocked: readonly string[];
}

export const NO_CHRONICLE: Chronicle = { granted: {}, accepted: {}, answered: [], unlocked: [] };

/** The same with so many seats of an item more. */
export function withSeats(
  seats: Readonly<Record<string, number>>,
  item: string,
  more: number,
): Readonly<Record<string, number>> {
  return { ...seats, [item]: (seats[item] ?? 0) + more };
}
