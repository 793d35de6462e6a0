import type { ImportedDevice } from '../../carriers/usbip/usbip-client.adapter.ts';

const BLOCK = 512;
const STATUS = 13;
const DISK = 2;

/** A computer's side of the disk of a dongle that is imported: one command at a time. @see USB Mass Storage Bulk-Only 1.0 */
export class DiskClient {
  readonly #dongle: ImportedDevice;
  #tag = 0;

  constructor(dongle: ImportedDevice) {
    this.#dongle = dongle;
  }

  /** Until the medium is there, and what is to be told of it is told. */
  async ready(): Promise<void> {
    while ((await this.#command([0, 0, 0, 0, 0, 0], 0)) !== 0);
  }

  /** READ(10) into bytes of whole blocks. */
  async read(lba: number, into: Uint8Array): Promise<void> {
    await this.#passed(this.#command(tenBytes(0x28, lba, into.length / BLOCK), into.length, { into }));
  }

  /** WRITE(10). */
  async write(lba: number, bytes: Uint8Array): Promise<void> {
    await this.#passed(this.#command(tenBytes(0x2a, lba, bytes.length / BLOCK), bytes.length, { bytes }));
  }

  /** SYNCHRONIZE CACHE(10). */
  async flush(): Promise<void> {
    await this.#passed(this.#command(tenBytes(0x35, 0, 0), 0));
  }

  async #passed(command: Promise<number>): Promise<void> {
    const status = await command;
    if (status !== 0) throw new Error(`a command of the disk ended with ${status}`);
  }

  /** @returns the status that the dongle ended it with */
  async #command(cdb: readonly number[], length: number, { into, bytes }: Data = {}): Promise<number> {
    const wrapper = new Uint8Array(31);
    const view = new DataView(wrapper.buffer);
    view.setUint32(0, 0x43425355, true);
    view.setUint32(4, ++this.#tag, true);
    view.setUint32(8, length, true);
    wrapper[12] = into === undefined ? 0 : 0x80;
    wrapper[14] = cdb.length;
    wrapper.set(cdb, 15);
    const parts = [this.#dongle.out(DISK, wrapper)];
    if (into !== undefined) parts.push(this.#dongle.in(DISK, into));
    if (bytes !== undefined) parts.push(this.#dongle.out(DISK, bytes));
    parts.push(this.#dongle.in(DISK, STATUS));
    const ended = await Promise.all(parts.map(({ completion }) => completion));
    const last = ended.at(-1);
    if (last?.status !== 'done' || last.actual !== STATUS) throw new Error('the disk does not answer');
    return last.data[12] ?? -1;
  }
}

interface Data {
  readonly into?: Uint8Array;
  readonly bytes?: Uint8Array;
}

function tenBytes(operation: number, lba: number, blocks: number): number[] {
  const cdb = new Uint8Array(10);
  const view = new DataView(cdb.buffer);
  view.setUint8(0, operation);
  view.setUint32(2, lba);
  view.setUint16(7, blocks);
  return [...cdb];
}
