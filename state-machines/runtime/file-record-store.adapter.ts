import fs from 'node:fs';
import path from 'node:path';
import { Defect, FerryError } from '../../container/errors.ts';
import { utf8 } from '../../container/model/bytes.ts';
import { systemCode, systemWords } from '../../container/store/file-failure.ts';
import { removeDurably, replaceDurably } from './durable-file.adapter.ts';
import type { RecordIndex, RecordStore } from './snapshot-store-port.ts';

const ID = /^[a-z0-9-]+$/;

/**
 * A record store in a folder: one file with JSON for each record, named by its id. The folder is made with the first of
 * them. Stores with different suffixes can share a folder.
 */
export class FileRecordStore<Record extends object> implements RecordStore<Record>, RecordIndex {
  readonly #folder: string;
  readonly #suffix: string;

  /** @param suffix how the names of its files end, with the dot */
  constructor(folder: string, suffix: string) {
    this.#folder = folder;
    this.#suffix = suffix;
  }

  async ids(): Promise<readonly string[]> {
    const named = namesIn(this.#folder).filter((name) => name.endsWith(this.#suffix));
    return named
      .map((name) => name.slice(0, -this.#suffix.length))
      .filter((id) => ID.test(id))
      .sort();
  }

  /** What is stored; a file that is no JSON is given as its text, for the reader to refuse. */
  async load(id: string): Promise<unknown> {
    const file = this.#file(id);
    const text = readText(file);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }

  async save(id: string, record: Record): Promise<void> {
    replaceDurably(this.#file(id), utf8(JSON.stringify(record)));
  }

  async delete(id: string): Promise<void> {
    removeDurably(this.#file(id));
  }

  #file(id: string): string {
    if (!ID.test(id)) throw new Defect(`"${id}" cannot be the id of a record`);
    return path.join(this.#folder, `${id}${this.#suffix}`);
  }
}

function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw new FerryError('FILE_UNREADABLE', { file, why: systemWords(error) }, { cause: error });
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw new FerryError('FILE_UNREADABLE', { file: folder, why: systemWords(error) }, { cause: error });
  }
}
