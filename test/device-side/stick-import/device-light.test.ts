import { describe, expect, it } from 'vitest';
import type { ImportedFile, StickImportResult } from '../../../state-machines/index.ts';
import { Bench, brokenOff, first, nothing, second } from './agent-bench.ts';

function taken(file: Partial<ImportedFile> = {}): StickImportResult {
  const imported = {
    file: 'a',
    issuer: 'firm 1',
    state: 'applied',
    entries: [],
    deferral: null,
    failure: null,
  } as const;
  const report = { serial: '130-1', files: [{ ...imported, ...file }], receipts: [], foreign: 0, hidden: 0 };
  return { end: 'answered', report: { ...report, interruption: null }, requested: [], failure: null };
}

const refused = { state: 'refused', failure: { code: 'FILE_MALFORMED', details: {} } } as const;
const gone = { code: 'STICK_GONE', details: { where: '/media/FIRST' } } as const;

/** What the light said while one stick was plugged in that came to this. */
async function lightsOf(result: StickImportResult): Promise<readonly string[]> {
  const bench = new Bench();
  bench.agent.plugged(first);
  await bench.untilTaking(first);
  await bench.end(result);
  return bench.lights;
}

describe('the light of a device', () => {
  it('says that it is ready once nothing is left of an earlier stick', async () => {
    const bench = new Bench();
    expect(bench.lights).toEqual([]);
    await bench.endAll();
    expect(bench.lights).toEqual(['ready']);
  });

  it.each<[string, StickImportResult, string]>([
    ['done', taken(), 'all was taken in'],
    ['nothing', nothing, 'nothing was for this device'],
    ['attention', taken(refused), 'a file was not taken in'],
    ['attention', { ...taken(), end: 'unanswered', failure: gone }, 'it could not be answered'],
    ['failed', { ...taken(), end: 'untouched', failure: gone }, 'nothing was done'],
    ['failed', brokenOff, 'the container broke off'],
  ])('is busy while a stick is at work, and says %s of %j: %s', async (light, result) => {
    expect(await lightsOf(result)).toEqual(['ready', 'busy', light]);
  });

  it('says failed after a defect', async () => {
    const bench = new Bench();
    bench.agent.plugged(first);
    await bench.untilTaking(first);
    await bench.fail(new TypeError('a defect'));
    expect(bench.lights).toEqual(['ready', 'busy', 'failed']);
  });

  it('is ready again when the last stick is pulled out', async () => {
    const bench = await Bench.quick();
    bench.agent.plugged(first);
    bench.agent.plugged(second);
    await bench.endAll();
    bench.lights.length = 0;
    bench.agent.pulled(first);
    await bench.endAll();
    expect(bench.lights).toEqual(['nothing']);
    bench.agent.pulled(second);
    await bench.endAll();
    expect(bench.lights).toEqual(['nothing', 'ready']);
  });

  it('says of several sticks that are in what needs somebody most, and of those alone that are still in', async () => {
    const bench = new Bench();
    bench.agent.plugged(first);
    bench.agent.plugged(second);
    await bench.untilTaking(first);
    await bench.end(taken(refused));
    await bench.untilTaking(second);
    await bench.end(taken());
    expect(bench.lights).toEqual(['ready', 'busy', 'attention', 'busy', 'attention']);
    bench.agent.pulled(first);
    await bench.endAll();
    expect(bench.lights.at(-1)).toBe('done');
  });

  it('still says what became of a stick that was pulled out in the middle', async () => {
    const bench = new Bench();
    bench.agent.plugged(first);
    await bench.untilTaking(first);
    bench.agent.pulled(first);
    await bench.end({ ...taken(), end: 'unanswered', failure: gone });
    await bench.endAll();
    expect(bench.lights).toEqual(['ready', 'busy', 'attention']);
  });
});
