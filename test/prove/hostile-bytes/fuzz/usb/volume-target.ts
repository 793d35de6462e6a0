import { concatBytes, utf8 } from '../../../../../container/model/bytes.ts';
import { FatVolume, VOLUME_BYTES } from '../../../../../dongle-firmware-sim/volume/fat-volume.ts';
import { readVolume } from '../../../../../dongle-firmware-sim/volume/read-volume.ts';
import { Broken, type FuzzTarget, type Verdict } from '../fuzz-target.ts';
import type { Random } from '../random.ts';
import { Script } from './script.ts';

/** Bytes of what a patch may alter: boot sector, both tables, root folder, first clusters. */
const MOST = 0x1_0000;
const PATCH_HEADER = 3;
const MOST_FILES = 3 * 2048;
const LONGEST_PATH = 1000;
/** Of the layout that a dongle gives its volume. */
const [SECTOR, FIRST_FAT] = [512, 512];
const NO_NAME = /[\\:*?"<>|\p{Cc}]/u;

/** A sound volume, with mail in its inbox. */
async function golden(): Promise<Uint8Array> {
  const image = new Uint8Array(VOLUME_BYTES);
  const volume = await FatVolume.make(image, { name: 'FERRY', id: 1, stamp: 0 });
  for (const folder of ['INBOX', 'OUTBOX', 'INBOX/deep', 'INBOX/deep/er']) volume.makeFolder(folder, 0);
  volume.write('INBOX/a long name.ferry-context', utf8('x'.repeat(5000)), 0);
  volume.write('INBOX/deep/er/B.TXT', utf8('y'.repeat(100)), 0);
  volume.write('OUTBOX/ANSWER.TXT', utf8('z'), 0);
  volume.write('README.TXT', utf8('w'.repeat(3000)), 0);
  return image;
}

/** Where the root folder and the clusters behind it begin, as the boot sector says. */
function layoutOf(image: Uint8Array): { readonly root: number; readonly clusters: number } {
  const view = new DataView(image.buffer);
  const root = (view.getUint16(14, true) + view.getUint8(16) * view.getUint16(22, true)) * SECTOR;
  return { root, clusters: root + view.getUint16(17, true) * 32 };
}

/** Makes patches: where, and which bytes. */
class Patches {
  readonly #layout: { readonly root: number; readonly clusters: number };

  constructor(image: Uint8Array) {
    this.#layout = layoutOf(image);
  }

  make(random: Random): Uint8Array {
    return concatBytes(...Array.from({ length: 1 + random.below(6) }, () => this.#one(random)));
  }

  #one(random: Random): Uint8Array {
    const { root, clusters } = this.#layout;
    switch (random.below(5)) {
      case 0:
        return patch(random.below(64), random.bytes(1 + random.below(4)));
      case 1: {
        const entry = random.pick([0, 1, 2, 3, 4, 5, 8, random.below(0x10000), 0xffff, 0xfff8]);
        return patch(FIRST_FAT + 2 * random.below(24), Uint8Array.of(entry & 0xff, entry >> 8));
      }
      case 2:
        return patch(random.pick([root, clusters]) + 32 * random.below(24), entry(random));
      case 3:
        return patch(random.pick([root, clusters]) + random.below(1024), random.bytes(1 + random.below(40)));
      default:
        return patch(clusters + 2048 * random.below(6) + 32 * random.below(4), entry(random));
    }
  }
}

function patch(at: number, bytes: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of((at >> 8) & 0xff, at & 0xff, bytes.length), bytes);
}

/** An entry of a folder, with an attribute, a first cluster and a size of its own. @see FAT specification 1.03 */
function entry(random: Random): Uint8Array {
  const bytes = new Uint8Array(32);
  const name = random.pick([
    'INBOX      ',
    'A       TXT',
    '..         ',
    '\0          ',
    '\xe5BC     TXT',
    '/\\:     *? ',
  ]);
  bytes.set(Uint8Array.from(name, (letter) => letter.charCodeAt(0)));
  const view = new DataView(bytes.buffer);
  view.setUint8(11, random.pick([0x00, 0x10, 0x10, 0x20, 0x08, 0x0f, 0xff]));
  view.setUint16(26, random.pick([0, 1, 2, 3, 4, 5, 6, 7, 0xfff7, random.below(0x10000)]), true);
  view.setUint32(28, random.pick([0, 1, 512, 5000, VOLUME_BYTES, 0xffff_ffff]), true);
  return bytes;
}

/** Reads the volume as patches have left it, and restores it. */
async function found(image: Uint8Array, input: Uint8Array): Promise<Verdict> {
  const before = image.slice(0, MOST + 256);
  const script = new Script(input);
  for (let at = 0; at < input.length; ) {
    const place = script.word();
    const bytes = script.take(script.byte());
    image.set(bytes, place);
    at += PATCH_HEADER + bytes.length;
  }
  const damaged = image.slice(0, MOST + 256);
  try {
    const { isVolume, files, passedOver } = await readVolume(image);
    if (Buffer.compare(damaged, image.subarray(0, damaged.length)) !== 0) throw new Broken('reading alters the volume');
    if (files.length > MOST_FILES || passedOver < 0) throw new Broken(`${files.length} files are found`);
    const bytes = files.reduce((sum, file) => sum + (file.bytes?.length ?? 0), 0);
    if (bytes > image.length) throw new Broken(`${bytes} bytes are found on a volume of ${image.length}`);
    for (const { path } of files) checkPath(path);
    return isVolume && files.length > 0 ? 'accepted' : 'refused';
  } finally {
    image.set(before);
  }
}

function checkPath(path: string): void {
  const isOne = path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && !NO_NAME.test(name));
  if (!isOne || path.length > LONGEST_PATH) throw new Broken(`a path is none: ${JSON.stringify(path)}`);
}

/** The volume of a dongle, after whatever a computer has done to it. */
export async function volumeTarget(): Promise<FuzzTarget> {
  const image = await golden();
  const patches = new Patches(image);
  return {
    name: 'volume of a dongle',
    thousands: 2,
    // A forged folder may hold itself, and all of it is looked at up to a bound.
    patience: 500,
    make: (random) => patches.make(random),
    give: (input) => found(image, input),
  };
}
