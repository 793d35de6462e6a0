import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';

const world = new FerryHere();
const words: Record<string, string> = {};
/** As it was before anything was issued. */
let fresh: FerryHere;

beforeAll(async () => {
  await world.setUp();
  await world.must('device', 'create', 'twin', '--serial', '130-2459324738');
  await world.must('dongle', 'create', 'second', '--serial', '3-7654321');
  for (const { address, words: said } of (await world.json('list')).containers) words[address.slice(4)] = said;
  fresh = world.copy();
  await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'device.ferry-context');
  const order = ['--context', 'device.ferry-context', '--item', world.item(1), '--item', world.item(2)];
  await world.must('issue', 'sim:dongle', ...order, '-o', 'given.ferry-update');
});
afterAll(() => {
  world.remove();
  fresh.remove();
});

describe('a file for somebody else', () => {
  it('is told for whom it is and who is here by words, also where both have one serial number', async () => {
    const { exit, stderr } = await world.run('apply', 'sim:twin', 'given.ferry-update');
    expect(exit).toBe(4);
    expect(stderr).toContain(
      `The file is for 130-2459324738 ("${words.device}"), not for 130-2459324738 ("${words.twin}")`,
    );
    expect(words.device).not.toBe(words.twin);
  });

  it('is told for which issuer it is: by its words, and by its name where it is known', async () => {
    const settled = await world.run('settle', 'sim:second', 'device.ferry-context');
    expect(settled.stderr).toContain(
      `The file is for another issuer ("${words.dongle}"), not for 3-7654321 ("${words.second}")`,
    );
    const issued = await world.run('issue', 'sim:second', '--context', 'device.ferry-context', '--item', world.item(1));
    expect(issued.exit).not.toBe(0);
    const central = await world.run('settle', 'central:vendor', 'device.ferry-context');
    expect(central.stderr).toContain(
      `The file is for another issuer ("${words.dongle}"), not for this License Central`,
    );
    await world.must('context', 'sim:dongle', '--for', 'sim:second', '-o', 'known.ferry-context');
    const known = await world.run('settle', 'sim:dongle', 'known.ferry-context');
    expect(known.stderr).toContain(`The file is for 3-7654321 ("${words.second}"), not for 3-1234567`);
  });
});

describe('an error over a file', () => {
  it('names the file, also where it was the only one in a folder', async () => {
    const folder = path.join(world.folder, 'stick');
    fs.mkdirSync(folder);
    fs.copyFileSync(path.join(world.folder, 'given.ferry-update'), path.join(folder, 'a.ferry-update'));
    fs.writeFileSync(path.join(world.folder, 'cut.ferry-update'), 'nothing');
    const lines = [
      [['apply', 'sim:twin', 'folder:stick'], 'stick/a.ferry-update: The file is for 130-2459324738'],
      [['apply', 'sim:device', 'cut.ferry-update'], 'cut.ferry-update: The file is damaged'],
      [['inspect', 'cut.ferry-update'], 'cut.ferry-update: The file is damaged'],
      [['settle', 'sim:dongle', 'given.ferry-update'], 'given.ferry-update: This is an update file'],
      [['issue', 'sim:dongle', '--context', 'given.ferry-update', '--all'], 'given.ferry-update: This is'],
      [['issue', 'sim:second', '--context', 'device.ferry-context', '--all'], ''],
      [['context', 'sim:twin', '--for', 'device.ferry-context'], 'device.ferry-context: This is a context file; the'],
      [['context', 'sim:twin', '--for', 'given.ferry-update'], 'given.ferry-update: This is an update file; the'],
      [['context', 'sim:twin', '--for', 'cut.ferry-update'], 'cut.ferry-update: The file is damaged'],
      [['refuse', 'sim:twin', 'given.ferry-update', '--through', '1'], 'given.ferry-update: The file is for'],
      [['central', 'issue', 'vendor', '--to', 'given.ferry-update'], 'given.ferry-update: This is an update file'],
    ] as const;
    for (const [line, said] of lines) {
      const { exit, stderr } = await world.run(...line);
      expect([line, exit === 0, stderr]).toEqual([line, false, expect.stringContaining(said)]);
    }
    const { error } = await world.json('apply', 'sim:device', 'cut.ferry-update');
    expect(error.details).toMatchObject({ file: 'cut.ferry-update' });
  });

  it('of a container that was issued nothing says so, and neither asks for what it was given nor tells of lists', async () => {
    await world.must('context', 'sim:other', '--for', 'sim:second', '-o', 'unknown.ferry-context');
    const { exit, stderr } = await world.run('settle', 'sim:second', 'unknown.ferry-context');
    const said = 'unknown.ferry-context: 3-7654321 knows of nothing that it issued to 130-1000000001';
    expect([exit, stderr]).toEqual([3, expect.stringContaining(said)]);
    expect(stderr).not.toMatch(/Bring a context|revocation/);
  });

  it('of a container that has taken in what the issuer does not know of says that this one was set back or is a copy', async () => {
    const copy = world.copy();
    try {
      await copy.must('apply', 'sim:device', 'given.ferry-update', '-o', 'receipt.ferry-context');
      fs.rmSync(path.join(copy.folder, 'dongle'), { recursive: true });
      fs.cpSync(path.join(fresh.folder, 'dongle'), path.join(copy.folder, 'dongle'), { recursive: true });
      const { exit, stderr } = await copy.run('settle', 'sim:dongle', 'receipt.ferry-context');
      expect([exit, stderr]).toEqual([3, expect.stringContaining('[ISSUER_FORGOT]')]);
      expect(stderr).toContain('130-2459324738 has taken in what 3-1234567 issued to it, through sequence 1');
    } finally {
      copy.remove();
    }
  });

  it('of a context for another issuer says that one for this vendor is needed, also where its state is to be accepted', async () => {
    for (const line of [
      ['central', 'accept', 'vendor', 'device.ferry-context'],
      ['central', 'issue', 'vendor', '--to', 'device.ferry-context', '--item', world.item(1)],
    ]) {
      const { exit, stderr } = await world.run(...line);
      expect([exit, stderr]).toEqual([4, expect.stringContaining(`for another issuer ("${words.dongle}")`)]);
      expect(stderr).toContain('device.ferry-context: The file is for');
      expect(stderr).toContain('have one made for this License Central: a context by `ferry context ADDRESS --for');
    }
  });
});

describe('ferry inspect', () => {
  it('names both sides of a file by their words', async () => {
    expect(await world.json('inspect', 'device.ferry-context')).toMatchObject({
      fromWords: words.device,
      issuerWords: words.dongle,
    });
    expect(await world.json('inspect', 'given.ferry-update')).toMatchObject({
      fromWords: words.dongle,
      forWords: words.device,
    });
    expect(await world.must('inspect', 'given.ferry-update')).toMatch(new RegExp(`For words +${words.device}`));
  });

  it('says of a context how far its container is, and of a receipt what it refused', async () => {
    expect(await world.json('inspect', 'device.ferry-context')).toMatchObject({ takenThrough: '0', refused: 'none' });
    await world.must('refuse', 'sim:device', 'given.ferry-update', '--through', '1', '-o', 'r.ferry-context');
    expect(await world.json('inspect', 'r.ferry-context')).toMatchObject({
      takenThrough: '1',
      refused: '1 (REFUSED_BY_OWNER)',
      generation: expect.stringMatching(/^\d+$/),
    });
  });
});
