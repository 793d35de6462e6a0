import { FileImage, type ImageOptions } from './file-image.adapter.ts';
import type { ClosableFlash, FlashGeometry } from './flash-port.ts';

/**
 * The flash of a soft container: one plain file, of which only what was ever programmed takes room on the disk.
 *
 * Programs and erases change memory; `flush` writes them and waits for the disk. One writer at a time.
 *
 * @see acquireLock
 */
export class FileFlash implements ClosableFlash {
  readonly geometry: FlashGeometry;
  readonly #image: FileImage;

  private constructor(image: FileImage) {
    this.geometry = image.array.geometry;
    this.#image = image;
  }

  /** Makes an erased flash. @throws CONTAINER_EXISTS, STORE_WRITE_FAILED */
  static create(options: ImageOptions & { readonly geometry: FlashGeometry }): FileFlash {
    return new FileFlash(FileImage.create(options, options.geometry));
  }

  /** @throws STORE_DAMAGED, FILE_UNREADABLE */
  static open(options: ImageOptions): FileFlash {
    return new FileFlash(FileImage.open(options));
  }

  read(address: number, length: number): Uint8Array {
    return this.#image.array.read(address, length);
  }

  isErased(address: number, length: number): boolean {
    return this.#image.array.isErased(address, length);
  }

  program(address: number, bytes: Uint8Array): void {
    this.#image.array.program(address, bytes);
    this.#image.touch(address, address + bytes.length);
  }

  erase(address: number): void {
    this.#image.array.erase(address);
    this.#image.touch(address, address + this.geometry.sectorSize);
  }

  /** @throws STORE_WRITE_FAILED */
  flush(): void {
    this.#image.flush();
  }

  /** Lets the file go; what was not flushed is lost. */
  close(): void {
    this.#image.close();
  }
}
