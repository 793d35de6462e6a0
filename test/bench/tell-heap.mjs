// Brought into a program that is measured: tells its live bytes on standard error whenever it gets SIGUSR2.
import { setImmediate } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');

process.on('SIGUSR2', async () => {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 8; round++) {
    collect();
    await setImmediate();
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  process.stderr.write(`live bytes: ${least}\n`);
});
