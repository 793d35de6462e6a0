import type { ShownOrder } from '../../../container/commands/order.ts';
import { FerryError } from '../../../container/errors.ts';
import { armor, unarmor } from '../../../container/files/armor.ts';
import { utf8 } from '../../../container/model/bytes.ts';
import { fatStamp } from '../../../dongle-firmware-sim/volume/fat-stamp.ts';
import { FatVolume, VOLUME_BYTES } from '../../../dongle-firmware-sim/volume/fat-volume.ts';
import { Mailbox, type MailboxDrive, type SilenceTimer } from '../../../dongle-firmware-sim/volume/mailbox.ts';
import { mailboxContainer } from '../../../dongle-firmware-sim/volume/mailbox-container.ts';
import { readVolume } from '../../../dongle-firmware-sim/volume/read-volume.ts';
import { crypto, load, makeContainer, seededEnv, type TestContainer, TestFirm } from '../../world/parties.ts';

/** A drive without a bus: what is on its medium, and whether that is in. */
export class FakeDrive implements MailboxDrive {
  image: Uint8Array = new Uint8Array(VOLUME_BYTES);
  isIn = false;
  /** Why the next new volume is not written; undefined: it is. */
  fault: FerryError | undefined;

  copy(): Uint8Array {
    return this.image.slice();
  }

  remove(): void {
    this.isIn = false;
  }

  insert(image: Uint8Array | undefined): void {
    const fault = this.fault;
    if (image !== undefined && fault !== undefined) {
      this.fault = undefined;
      throw fault;
    }
    if (image !== undefined) this.image = image.slice();
    this.isIn = true;
  }
}

/** A timer that runs out when it is told to. */
export class FakeTimer implements SilenceTimer {
  seconds: number | undefined;
  #onQuiet: () => void = () => undefined;

  start(seconds: number, onQuiet: () => void): void {
    this.seconds = seconds;
    this.#onQuiet = onQuiet;
  }

  stop(): void {
    this.seconds = undefined;
  }

  runOut(): void {
    this.seconds = undefined;
    this.#onQuiet();
  }
}

/** What lies on a volume, by path, as bytes. */
export type Content = ReadonlyMap<string, Uint8Array>;

export async function contentOf(image: Uint8Array): Promise<Content> {
  const { files } = await readVolume(image);
  return new Map(files.map(({ path, bytes }) => [path, bytes ?? utf8('(unreadable)')]));
}

/** A sound volume with these files, as a computer would leave it. */
export async function volumeWith(
  files: Readonly<Record<string, Uint8Array>>,
  kept: Content = new Map(),
  length = VOLUME_BYTES,
): Promise<Uint8Array> {
  const image = new Uint8Array(length);
  const stamp = fatStamp(800_000_000);
  const volume = await FatVolume.make(image, { name: 'FERRY', id: 1, stamp });
  for (const [path, bytes] of [...kept, ...Object.entries(files)]) {
    for (const [at, letter] of [...path].entries()) if (letter === '/') volume.makeFolder(path.slice(0, at), stamp);
    if (!volume.write(path, bytes, stamp)) throw new TypeError(`there is no room for ${path}`);
  }
  return image;
}

/** A loaded dongle with its mailbox, at a computer that has nothing but a file manager. */
export class MailboxScene {
  readonly dongle: TestContainer = makeContainer('dongle', 1);
  readonly firm = new TestFirm();
  readonly drive = new FakeDrive();
  readonly timer = new FakeTimer();
  readonly failures: unknown[] = [];
  mailbox: Mailbox;

  private constructor() {
    this.mailbox = this.#power();
  }

  /** Plugged in, after it has made its volume. */
  static async make({ seats = 5 } = {}): Promise<MailboxScene> {
    const scene = new MailboxScene();
    if (seats > 0) load(scene.firm, scene.dongle, { quantity: seats });
    await scene.mailbox.rested();
    scene.mailbox.plugged();
    await scene.eject();
    return scene;
  }

  /** The power comes back after it has gone, in the middle of anything. */
  restart(): void {
    this.drive.isIn = false;
    this.mailbox = this.#power();
  }

  #power(): Mailbox {
    return new Mailbox({
      container: mailboxContainer(this.dongle.container),
      env: seededEnv('mailbox'),
      crypto,
      drive: this.drive,
      timer: this.timer,
      onWorking: () => undefined,
      onFailure: (error) => this.failures.push(error),
    });
  }

  /** Arms a work order: one seat each, unless the order says something else. */
  arm(change: Partial<Pick<ShownOrder, 'items' | 'kinds' | 'keys' | 'most'>> = {}): number {
    const items = [{ firmCode: 6000010, productCode: 1001, quantity: 1 }];
    return this.dongle.container.run('arm-order', { items, kinds: [], keys: [], most: 20, ...change }).id;
  }

  /** The files on the volume, which has to be in. */
  async files(): Promise<Content> {
    if (!this.drive.isIn) throw new TypeError('there is no medium');
    return contentOf(this.drive.image);
  }

  async text(path: string): Promise<string> {
    return new TextDecoder().decode((await this.files()).get(path));
  }

  /** Names of the files in the outbox. */
  async outbox(): Promise<readonly string[]> {
    return [...(await this.files()).keys()].flatMap((path) => (path.startsWith('OUTBOX/') ? [path.slice(7)] : []));
  }

  async inbox(): Promise<readonly string[]> {
    return [...(await this.files()).keys()].flatMap((path) => (path.startsWith('INBOX/') ? [path.slice(6)] : []));
  }

  /** Copies files onto the volume. */
  async put(files: Readonly<Record<string, Uint8Array>>): Promise<void> {
    if (!this.drive.isIn) throw new TypeError('there is no medium');
    this.drive.image = await volumeWith(files, await contentOf(this.drive.image));
    this.mailbox.written();
  }

  async putInbox(files: Readonly<Record<string, Uint8Array>>): Promise<void> {
    await this.put(Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`INBOX/${name}`, bytes])));
  }

  /** Ejects it, and waits for the light. */
  async eject(): Promise<void> {
    this.mailbox.ejected();
    await this.mailbox.rested();
  }

  /** The context file of a device for this dongle, as it lies on disks. */
  contextOf(device: TestContainer): Uint8Array {
    const { context } = device.container.run('context', { certificate: this.dongle.certificate, firmCode: null });
    return utf8(armor(context));
  }

  /** Has a device apply an update file of the outbox, and gives its receipt. */
  async applyFromOutbox(device: TestContainer, name: string): Promise<Uint8Array> {
    const update = envelopeIn((await this.files()).get(`OUTBOX/${name}`));
    return utf8(armor(device.container.run('apply', { update }).receipt));
  }

  stateHash(): string {
    return this.dongle.container.run('list', {}).stateHash;
  }

  /** Seats held and free, and in transit. */
  seats(): readonly [held: number, pending: number] {
    const { holdings } = this.dongle.container.run('list', {});
    return [sum(holdings.map(({ quantity }) => quantity)), sum(holdings.map(({ pending }) => pending))];
  }
}

export function envelopeIn(file: Uint8Array | undefined): Uint8Array {
  const read = unarmor(file ?? new Uint8Array());
  if (!read.ok) throw new FerryError(read.code, read.details);
  return read.value;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
