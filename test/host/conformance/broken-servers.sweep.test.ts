import { describe, expect, it } from 'vitest';
import { BrokenServer } from './broken-server.ts';
import { BROKEN } from './broken-servers.ts';
import { notPassed, testedContainer } from './tried.ts';
import { onlyWire, tryWire, WIRE_CASES } from './wire-scene.ts';

/** Seconds of silence that tell a server which waits for ever. */
const PATIENCE = 1;

describe('a server that does one thing wrong', () => {
  it.each(BROKEN.map((broken) => [broken.wrong, broken.caseId, broken] as const))(
    '(%s) is caught by the case %s',
    async (_, caseId, { finds, make, beside }) => {
      const tested = testedContainer();
      const server = new BrokenServer(tested, make());
      const ordinary = beside === true ? { ordinary: tested.container.client() } : {};
      try {
        const options = { patience: PATIENCE, ...ordinary };
        const { results } = await tryWire(await server.start(), onlyWire(caseId), options);
        expect(results).toMatchObject([{ id: caseId, outcome: 'failed' }]);
        const [failed] = results;
        const said = failed?.outcome === 'failed' ? `${failed.what}: ${failed.actual}` : '';
        expect(said).toMatch(finds);
      } finally {
        server.close();
      }
    },
  );

  it('none of which is at fault when nothing is wrong', async () => {
    const server = new BrokenServer(testedContainer(), {});
    try {
      const run = await tryWire(await server.start());
      // It has no limit of connections, and needs none for two hundred.
      expect(notPassed(run)).toEqual([]);
      expect(run.results).toHaveLength(WIRE_CASES.length);
    } finally {
      server.close();
    }
  });
});
