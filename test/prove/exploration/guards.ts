import reasons from './guards.json' with { type: 'json' };

/** Why guards of the rules, in words, only ever go one way in the explored worlds. */
export const GUARD_REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries(reasons as Record<string, readonly string[]>).flatMap(([why, guards]) =>
    guards.map((guard) => [guard, why] as const),
  ),
);

/** What the rules of one file write down when they were bundled to be watched. @see watch-guards.mjs */
interface WatchedFile {
  readonly file: string;
  readonly guards: readonly string[];
  readonly true: Uint8Array;
  readonly false: Uint8Array;
}

/**
 * Guards that only ever went one way in this program, in words: the file, the condition as it is written, and how it never
 * was. Null when nobody watches them.
 */
export function oneSidedGuards(): readonly string[] | null {
  const { watchedGuards } = globalThis as { readonly watchedGuards?: readonly WatchedFile[] };
  if (watchedGuards === undefined) return null;
  return watchedGuards.flatMap(({ file, guards, ...seen }) =>
    guards.flatMap((guard, at) => {
      const never = neverWas(seen.true[at] === 1, seen.false[at] === 1);
      return never === null ? [] : [`${file}: ${guard} is never ${never}`];
    }),
  );
}

function neverWas(isTrue: boolean, isFalse: boolean): string | null {
  if (isTrue && isFalse) return null;
  if (!isTrue && !isFalse) return 'reached';
  return isTrue ? 'false' : 'true';
}
