import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../container/model/bytes.ts';
import { fatStamp } from '../../../dongle-firmware-sim/volume/fat-stamp.ts';
import { FatVolume, VOLUME_BYTES } from '../../../dongle-firmware-sim/volume/fat-volume.ts';

const STAMP = fatStamp(800_000_000);
const LABEL = { name: 'FERRY', id: 0x0301_0002, stamp: STAMP };

async function fresh(): Promise<{ image: Uint8Array; volume: FatVolume }> {
  const image = new Uint8Array(VOLUME_BYTES);
  return { image, volume: await FatVolume.make(image, LABEL) };
}

async function reopened(image: Uint8Array): Promise<FatVolume> {
  const volume = await FatVolume.open(image);
  if (volume === undefined) throw new TypeError('the volume cannot be opened');
  return volume;
}

describe('a volume that was made', () => {
  it('is an empty FAT16 with its label and number', async () => {
    const { image, volume } = await fresh();
    expect(volume.entries('')).toEqual([]);
    const text = new TextDecoder('latin1').decode(image.subarray(0, 512));
    expect([text.slice(43, 54), text.slice(54, 62)]).toEqual(['FERRY      ', 'FAT16   ']);
    expect([...image.subarray(39, 43)]).toEqual([2, 0, 1, 3]);
  });

  it('has the same bytes whenever it is made with the same stamps', async () => {
    const [one, other] = [await fresh(), await fresh()];
    for (const { volume } of [one, other]) volume.write('A file with a long name.txt', utf8('text'), STAMP);
    expect(Buffer.compare(one.image, other.image)).toBe(0);
  });

  it('reads back what was written, with its stamp and the letters of its name', async () => {
    const { image, volume } = await fresh();
    const long = Uint8Array.from({ length: 200_001 }, (_, at) => at % 251);
    expect(volume.makeFolder('INBOX', STAMP)).toBe(true);
    expect(volume.write('INBOX/Gerät № 1.ferry-context', long, fatStamp(86_400))).toBe(true);
    const again = await reopened(image);
    expect(again.entries('INBOX')).toEqual([
      { name: 'Gerät № 1.ferry-context', isFolder: false, isHidden: false, size: 200_001, stamp: fatStamp(86_400) },
    ]);
    expect(again.entries('')).toEqual([{ name: 'INBOX', isFolder: true, isHidden: false, size: 0, stamp: STAMP }]);
    expect(Buffer.from(again.read('INBOX/Gerät № 1.ferry-context', 200_001) ?? []).equals(long)).toBe(true);
  });

  it('takes a file whole or not at all, and has its room back', async () => {
    const { volume } = await fresh();
    expect(volume.write('BIG.BIN', new Uint8Array(VOLUME_BYTES), STAMP)).toBe(false);
    expect(volume.entries('')).toEqual([]);
    expect(volume.write('LESS.BIN', new Uint8Array(15 * 1024 * 1024), STAMP)).toBe(true);
    expect(volume.write('MORE.BIN', new Uint8Array(15 * 1024 * 1024), STAMP)).toBe(false);
  });

  it('writes nothing over what is there', async () => {
    const { volume } = await fresh();
    expect([volume.write('A.TXT', utf8('one'), STAMP), volume.write('a.txt', utf8('two'), STAMP)]).toEqual([
      true,
      false,
    ]);
    expect(volume.read('A.TXT', 3)).toEqual(utf8('one'));
    expect([volume.makeFolder('A.TXT', STAMP), volume.makeFolder('NO/FOLDER', STAMP)]).toEqual([false, false]);
  });
});

describe('a stamp', () => {
  it('holds the years from 1980 to 2107', () => {
    expect(fatStamp(0)).toBe(((20 << 9) | (1 << 5) | 1) * 0x10000);
    expect(fatStamp(0xffff_ffff) >>> 25).toBe(127);
  });
});
