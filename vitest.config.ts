import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // What takes long, such as every point at which a process can be killed, carriers between processes and whole documents:
    // part of `npm run test:all`. And what needs more of the system than Node: `npm run test:system`.
    exclude: ['test/**/*.sweep.test.ts', 'test/**/*.kill.test.ts', 'test/**/*.system.test.ts'],
    // The work of most tests is real: processes, files, flushes. As many workers as there are cores, not one less.
    maxWorkers: '100%',
    // Nothing here keeps state in a module, so the files of one worker share what they load.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    coverage: {
      provider: 'v8',
      include: ['{carriers,container,device-side,dongle-firmware-sim,host,state-machines}/**/*.ts'],
      // Run as programs of their own by the end-to-end tests, where coverage does not see them.
      exclude: ['**/main.ts', '**/*-port.ts', '**/port.ts'],
      reporter: ['text-summary', 'html', 'json-summary'],
      thresholds: {
        'container/**': { branches: 90 },
        'container/engine/**': { branches: 95 },
        'container/store/**': { branches: 95 },
        'state-machines/**': { branches: 95 },
      },
    },
  },
});
