import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../container/model/bytes.ts';
import { answerMail } from '../../../dongle-firmware-sim/volume/answer-mail.ts';
import { FatVolume, VOLUME_BYTES } from '../../../dongle-firmware-sim/volume/fat-volume.ts';
import { mailboxContainer } from '../../../dongle-firmware-sim/volume/mailbox-container.ts';
import { readVolume } from '../../../dongle-firmware-sim/volume/read-volume.ts';
import { crypto, makeContainer, seededEnv } from '../../world/parties.ts';
import { contentOf, MailboxScene, volumeWith } from './mailbox-scene.ts';

const UPDATE = '3-1-for-130-2-1.ferry-update';
const OWN = ['3-1-for-firm-6000010.ferry-context', '3-1.ferry-certificate', 'README.TXT', 'STATUS.TXT'];
const ANSWERED = [...OWN, 'OUTBOX/ANSWER.TXT', `OUTBOX/${UPDATE}`].sort();
const KIB = 1024;

/** Everything on the volume, in the order of the alphabet. */
async function paths(scene: MailboxScene): Promise<readonly string[]> {
  return [...(await scene.files()).keys()].sort();
}

/** Where the first table begins. */
const FIRST_FAT = 512;

async function scene(): Promise<MailboxScene> {
  const made = await MailboxScene.make();
  made.arm();
  return made;
}

/** Brings a device's context, and has it answered on the volume that `damage` has made of the sound one. */
async function answered(damage: (image: Uint8Array) => Uint8Array | undefined): Promise<MailboxScene> {
  const made = await scene();
  await made.putInbox({ context: made.contextOf(makeContainer('soft', 2)) });
  made.drive.image = damage(made.drive.image) ?? made.drive.image;
  await made.eject();
  expect(made.failures).toEqual([]);
  return made;
}

describe('a volume that is none any more is made anew, and nothing is lost that was on it', () => {
  it.each([
    ['overwritten from its beginning to its end', (image: Uint8Array) => image.fill(0xe5)],
    ['given another file system', (image: Uint8Array) => image.fill(0x58, 0, 64 * KIB)],
    ['wiped', (image: Uint8Array) => image.fill(0)],
    ['without its boot sector', (image: Uint8Array) => image.fill(0, 0, 512)],
    ['with a boot sector that makes no sense', (image: Uint8Array) => image.fill(0xff, 11, 36)],
  ])('when it was %s', async (_, damage) => {
    const made = await answered(damage);
    expect((await paths(made)).filter((path) => !path.startsWith('OUTBOX'))).toEqual(OWN);
    expect(await made.inbox()).toEqual([]);
    expect(made.seats()).toEqual([5, 0]);
  });

  it('with every update that is in transit, since it is made from the container alone', async () => {
    const made = await scene();
    await made.putInbox({ context: made.contextOf(makeContainer('soft', 2)) });
    await made.eject();
    made.drive.image = new Uint8Array(VOLUME_BYTES).fill(0xaa);
    await made.eject();
    expect(await paths(made)).toEqual(ANSWERED);
    expect(await made.text('OUTBOX/ANSWER.TXT')).toContain('no file system that can be read, and was made anew');
  });

  it.each([
    ['empty', 0],
    ['cut off in the middle of a sector', 5 * 1024 * KIB + 7],
    ['longer than it was', VOLUME_BYTES + 3],
  ])('when its file is %s', async (_, length) => {
    const made = await answered((image) => {
      const other = new Uint8Array(length);
      other.set(image.subarray(0, length));
      return other;
    });
    expect(made.drive.image).toHaveLength(VOLUME_BYTES);
    expect(await paths(made)).toEqual(length === 0 ? OWN : ANSWERED);
  });

  it('when a computer has formatted it and left nothing on it', async () => {
    const made = await scene();
    made.drive.image = await volumeWith({});
    made.mailbox.written();
    await made.eject();
    expect(await paths(made)).toEqual(OWN);
  });
});

