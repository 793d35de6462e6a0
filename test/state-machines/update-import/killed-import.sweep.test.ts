import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { unarmor } from '../../../container/files/armor.ts';
import { importUpdates, open } from '../../../device-side/commands.ts';
import type { ImportReport } from '../../../device-side/index.ts';
import { bundle } from '../../container/store/bundled-program.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';
import { ImportScene, RECEIPTS } from './import-scene.ts';

const makeFolder = temporaryFolders();
const PROGRAM = new URL('./import-until.ts', import.meta.url);
let program = '';

beforeAll(async () => {
  const built = await bundle(path.relative(path.join(import.meta.dirname, '../../container/store'), PROGRAM.pathname));
  program = built.file;
  return built.remove;
});

/** A device and a stick with three files for it, of two issuers. */
function makeWorld(): string {
  const root = makeFolder();
  const scene = new ImportScene(root);
  scene.issueFrom(scene.firm, 3);
  scene.putFrom(scene.firm, 'a.ferry-update', 1, 2);
  scene.putFrom(scene.firm, 'b.ferry-update', 3, 3);
  scene.put('c.ferry-update', scene.issueFromDongle(2));
  scene.close();
  return root;
}

function places(root: string): { readonly folder: string; readonly updates: string } {
  return { folder: path.join(root, 'device'), updates: path.join(root, 'stick') };
}

/** The listing of the device, and the names of what lies on the stick. */
async function lookAt(root: string) {
  const { folder, updates } = places(root);
  const opened = open(folder);
  const listing = await opened.client.call('list', {});
  opened.close();
  return { listing, names: fs.readdirSync(updates).sort() };
}

function expectWholeReceipts(root: string): void {
  const { updates } = places(root);
  for (const name of fs.readdirSync(updates).filter((name) => name.endsWith('.ferry-context') && !name.startsWith('.')))
    expect(unarmor(fs.readFileSync(path.join(updates, name), 'utf8'))).toMatchObject({ ok: true });
}

it('an import killed before any change of the disk is completed by the next one, once', {
  timeout: 120_000,
}, async () => {
  const original = makeWorld();
  let killed = 0;
  for (; ; killed++) {
    const root = makeFolder();
    fs.cpSync(original, root, { recursive: true });
    const { folder, updates } = places(root);
    const run = spawnSync(process.execPath, [program, folder, updates, String(killed)], { encoding: 'utf8' });
    expectWholeReceipts(root);
    const report: ImportReport = run.signal === 'SIGKILL' ? await importUpdates(places(root)) : JSON.parse(run.stdout);
    expect(report.interruption).toBeNull();
    expect(report.files.map(({ failure, deferral }) => failure ?? deferral)).toEqual([null, null, null]);
    expect(report.receipts.map(({ file }) => file)).toEqual([RECEIPTS.dongle, RECEIPTS.firm]);

    const after = await lookAt(root);
    expect(after.listing).toMatchObject({ locked: false, rolledBack: false, evidence: 0 });
    expect(after.listing.holdings.map(({ quantity }) => quantity)).toEqual([2, 1, 1, 1]);
    expect(after.names).toEqual([RECEIPTS.dongle, RECEIPTS.firm, 'a.ferry-update', 'b.ferry-update', 'c.ferry-update']);
    expect((await importUpdates(places(root))).receipts.map(({ isNew }) => isNew)).toEqual([false, false]);
    expect((await lookAt(root)).listing.stateHash).toBe(after.listing.stateHash);
    fs.rmSync(root, { recursive: true, force: true });
    if (run.signal !== 'SIGKILL') break;
  }
  expect(killed).toBeGreaterThan(20);
});
