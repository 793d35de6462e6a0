import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { unarmor } from '../../../container/files/armor.ts';
import { MountedStick, openSoftContainer } from '../../../device-side/index.ts';
import { bundle } from '../../container/store/bundled-program.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';
import { RECEIPTS, SERIAL } from '../update-import/import-scene.ts';
import { startedWith } from './stick-places.ts';
import { loadedStick, StickScene } from './stick-scene.ts';

const makeFolder = temporaryFolders();
const PROGRAM = new URL('./stick-until.ts', import.meta.url);
let program = '';

beforeAll(async () => {
  const built = await bundle(path.relative(path.join(import.meta.dirname, '../../container/store'), PROGRAM.pathname));
  program = built.file;
  return built.remove;
});

/** Takes the stick in, allowed so many changes of the disk. @returns how it ended; undefined when it was killed */
function take(root: string, changes: number): string | undefined {
  const run = spawnSync(process.execPath, [program, root, String(changes)], { encoding: 'utf8' });
  if (run.signal === 'SIGKILL') return undefined;
  expect(run.stderr).toBe('');
  return run.stdout;
}

/** The device starts once more, in this process. */
async function restarted(root: string) {
  const { client, close } = openSoftContainer(path.join(root, 'device'));
  const { end } = await startedWith(root, client, new MountedStick(path.join(root, 'stick'), () => true));
  const listing = await client.call('list', {});
  close();
  return { end, listing };
}

/** Names in the root of the stick, but for what a killed process left half written. */
function onStick(root: string): string[] {
  return fs.readdirSync(path.join(root, 'stick')).filter((name) => !name.startsWith('.'));
}

it.each([
  ['left in', false],
  ['pulled out meanwhile and plugged in later', true],
])(
  'an import killed before any change of the disk, its stick %s, brings everything once',
  async (_, isPulled) => {
    const original = makeFolder();
    loadedStick(new StickScene(original)).close();
    let killed = 0;
    for (; ; killed++) {
      const root = makeFolder();
      fs.cpSync(original, root, { recursive: true });
      const end = take(root, killed);
      for (const name of onStick(root).filter((one) => one.endsWith('.ferry-context')))
        expect(unarmor(fs.readFileSync(path.join(root, 'stick', name), 'utf8')).ok).toBe(true);
      if (isPulled) {
        fs.renameSync(path.join(root, 'stick'), path.join(root, 'away'));
        fs.mkdirSync(path.join(root, 'stick'));
        expect((await restarted(root)).end).toBe('nothing');
        fs.rmdirSync(path.join(root, 'stick'));
        fs.renameSync(path.join(root, 'away'), path.join(root, 'stick'));
      }
      const { end: last, listing } = await restarted(root);
      expect(last).toBe('answered');
      expect(listing).toMatchObject({ locked: false, rolledBack: false, evidence: 0 });
      expect(listing.holdings.map(({ quantity }) => quantity)).toEqual([2, 1, 1]);
      expect(onStick(root).sort()).toEqual([
        RECEIPTS.dongle,
        RECEIPTS.firm,
        'RESULT.TXT',
        'a.ferry-update',
        'from dongle',
      ]);
      expect(fs.readFileSync(path.join(root, 'stick', 'RESULT.TXT'), 'utf8')).toContain(`== ${SERIAL} ==`);
      const left = fs.readdirSync(path.join(root, 'kept'), { recursive: true, withFileTypes: true });
      expect(left.filter((entry) => entry.isFile())).toEqual([]);
      fs.rmSync(root, { recursive: true, force: true });
      if (end !== undefined) break;
    }
    expect(killed).toBeGreaterThan(30);
  },
  240_000,
);
