// Brought into a program that is measured: tells its live bytes on standard error whenever it gets SIGUSR2.
import { liveBytes } from '../prove/hostile-bytes/heap.mjs';

process.on('SIGUSR2', async () => process.stderr.write(`live bytes: ${await liveBytes()}\n`));
