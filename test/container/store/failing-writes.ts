import fs from 'node:fs';
import type { FileWrites } from '../../../container/store/file-durable.adapter.ts';

/** The real file system, until `fail` names the error that every write, or every flush, gives from then on. */
export class FailingWrites implements FileWrites {
  #call: keyof FileWrites | undefined;
  #code = '';

  readonly writeSync = ((...args: Parameters<typeof fs.writeSync>) => {
    this.#check('writeSync');
    return fs.writeSync(...args);
  }) as typeof fs.writeSync;

  readonly fdatasyncSync = (handle: number): void => {
    this.#check('fdatasyncSync');
    fs.fdatasyncSync(handle);
  };

  fail(call: keyof FileWrites | undefined, code = 'EIO'): void {
    this.#call = call;
    this.#code = code;
  }

  #check(call: keyof FileWrites): void {
    if (this.#call === call) throw Object.assign(new Error(this.#code), { code: this.#code });
  }
}
