import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';

const [RESTORED, OTHER, STRANGER] = ['6000010', '6000020', '6000030'];

describe('a License Central of several firms', () => {
  const loaded = new FerryHere();
  let world: FerryHere;
  beforeAll(async () => {
    const firms = [RESTORED, OTHER, STRANGER].flatMap((firm) => ['--firm', `${firm}:Firm`]);
    await loaded.must('central', 'init', 'vendor', ...firms);
    await loaded.must('dongle', 'create', 'dongle', '--serial', '3-1');
    await loaded.must('dongle', 'create', 'lost', '--serial', '3-2');
    for (const firm of [RESTORED, OTHER])
      await loaded.must(
        'central',
        'issue',
        'vendor',
        '--to',
        'sim:dongle',
        '--item',
        `${firm}:7x3`,
        '-o',
        'folder:sent',
      );
  });
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = loaded.copy();
  });
  afterEach(() => world.remove());

  const again = (...more: string[]) => world.run('central', 'issue', 'vendor', '--to', '3-1', ...more);
  const againAsJson = (...more: string[]) => world.json('central', 'issue', 'vendor', '--to', '3-1', ...more);
  const onStick = (): string[] => fs.readdirSync(path.join(world.folder, 'stick')).sort();
  const revoke = async (...keeper: string[]): Promise<void> => {
    await world.must('central', 'issue', 'vendor', '--to', 'sim:lost', '--item', `${OTHER}:7`, '-o', 'folder:sent');
    await world.must('central', 'revoke', 'vendor', '3-2', ...keeper);
  };

  it('writes the files of all firms that can, and names the one that cannot with its next step', async () => {
    await world.must('central', 'restored', 'vendor', '--firm', RESTORED);
    const { exit, stdout, stderr } = await again('-o', 'folder:stick');
    expect([exit, onStick()]).toEqual([6, [`firm-${OTHER}-for-3-1-1.ferry-update`]]);
    expect(stdout).toContain(`stick/firm-${OTHER}-for-3-1-1.ferry-update`);
    expect(stderr).toMatch(
      new RegExp(`Of firm ${RESTORED} nothing was written: .* \\[EPOCH_NEEDED\\]\n.*ferry context`),
    );
    expect(await againAsJson('-o', 'folder:stick')).toMatchObject({
      files: [`stick/firm-${OTHER}-for-3-1-1.ferry-update`],
      failures: [{ firmCode: Number(RESTORED), code: 'EPOCH_NEEDED' }],
    });
  });

  it('writes the files of the firm that is named, and of no other', async () => {
    await world.must('central', 'restored', 'vendor', '--firm', RESTORED);
    expect((await again('--firm', OTHER, '-o', 'folder:stick')).exit).toBe(0);
    expect(onStick()).toEqual([`firm-${OTHER}-for-3-1-1.ferry-update`]);
    const stopped = await again('--firm', RESTORED, '-o', 'folder:stick');
    expect(stopped).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining(`Of firm ${RESTORED} nothing was written`),
    });
    const nothing = await again('--firm', STRANGER);
    expect(nothing).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining(`nothing to bring from firm ${STRANGER} to 3-1`),
    });
    expect(await again('--firm', '6000040')).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('FIRM_UNKNOWN'),
    });
    const mixed = await again('--firm', RESTORED, '--item', `${OTHER}:7`);
    expect(mixed).toMatchObject({ exit: 2, stderr: expect.stringContaining('USAGE_WRONG') });
  });

  it('brings the list of the root along with other files, and not by a firm that has no other word for the container', async () => {
    await revoke('--root');
    expect((await again('-o', 'folder:stick')).exit).toBe(0);
    expect(onStick()).toEqual([RESTORED, OTHER].map((firm) => `firm-${firm}-for-3-1-1.ferry-update`));
    expect(await world.must('apply', 'sim:dongle', 'folder:stick')).toContain('what the maker has withdrawn was taken');
  });

  it('brings the list of the root to a container that no firm has dealt with by one firm', async () => {
    await revoke('--root');
    await world.must('device', 'create', 'device', '--serial', '130-1');
    const { files } = await world.json('central', 'issue', 'vendor', '--to', 'sim:device', '-o', 'folder:stick');
    expect(files).toHaveLength(1);
  });

  it('advises to have the files of the firm alone written again', async () => {
    fs.writeFileSync(path.join(world.folder, 'a-file'), '');
    const failed = await again('--item', `${OTHER}:8`, '-o', 'a-file/x.ferry-update');
    expect(failed.stderr).toContain(`ferry central issue vendor --to 3-1 --firm ${OTHER} -o PLACE`);
  });
});
