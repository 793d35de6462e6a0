import { describe, expect, it } from 'vitest';
import { setPin } from '../../container/engine/owner-scene.ts';
import { notPassed, testedContainer } from './tried.ts';
import { onlyWire, servedHere, tryWire, WIRE_CASES } from './wire-scene.ts';

describe('the cases of the wire', () => {
  it('all pass on our server of a device, at a Unix socket and a TCP port', async () => {
    await servedHere(testedContainer(), async ({ unix, tcp }) => {
      for (const address of [unix, tcp]) {
        const run = await tryWire(address);
        expect(notPassed(run)).toEqual([]);
        expect([run.results.length, run.left]).toEqual([WIRE_CASES.length, 0]);
      }
    });
  });

  it('each pass alone, one after the other on one container', async () => {
    await servedHere(testedContainer(), async ({ tcp }) => {
      for (const { id } of WIRE_CASES) {
        const { results } = await tryWire(tcp, onlyWire(id));
        expect(results).toMatchObject([{ id, outcome: 'passed' }]);
      }
    });
  });

  it('find what is meant for the owner refused where a PIN is set', async () => {
    const tested = testedContainer();
    setPin(tested.container);
    await servedHere(tested, async ({ tcp }) => {
      const { results } = await tryWire(tcp, onlyWire('wire-owner-commands'));
      expect(results).toMatchObject([{ outcome: 'passed' }]);
    });
  });
});
