/** Everything but letters, digits, punctuation, symbols and the plain space: what could turn or break a line. */
const NOT_PLAIN = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;
const LONGEST = 1000;
/** Half of a character, where a text was cut. */
const HALF = /[\uD800-\uDBFF]$/;

/** One line of text that is safe to show, whoever wrote it. */
export function plain(text: string): string {
  const safe = text.replace(NOT_PLAIN, '?');
  return safe.length > LONGEST ? `${safe.slice(0, LONGEST).replace(HALF, '')}...` : safe;
}
