import { expect, it } from 'vitest';
import { killEverything } from './kill-everything.ts';

const KILLS = Number(process.env.FERRY_KILLS ?? 100);
const SEED = Number(process.env.FERRY_SEED ?? Date.now() % 1_000_000);

it.each(['unix', 'tcp'] as const)(
  'moves between served containers over %s survive the killing of dongle, devices and hosts',
  async (carrier) => {
    const report = await killEverything({ carrier, seed: SEED, kills: Math.ceil(KILLS / 2) });
    process.stdout.write(`${carrier}, seed ${SEED}: ${JSON.stringify(report)}\n`);
    expect(Object.values(report.kills).every((count) => count > 0)).toBe(true);
    expect(report.interrupted).toBeGreaterThan(KILLS / 10);
    expect(report.givenAgain).toBeGreaterThan(KILLS / 20);
  },
);
