/** What is said when Ctrl-C ends a move: what it means for the licenses, and what goes on from there. */
export const INTERRUPTED_MOVE =
  'Interrupted. No license is lost or doubled: each is held, or in transit, where nobody can use it. `ferry status` shows what is unfinished, and `ferry resume` finishes it.';
