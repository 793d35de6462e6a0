import { expect, it } from 'vitest';
import { killEverything } from './kill-everything.ts';

const KILLS = Number(process.env.FERRY_KILLS ?? 100);
const SEED = Number(process.env.FERRY_SEED ?? Date.now() % 1_000_000);

it.each(['unix', 'tcp'] as const)(
  'moves between served containers over %s survive the killing of dongle, devices and hosts',
  async (carrier) => {
    const least = { kills: Math.ceil(KILLS / 2), interrupted: KILLS / 10, givenAgain: KILLS / 20 };
    const report = await killEverything({ carrier, seed: SEED, ...least });
    process.stdout.write(`${carrier}, seed ${SEED}: ${JSON.stringify(report)}\n`);
    expect(Object.values(report.kills).every((count) => count > 0)).toBe(true);
    expect(report.interrupted).toBeGreaterThan(least.interrupted);
    expect(report.givenAgain).toBeGreaterThan(least.givenAgain);
  },
);