describe('a volume that is damaged', () => {
  it('in both copies of its table gives what can still be read, and is sound again', async () => {
    const made = await answered((image) => image.fill(0, FIRST_FAT + 4, FIRST_FAT + 64 * 512));
    expect(await FatVolume.open(made.drive.image)).toBeDefined();
    expect(await paths(made)).toEqual(expect.arrayContaining(OWN));
  });

  it.each(['INBOX/half.ferry-update', 'holidays.jpg'])(
    'so that a file is shorter than its folder says leaves that file out, and says so: %s',
    async (file) => {
      const made = await scene();
      const big = new Uint8Array(100 * KIB).fill(1);
      made.drive.image = await volumeWith({ [file]: big });
      const fat = new DataView(made.drive.image.buffer, FIRST_FAT);
      // The end of the chain of the file comes after its second cluster.
      for (let cluster = 2; cluster < 2000; cluster++)
        if (fat.getUint16(2 * cluster, true) === cluster + 1 && fat.getUint16(2 * cluster - 2, true) === 0xffff)
          fat.setUint16(2 * cluster + 2, 0xffff, true);
      await made.eject();
      expect(await paths(made)).not.toContain(file);
      expect(await made.text('OUTBOX/ANSWER.TXT')).toMatch(new RegExp(`${file}\\r\\n.*\\[FILE_UNREADABLE\\]`));
    },
  );

  it('so that its chains go round in rings is read to an end', async () => {
    const made = await answered((image) => {
      const fat = new DataView(image.buffer, FIRST_FAT);
      for (let cluster = 2; cluster < 8000; cluster++)
        if (fat.getUint16(2 * cluster, true) !== 0) fat.setUint16(2 * cluster, Math.max(2, cluster - 1), true);
      return undefined;
    });
    expect(await paths(made)).toEqual(expect.arrayContaining(OWN));
  });

  it('so that a folder holds nothing but itself, thousands of times, is read to an end soon', async () => {
    const made = await scene();
    const { image } = made.drive;
    const view = new DataView(image.buffer, image.byteOffset);
    const root = (view.getUint16(14, true) + view.getUint8(16) * view.getUint16(22, true)) * 512;
    const clusters = root + view.getUint16(17, true) * 32;
    const entries = Array.from({ length: 512 }, (_, at) => root + 32 * at);
    const name = (at: number): string => String.fromCharCode(...image.subarray(at, at + 11)).trimEnd();
    const first = view.getUint16((entries.find((at) => name(at) === 'INBOX') ?? expect.fail()) + 26, true);
    // The inbox goes on in 127 clusters that were free.
    const chain = [first, ...Array.from({ length: 127 }, (_, at) => 4000 + at)];
    for (const [number, cluster] of chain.entries()) {
      view.setUint16(FIRST_FAT + 2 * cluster, chain[number + 1] ?? 0xffff, true);
      for (let slot = 0; slot < 64; slot++) {
        const at = clusters + 2048 * (cluster - 2) + 32 * slot;
        image.set(utf8((64 * number + slot).toString(36).toUpperCase().padEnd(11)), at);
        view.setUint8(at + 11, 0x10);
        view.setUint16(at + 26, first, true);
      }
    }
    const since = process.cpuUsage();
    const { passedOver } = await readVolume(image);
    expect(process.cpuUsage(since).user / 1e6).toBeLessThan(2);
    expect(passedOver).toBeGreaterThan(7000);
  });

  it('anywhere in its tables and folders never stops the dongle, and never costs a license', async () => {
    const dongle = await scene();
    const device = makeContainer('soft', 2);
    await dongle.putInbox({ context: dongle.contextOf(device), 'deep/er/file': utf8('x'.repeat(5000)) });
    const sound = dongle.drive.image;
    const ports = { container: mailboxContainer(dongle.dongle.container), env: seededEnv('hostile'), crypto };
    // Boot sector, tables, root folder and the first clusters.
    const change = fc.tuple(
      fc.nat(100 * KIB),
      fc.constantFrom(0, 1, 2, 3, 0xf8, 0xff, 0x2f, 0x10),
      fc.integer({ min: 1, max: 64 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
        const image = sound.slice();
        for (const [at, byte, length] of changes) image.fill(byte, at, at + length);
        const made = await contentOf(await answerMail(image, ports));
        expect([...made.keys()]).toEqual(expect.arrayContaining(OWN));
        const [held, pending] = dongle.seats();
        expect(held + pending).toBe(5);
        expect(pending).toBeLessThan(2);
      }),
      { numRuns: 15 },
    );
  }, 60_000);
});

describe('what computers leave on every volume', () => {
  it('is neither mail nor kept', async () => {
    const made = await scene();
    const companion = utf8('Mac OS X        ');
    await made.put({
      'INBOX/._context.ferry-context': companion,
      'INBOX/.DS_Store': companion,
      '.Trashes/501/x': companion,
      'System Volume Information/WPSettings.dat': companion,
      'INBOX/.ferry-0a0a0a0a-1-0a0a0a0a.new': companion,
      'INBOX/context.ferry-context': made.contextOf(makeContainer('soft', 2)),
    });
    await made.eject();
    expect(await paths(made)).toEqual(ANSWERED);
  });
});

