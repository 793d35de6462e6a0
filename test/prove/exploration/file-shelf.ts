import { toHex } from '../../../container/model/bytes.ts';
import type { CarriedFile } from './party.ts';
import { toyCrypto } from './toy-crypto.ts';

interface ShelvedFile {
  readonly file: CarriedFile;
  readonly name: string;
}

/** Every file that any party has ever made, under a number; equal bytes are one file. */
export class FileShelf {
  readonly #files: ShelvedFile[] = [];
  readonly #numbers = new Map<string, number>();

  put(file: CarriedFile, from: string): number {
    const bytes = Buffer.from(file.bytes).toString('latin1');
    const known = this.#numbers.get(bytes);
    if (known !== undefined) return known;
    const digest = toHex(toyCrypto.sha256(file.bytes)).slice(0, 8);
    this.#numbers.set(bytes, this.#files.length);
    return this.#files.push({ file, name: `${file.kind} ${digest} of ${from}` }) - 1;
  }

  save(): readonly ShelvedFile[] {
    return this.#files;
  }

  /** Only before anything is put. */
  load(saved: readonly ShelvedFile[]): void {
    for (const { file, name } of saved) {
      this.#numbers.set(Buffer.from(file.bytes).toString('latin1'), this.#files.length);
      this.#files.push({ file, name });
    }
  }

  get(number: number): CarriedFile {
    return this.#at(number).file;
  }

  /** The same in every run: made from who made it and what is in it. */
  nameOf(number: number): string {
    return this.#at(number).name;
  }

  get size(): number {
    return this.#files.length;
  }

  #at(number: number): ShelvedFile {
    const at = this.#files[number];
    if (at === undefined) throw new RangeError(`there is no file ${number}`);
    return at;
  }
}
