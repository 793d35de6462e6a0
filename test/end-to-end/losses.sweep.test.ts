import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryWorld } from './ferry-world.ts';

const DOCUMENT = path.resolve(import.meta.dirname, '../../docs/losses.md');

/** What one section of the page tells its reader to type. */
function typedIn(title: string): string[] {
  const [, section = ''] = fs.readFileSync(DOCUMENT, 'utf8').split(`\n## ${title}\n`);
  const [own = ''] = section.split('\n## ');
  return [...own.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].flatMap(([, block = '']) =>
    block
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  );
}

describe('the page on losses', () => {
  const loaded = new FerryWorld();
  let world: FerryWorld;
  beforeAll(() => loaded.setUp(), 60_000);
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = loaded.copy();
  });
  afterEach(() => world.remove());

  /** Types the lines of a section, each of which has to end well, or to raise an alarm where one is due. @param key stands where the page says KEY @returns what they said */
  const type = (title: string, alarm?: string, key = 'KEY'): string => {
    const lines = typedIn(title).map((line) => line.replace(' KEY ', ` ${key} `));
    expect(lines.length).toBeGreaterThan(3);
    return lines.map((line) => (line === alarm ? raises(line) : world.must(...words(line)))).join('');
  };
  const words = (line: string): string[] => line.split(' ').slice(1);
  const raises = (line: string): string => {
    const { exit, stdout, stderr } = world.run(...words(line));
    expect([line, exit]).toEqual([line, 6]);
    return `${stdout}${stderr}`;
  };

  it('brings back what was in transit to a destroyed device', () => {
    world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'to.ferry-context');
    world.must(
      'issue',
      'sim:dongle',
      '--context',
      'to.ferry-context',
      '--item',
      world.item(2),
      '-o',
      'moved.ferry-update',
    );
    expect(world.seats('dongle')).toEqual({ held: 3, pending: 2 });
    expect(type('A device is destroyed while licenses are on their way to it')).toContain('130-2459324738');
    expect(world.seats('dongle')).toEqual({ held: 5, pending: 0 });
  }, 60_000);

  it('grants anew what a device held that broke', () => {
    world.must('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(2));
    fs.rmSync(path.join(world.folder, 'device'), { recursive: true });
    expect(type('A device breaks, and nothing is on its way to it')).toContain('is on the list of firm 6000010');
    expect(world.seats('other')).toEqual({ held: 2, pending: 0 });
  }, 60_000);

  it('grants anew what a lost device never applied, which stays cancelled and holds up nothing', () => {
    world.must('central', 'issue', 'vendor', '--to', 'sim:other', '--item', world.item(2), '-o', 'lost.ferry-update');
    fs.rmSync(path.join(world.folder, 'other'), { recursive: true });
    const said = type('A device is lost before it applied what its vendor granted to it');
    expect(said).toContain('Cancelled for 130-1000000001: 1.');
    expect(world.seats('device')).toEqual({ held: 2, pending: 0 });
    expect(world.must('list', 'central:vendor')).toContain('cancelled, waits for the receipt');
  }, 60_000);

  it('makes a restored server go on', () => {
    const copy = (from: string, to: string): void => {
      const done = spawnSync('cp', ['-r', path.join(world.folder, from), path.join(world.folder, to)]);
      expect(done.status).toBe(0);
    };
    copy('vendor', 'backup');
    world.must('central', 'issue', 'vendor', '--to', '3-1234567', '--item', '6000010:1002x3', '-o', 'f.ferry-update');
    world.must('apply', 'sim:dongle', 'f.ferry-update');
    fs.rmSync(path.join(world.folder, 'vendor'), { recursive: true });
    copy('backup', 'vendor');
    const said = type("The vendor's server is restored from a backup");
    expect(said).toContain('begins anew behind this, in epoch 1');
    expect(said).toContain('was granted and forgotten: 3 in 3-1234567');
  }, 60_000);

  it('lets a device that was put back be used as it is', () => {
    const device = path.join(world.folder, 'device');
    const backup = path.join(world.folder, 'backup');
    world.must('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(2));
    fs.cpSync(device, backup, { recursive: true });
    world.must('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(1));
    fs.rmSync(device, { recursive: true });
    fs.renameSync(backup, device);
    const said = type('A device is put back from a backup');
    expect(said).toContain('Set back, and used as it is');
    expect(said).not.toContain('Locked');
    world.must('use', 'sim:device', '6000010:1001');
  }, 60_000);

  it('revives what a clock that was wrong has ended', () => {
    const ahead = path.join(world.folder, 'ahead.cjs');
    fs.writeFileSync(ahead, 'const now = Date.now; Date.now = () => now() + 20 * 365 * 86_400_000;');
    const day = new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10);
    const dated = ['--item', world.item(1), '--expiration', day];
    world.must('central', 'issue', 'vendor', '--to', 'sim:device', ...dated, '-o', 'dated.ferry-update');
    world.must('apply', 'sim:device', 'dated.ferry-update', '-o', 'dated.ferry-context');
    world.must('settle', 'central:vendor', 'dated.ferry-context');
    world.variables.NODE_OPTIONS = `--require ${ahead}`;
    expect(world.run('use', 'sim:device', '6000010:1001').exit).toBe(3);
    delete world.variables.NODE_OPTIONS;
    expect(world.run('check', 'sim:device', '6000010:1001').exit).toBe(3);
    expect(type('A clock that was wrong')).toContain('6000010:1001 may be used in sim:device');
  }, 60_000);

  it('replaces a device of which a copy has gone on in its place', () => {
    world.must('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(2));
    for (const [from, to] of [
      ['device', 'copy'],
      ['device-anchor', 'copy-anchor'],
    ] as const)
      fs.cpSync(path.join(world.folder, from), path.join(world.folder, to), { recursive: true });
    const settings = path.join(world.folder, 'copy', 'container.json');
    fs.writeFileSync(settings, fs.readFileSync(settings, 'utf8').replace('device-anchor', 'copy-anchor'));
    world.must('move', '--from', 'sim:dongle', '--to', 'sim:copy', '--item', world.item(1));
    const back = world.run('move', '--from', 'sim:device', '--to', 'sim:dongle', '--all');
    expect(back).toMatchObject({ exit: 6, stderr: expect.stringContaining('LEFT_WITH_COPY') });
    const said = type('A device was copied', 'ferry settle central:vendor dongle.ferry-context');
    expect(said).toContain('3-1234567 has proof that 130-2459324738 was set back or copied');
    expect(world.seats('new')).toEqual({ held: 2, pending: 0 });
    const given = world.run('move', '--from', 'sim:copy', '--to', 'sim:dongle', '--all');
    expect(given.exit).not.toBe(0);
    expect(world.seats('dongle')).toEqual({ held: 2, pending: 0 });
  }, 60_000);

  it('grants anew under another key what was granted under one that the root has withdrawn', () => {
    const [{ firms }] = world.json('list', 'sim:dongle').containers;
    const [{ key }] = firms;
    world.must('central', 'revoke', 'vendor', key, '--root');
    const said = type('The root has withdrawn the key of a firm', undefined, key);
    expect(said).toContain(`key ${key}`);
    expect(said).toContain('The root has withdrawn its key');
    const old = world.run('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(2));
    expect(old).toMatchObject({ exit: 3, stdout: expect.stringContaining('GRANT_WRONG') });
    expect([world.seats('dongle'), world.seats('fresh'), world.seats('device')]).toEqual([
      { held: 5, pending: 0 },
      { held: 4, pending: 0 },
      { held: 1, pending: 0 },
    ]);
  }, 60_000);

  it('replaces a lost dongle', () => {
    expect(type('A dongle is lost or stolen')).toContain('is not on the list of firm 6000010');
    expect(world.seats('other')).toEqual({ held: 5, pending: 0 });
  }, 60_000);
});
