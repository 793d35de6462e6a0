// In plain JavaScript: a program that is measured brings it in as it is, and Node 20 starts no TypeScript.
import { setImmediate } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');

/** Rounds of collecting: buffers are let go in the background, some time after what they belonged to. */
const ROUNDS = 8;

/** Bytes of live objects and buffers, after everything that is not used any more was let go. */
export async function liveBytes() {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    collect();
    await setImmediate();
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
}
