import { Duplex } from 'node:stream';

/** Aborts when this process is asked to end. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort());
  return controller.signal;
}

/** The longest time that a timer of Node's takes, in milliseconds. */
const LONGEST_TIMER = 0x7fffffff;

/** Resolves when this process is asked to end, and keeps it alive until then. */
export function untilStopped(): Promise<void> {
  const alive = setInterval(() => undefined, LONGEST_TIMER);
  return new Promise((resolve) => {
    stopSignal().addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    });
  });
}

/** The standard streams as one way there and back, which may be let go before anybody serves on it. */
export function standardStreams(): Duplex {
  const streams = Duplex.from({ readable: process.stdin, writable: process.stdout });
  // Whoever serves on it is told by its end. When it is let go early, it calls that an error, and nobody listens yet.
  return streams.on('error', () => undefined);
}

/** Where logs go. */
export const logStream = process.stderr;
