import { describe, expect, it } from 'vitest';
import { FAMILIES } from '../../../host/conformance/cases/all-families.ts';
import { CASES, notPassed, testedContainer, tryOn } from './tried.ts';
import { ordinaryClient, servedHere, tryWire, WIRE_CASES } from './wire-scene.ts';

describe('the cases of the three transactions', () => {
  it('all pass over HTTP', async () => {
    await servedHere(testedContainer(), async ({ http }) => {
      const run = await tryOn(ordinaryClient(http));
      expect(notPassed(run)).toEqual([]);
      expect(run.results).toHaveLength(CASES.length);
    });
  });
});

describe('the cases of the wire', () => {
  it('all pass on our server of a dongle after those of the three transactions, at a TCP port', async () => {
    await servedHere(testedContainer('dongle'), async ({ tcp }) => {
      const run = await tryWire(tcp, undefined, { others: FAMILIES });
      expect(notPassed(run)).toEqual([]);
      expect([run.results.length, run.left]).toEqual([CASES.length + WIRE_CASES.length, 0]);
    });
  });
});
