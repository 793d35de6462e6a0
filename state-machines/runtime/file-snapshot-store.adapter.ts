import fs from 'node:fs';
import path from 'node:path';
import { Defect, FerryError } from '../../container/errors.ts';
import { utf8 } from '../../container/model/bytes.ts';
import { systemCode, systemWords } from '../../container/store/file-failure.ts';
import { removeDurably, replaceDurably } from './durable-file.adapter.ts';
import type { SnapshotRecord, SnapshotStore } from './snapshot-store-port.ts';

/** A snapshot store in a folder: one JSON file for each unfinished work. The folder is made with the first of them. */
export class FileSnapshotStore implements SnapshotStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What is stored; a file that is no JSON is given as its text, for the runner to refuse. */
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

  async save(id: string, record: SnapshotRecord): Promise<void> {
    replaceDurably(this.#file(id), utf8(JSON.stringify(record)));
  }

  async delete(id: string): Promise<void> {
    removeDurably(this.#file(id));
  }

  #file(id: string): string {
    if (!/^[a-z0-9-]+$/.test(id)) throw new Defect(`"${id}" cannot be the id of a snapshot`);
    return path.join(this.#folder, `${id}.json`);
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
