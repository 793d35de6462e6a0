import fs from 'node:fs';
import { Container } from '../../../../container/container.ts';
import { ScsiDrive } from '../../../../dongle-firmware-sim/usb/storage/scsi-drive.ts';
import { Mailbox } from '../../../../dongle-firmware-sim/volume/mailbox.ts';
import { mailboxContainer } from '../../../../dongle-firmware-sim/volume/mailbox-container.ts';
import { VolumeFile } from '../../../../dongle-firmware-sim/volume/volume-file.adapter.ts';
import { IDENTITY } from '../../../dongle-firmware-sim/usb/storage/storage-scene.ts';
import { type Content, contentOf as filesOn, volumeWith } from '../../../dongle-firmware-sim/volume/mailbox-scene.ts';
import { seededEnv } from '../../../world/parties.ts';
import { DiskImage } from '../files/disk-image.ts';
import { RecordedDisk } from '../files/recorded-disk.ts';
import { MOUNTED, type SimulatedFs } from '../files/simulated-fs.ts';
import { contentOf } from '../flash/content.ts';
import type { RecordedMemory } from '../flash/recorded-memory.ts';
import { type Party, Tracks } from '../flash/stage.ts';

const FILE = `${MOUNTED}/volume.img`;
/** The smallest that has room for what the scenarios put there: that of a dongle takes longer to make, and is alike. */
const VOLUME_BYTES = 256 * 1024;

/** What is durable of a dongle, or lies in caches: its container's memory, and the disk with the file of its volume. */
export interface DongleMedia {
  readonly memory: RecordedMemory;
  readonly disk: RecordedDisk;
}

/** One operation of a dongle on either medium: which one, and how many there were on both before it. */
export interface Moment {
  readonly on: 'memory' | 'disk';
  readonly memory: number;
  readonly disk: number;
  /** Which of the volumes was there. */
  readonly volume: number;
}

/** A disk with the volume of a dongle that was never plugged in. */
export function newDisk(simulated: SimulatedFs): RecordedDisk {
  const disk = new RecordedDisk(new DiskImage());
  simulated.boot(disk);
  fs.writeFileSync(FILE, new Uint8Array(VOLUME_BYTES));
  return disk;
}

/** What tells the volume on a disk from others. */
export function volumeOn(image: DiskImage): string {
  for (const [path, content] of image.tree()) if (path === '/volume.img') return content?.digest ?? 'a folder';
  return 'nothing';
}

/** A dongle under power: its mailbox as it is, and every operation of it on either medium in one order. */
export class PoweredDongle {
  readonly moments: Moment[] = [];
  /** The contents that its container went through. */
  readonly contents = new Tracks(0);
  /** The volumes that were on its disk, the first one first. */
  readonly volumes: string[] = [];
  /** Operations until its container was open. */
  readonly opening: number;
  readonly container: Container;
  readonly media: DongleMedia;
  readonly #mailbox: Mailbox;

  private constructor(party: Party, media: DongleMedia, chance: string) {
    const { memory, disk } = media;
    const opened: { container?: Container } = {};
    const note = (on: Moment['on']) => () => {
      if (opened.container !== undefined) this.contents.visit(contentOf(opened.container.state));
      this.contents.mark();
      const volume = this.#visitVolume();
      this.moments.push({ on, memory: memory.operations.length, disk: disk.operations.length, volume });
    };
    this.media = media;
    this.#visitVolume();
    memory.onOperation = note('memory');
    const [noteDisk, watch] = [note('disk'), disk.onOperation];
    disk.onOperation = () => {
      watch();
      noteDisk();
    };
    const env = seededEnv(chance);
    this.container = Container.open({ ...party.parts, env, flash: memory.flash, anchor: memory.anchor });
    opened.container = this.container;
    this.opening = this.moments.length;
    this.contents.visit(contentOf(this.container.state));
    const nothing = (): void => undefined;
    const failed = (error: unknown): void => {
      throw error;
    };
    const drive = new ScsiDrive(IDENTITY, { written: nothing, flushed: nothing, ejected: nothing, failed });
    this.#mailbox = new Mailbox({
      container: mailboxContainer(this.container),
      env,
      crypto: party.parts.crypto,
      drive: new VolumeFile(FILE, drive),
      timer: { start: nothing, stop: nothing },
      volumeBytes: VOLUME_BYTES,
      onWorking: nothing,
      onFailure: failed,
    });
  }

  /**
   * Gives it power; it is done with the volume that is there when this resolves.
   *
   * @param chance what its random bytes follow from
   */
  static async on(simulated: SimulatedFs, party: Party, media: DongleMedia, chance: string): Promise<PoweredDongle> {
    simulated.boot(media.disk);
    const dongle = new PoweredDongle(party, media, chance);
    await dongle.#mailbox.rested();
    dongle.#note();
    return dongle;
  }

  /** What lies on its volume. */
  files(): Promise<Content> {
    return filesOn(fs.readFileSync(FILE));
  }

  /** A computer writes these files, flushes and ejects the volume. @returns the number of the first operation of the dongle */
  async bring(files: Content): Promise<number> {
    const image = await volumeWith(Object.fromEntries(files), await this.files(), VOLUME_BYTES);
    this.#mailbox.plugged();
    // In place, as a computer writes to a disk.
    const handle = fs.openSync(FILE, 'r+');
    fs.writeSync(handle, image, 0, image.length, 0);
    fs.fsyncSync(handle);
    fs.closeSync(handle);
    this.#mailbox.written();
    this.#mailbox.flushed();
    const from = this.moments.length;
    this.#mailbox.ejected();
    await this.#mailbox.rested();
    this.#note();
    this.#mailbox.unplugged();
    await this.#mailbox.rested();
    return from;
  }

  #note(): void {
    this.contents.visit(contentOf(this.container.state));
    this.#visitVolume();
  }

  #visitVolume(): number {
    const volume = volumeOn(this.media.disk.whole);
    if (this.volumes.at(-1) !== volume) this.volumes.push(volume);
    return this.volumes.length - 1;
  }
}