describe('what else people put on it', () => {
  it('stays as it was, with its stamps', async () => {
    const made = await scene();
    const files = {
      'Urlaub/2025/Foto.jpg': utf8('foto'),
      'OUTBOX/note.txt': utf8('note'),
      'INBOX/list.txt': utf8('list'),
    };
    await made.put(files);
    const before = (await FatVolume.open(made.drive.image))?.entries('Urlaub/2025');
    await made.eject();
    const after = await made.files();
    for (const [path, bytes] of Object.entries(files)) expect(after.get(path)).toEqual(bytes);
    expect((await FatVolume.open(made.drive.image))?.entries('Urlaub/2025')).toEqual(before);
  });

  it('makes room for what the dongle says when the volume is full, and is told of', async () => {
    const made = await scene();
    const filler = new Uint8Array(4080 * KIB);
    made.drive.image = await volumeWith({
      'INBOX/context': made.contextOf(makeContainer('soft', 2)),
      ...Object.fromEntries([1, 2, 3, 4].map((number) => [`film ${number}.mkv`, filler])),
    });
    await made.eject();
    expect(await paths(made)).toEqual(expect.arrayContaining([...OWN, `OUTBOX/${UPDATE}`, 'film 3.mkv']));
    expect(await made.text('STATUS.TXT')).toContain('Files for which there was no room here: 1.');
  });

  it('is no mail when it is larger than any file of ours', async () => {
    const made = await scene();
    await made.putInbox({ 'film.mkv': new Uint8Array(5000 * KIB) });
    await made.eject();
    expect(await made.text('OUTBOX/ANSWER.TXT')).toContain('[FILE_TOO_LARGE]');
    expect(await made.inbox()).toEqual(['film.mkv']);
  });

  it('is no trouble where a file has the name of a folder of the dongle', async () => {
    const made = await scene();
    made.drive.image = await volumeWith({ inbox: utf8('a file'), 'README.txt/x': utf8('in a folder') });
    await made.eject();
    expect(await paths(made)).toEqual(OWN);
    expect(await made.text('STATUS.TXT')).toContain('no room here: 2.');
  });

  it('is mail however deep in the inbox it lies', async () => {
    const made = await scene();
    const deep = Array.from({ length: 40 }, (_, at) => `folder ${at}`).join('/');
    await made.putInbox({ [`${deep}/context`]: made.contextOf(makeContainer('soft', 2)) });
    await made.eject();
    expect([await made.inbox(), made.seats()]).toEqual([[], [4, 1]]);
  });

  it('is mail as far as it is looked at where it is thousands of files, and the rest is told of', async () => {
    const made = await scene();
    const image = new Uint8Array(VOLUME_BYTES);
    const volume = await FatVolume.make(image, { name: 'FERRY', id: 1, stamp: 0 });
    for (const folder of ['INBOX', 'INBOX/1', 'INBOX/2', 'INBOX/3']) volume.makeFolder(folder, 0);
    volume.write('INBOX/context', made.contextOf(makeContainer('soft', 2)), 0);
    for (let number = 0; number < 2250; number++) volume.write(`INBOX/${1 + (number % 3)}/${number}`, utf8('x'), 0);
    made.drive.image = image;
    await made.eject();
    const after = await FatVolume.open(made.drive.image);
    expect(['1', '2', '3'].map((folder) => after?.entries(`INBOX/${folder}`).length)).toEqual([750, 750, 547]);
    expect(made.seats()).toEqual([4, 1]);
    expect(await made.text('STATUS.TXT')).toContain('no room here: 203.');
    expect(await made.text('OUTBOX/ANSWER.TXT')).toContain('And about 1847 more.');
  }, 60_000);
});

describe('names that somebody has made to deceive', () => {
  it('break no line of a text', async () => {
    const made = await scene();
    await made.putInbox({ 'x\u202eTXT.\u2028EVIL': utf8('x') });
    await made.eject();
    const answer = await made.text('OUTBOX/ANSWER.TXT');
    expect(answer).toContain('INBOX/x?TXT.?EVIL\r\n');
    expect(answer).not.toMatch(/[\u2028\u202e]/);
  });
});
