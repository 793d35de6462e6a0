import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from '../../../container/model/bytes.ts';
import { VOLUME_BYTES } from '../../../dongle-firmware-sim/volume/fat-volume.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';
import { makeContainer } from '../../world/parties.ts';
import { MailboxScene } from './mailbox-scene.ts';

const UPDATE = '3-1-for-130-2-1.ferry-update';
const makeFolder = temporaryFolders();

/** Runs a tool with its answers in English, and gives what it says. */
function run(tool: string, ...words: string[]): string {
  const { error, status, stdout, stderr } = spawnSync(tool, words, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8', PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  if (error !== undefined || status !== 0)
    throw new Error(`${tool} ${words.join(' ')}: ${error ?? status}\n${stdout}${stderr}`);
  return stdout;
}

beforeAll(() => {
  const missing = [
    ['mcopy', 'mtools'],
    ['fsck.vfat', 'dosfstools'],
  ].filter(([tool = '']) => spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${tool}`]).status !== 0);
  if (missing.length > 0)
    throw new Error(`These tests need tools: apt-get install -y ${missing.map(([, name]) => name).join(' ')}`);
});

/** The volume of a mailbox in a file, as a computer with mtools has it. */
class VolumeInFile {
  readonly #scene: MailboxScene;
  readonly #folder = makeFolder();
  readonly file = path.join(this.#folder, 'volume.img');

  constructor(scene: MailboxScene) {
    this.#scene = scene;
    this.#mount();
  }

  #mount(): void {
    fs.writeFileSync(this.file, this.#scene.drive.image);
  }

  /** Checks the file system and changes nothing; throws what is wrong with it. */
  check(): string {
    return run('fsck.vfat', '-n', '-v', this.file);
  }

  put(place: string, bytes: Uint8Array): void {
    const from = path.join(this.#folder, 'from');
    fs.writeFileSync(from, bytes);
    run('mcopy', '-o', '-i', this.file, from, `::${place}`);
  }

  take(place: string): Uint8Array {
    const to = path.join(this.#folder, 'to');
    run('mcopy', '-n', '-o', '-i', this.file, `::${place}`, to);
    return fs.readFileSync(to);
  }

  tool(name: string, ...words: string[]): string {
    return run(name, ...words.slice(0, -1), '-i', this.file, ...words.slice(-1));
  }

  async eject(): Promise<void> {
    this.#scene.drive.image = new Uint8Array(fs.readFileSync(this.file));
    this.#scene.mailbox.written();
    await this.#scene.eject();
    expect(this.#scene.failures).toEqual([]);
    this.#mount();
  }
}

async function mounted(): Promise<{ scene: MailboxScene; volume: VolumeInFile }> {
  const scene = await MailboxScene.make();
  scene.arm();
  return { scene, volume: new VolumeInFile(scene) };
}

describe('a volume', () => {
  it('is found clean, and as a FAT16 of 16 MiB with its label, by the tools of the system', async () => {
    const { volume } = await mounted();
    const said = volume.check();
    expect(said).toContain('FATs, 16 bit entries');
    expect(said).toMatch(/2048 bytes per cluster/);
    expect(volume.tool('mlabel', '-s', '::')).toContain('FERRY');
    expect(fs.statSync(volume.file).size).toBe(VOLUME_BYTES);
  });

  it('takes a whole move from files that another program wrote on it, and is clean after every step', async () => {
    const { scene, volume } = await mounted();
    const device = makeContainer('soft', 2);
    volume.put('INBOX/Gerät 2 (Halle).ferry-context', scene.contextOf(device));
    volume.check();
    await volume.eject();
    volume.check();
    const { receipt } = device.container.run('apply', { update: unarmored(volume.take(`OUTBOX/${UPDATE}`)) });
    volume.put('INBOX/RECEIPT.BIN', receipt);
    await volume.eject();
    volume.check();
    expect(scene.seats()).toEqual([4, 0]);
  });

  it('is clean again after a computer has left it with clusters that no file has, and marked as not unmounted', async () => {
    const { volume } = await mounted();
    const image = fs.readFileSync(volume.file);
    for (const fat of [512, 512 * (1 + image.readUInt16LE(22))]) {
      image.writeUInt16LE(0x7fff, fat + 2);
      for (let cluster = 4000; cluster < 4100; cluster++) image.writeUInt16LE(0xffff, fat + 2 * cluster);
    }
    fs.writeFileSync(volume.file, image);
    expect(() => volume.check()).toThrow(/[Dd]irty bit/);
    await volume.eject();
    expect(volume.check()).not.toMatch(/Reclaim|[Dd]irty/);
  });

  it('keeps hidden files of a system out of the mail, and has no room taken by them', async () => {
    const { scene, volume } = await mounted();
    volume.put('INBOX/Thumbs', utf8('x'));
    volume.tool('mattrib', '+h', '::INBOX/Thumbs');
    await volume.eject();
    expect([await scene.inbox(), await scene.outbox()]).toEqual([[], []]);
  });

  it.each([
    ['FAT12', ['-F', '12']],
    ['FAT16 with a cluster a sector', ['-F', '16', '-s', '1']],
  ])('that was formatted as %s is read, and is a FAT16 as before after that', async (_, how) => {
    const { scene, volume } = await mounted();
    run('mkfs.vfat', ...how, volume.file);
    volume.tool('mmd', '::INBOX');
    volume.put('INBOX/CONTEXT', scene.contextOf(makeContainer('soft', 2)));
    await volume.eject();
    expect([await scene.outbox(), scene.seats()]).toEqual([
      ['ANSWER.TXT', UPDATE],
      [4, 1],
    ]);
    expect(volume.check()).toContain('16 bit entries');
  });

  it('in a partition is read, and is on the whole of it again after that', async () => {
    const { scene, volume } = await mounted();
    const [first, sectors] = [64, VOLUME_BYTES / 512 - 64];
    const image = Buffer.alloc(VOLUME_BYTES);
    const entry = 446;
    image.writeUInt8(6, entry + 4);
    image.writeUInt32LE(first, entry + 8);
    image.writeUInt32LE(sectors, entry + 12);
    image.writeUInt16LE(0xaa55, 510);
    fs.writeFileSync(volume.file, image);
    run('mkfs.vfat', '-F', '16', '--offset', String(first), volume.file, String(sectors / 2));
    const inside = `${volume.file}@@${first * 512}`;
    const context = `${volume.file}.context`;
    fs.writeFileSync(context, scene.contextOf(makeContainer('soft', 2)));
    run('mmd', '-i', inside, '::INBOX');
    run('mcopy', '-i', inside, context, '::INBOX/CONTEXT');
    await volume.eject();
    expect([await scene.outbox(), scene.seats()]).toEqual([
      ['ANSWER.TXT', UPDATE],
      [4, 1],
    ]);
    expect(volume.check()).toContain('16 bit entries');
  });
});

function unarmored(file: Uint8Array): Uint8Array {
  const [, body = ''] = new TextDecoder().decode(file).split('\n\n');
  return new Uint8Array(Buffer.from(body.split('-----')[0] ?? '', 'base64'));
}
