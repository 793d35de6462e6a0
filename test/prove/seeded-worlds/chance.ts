/** A whole number from 0 up to, not including, `limit`. */
export type Draw = (limit: number) => number;

/** The same numbers for the same two seeds: 64 bits of state, mixed as in SplitMix with 32-bit halves. */
export function chance(seed: number, stream: number): Draw {
  let high = mixed(seed ^ 0x9e3779b9);
  let low = mixed(stream ^ 0x7f4a7c15);
  return (limit) => {
    low = (low + 0x6d2b79f5) >>> 0;
    high = (high + (low < 0x6d2b79f5 ? 0x9e3779ba : 0x9e3779b9)) >>> 0;
    return (mixed(low ^ mixed(high)) % limit) >>> 0;
  };
}

/** 32 bits of which every one depends on all bits given. */
export function mixed(bits: number): number {
  let word = bits >>> 0;
  word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
  return (word ^ (word >>> 15)) >>> 0;
}

/** One of several, each as often as its weight says. */
export function weighted<T>(draw: Draw, choices: readonly (readonly [choice: T, weight: number])[]): T {
  let left = draw(choices.reduce((sum, [, weight]) => sum + weight, 0));
  for (const [choice, weight] of choices) {
    if (left < weight) return choice;
    left -= weight;
  }
  throw new RangeError('there is nothing to choose from');
}
