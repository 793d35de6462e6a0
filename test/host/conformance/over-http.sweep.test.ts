import { describe, expect, it } from 'vitest';
import { CASES, notPassed, testedContainer, tryOn } from './tried.ts';
import { ordinaryClient, servedHere } from './wire-scene.ts';

describe('the cases of the three transactions', () => {
  it('all pass over HTTP', async () => {
    await servedHere(testedContainer(), async ({ http }) => {
      const run = await tryOn(ordinaryClient(http));
      expect(notPassed(run)).toEqual([]);
      expect(run.results).toHaveLength(CASES.length);
    });
  });
});
