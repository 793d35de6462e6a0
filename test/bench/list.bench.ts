import path from 'node:path';
import { expect, it } from 'vitest';
import { openDongle } from '../../dongle-firmware-sim/index.ts';
import { load, TestFirm } from '../world/parties.ts';
import { asTestContainer } from './as-test-container.ts';
import { runFerryProgram, runNode } from './ferry-program.ts';
import { type Figure, inFolder, median, report } from './measure.ts';

const ROUNDS = 9;
const ITEMS = 5;

/** Milliseconds of `ferry list` as a process, and of a node that does nothing, by turns. */
function measureList(kind: 'dongle' | 'device'): { readonly list: number; readonly bare: number } {
  return inFolder((folder) => {
    runFerryProgram(folder, kind, 'create', 'box');
    if (kind === 'dongle') {
      const dongle = openDongle(path.join(folder, 'box'));
      load(new TestFirm(), asTestContainer(dongle), ...Array.from({ length: ITEMS }, () => ({ quantity: 1 })));
      dongle.close();
    }
    const { stdout } = runFerryProgram(folder, 'list', 'sim:box', '--json');
    expect(JSON.parse(stdout).containers[0].holdings).toHaveLength(kind === 'dongle' ? ITEMS : 0);
    const rounds = Array.from({ length: ROUNDS }, () => ({
      list: runFerryProgram(folder, 'list', 'sim:box').took,
      bare: runNode(folder, ['-e', '0']).took,
    }));
    return { list: median(rounds.map(({ list }) => list)), bare: median(rounds.map(({ bare }) => bare)) };
  });
}

it('listing a small container takes at most twice as long as starting node', () => {
  const figures = (['dongle', 'device'] as const).map((kind): Figure => {
    const { list, bare } = measureList(kind);
    const content = kind === 'dongle' ? `a dongle with ${ITEMS} items` : 'an empty device';
    return { name: `ferry list of ${content}, ms`, value: list, base: bare, target: 2 };
  });
  report('Process of `ferry list` over `node -e 0`', figures);
});
