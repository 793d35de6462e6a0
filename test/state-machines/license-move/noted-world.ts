import { FerryError } from '../../../container/errors.ts';
import {
  MemoryRecordStore,
  type MoveNoteRecord,
  type MoveNotes,
  resumeLicenseMove,
  type UnfinishedMove,
  unfinishedMoves,
} from '../../../state-machines/index.ts';
import { heldItem } from '../fake-parties.ts';
import { items, MoveWorld, SNAPSHOT_ID } from '../move-world.ts';
import type { PowerCut } from '../power-cut.ts';

export const BEGINNING = { from: 'sim:/dongle', to: 'sim:/device', firm: null };
export const FIVE = items([1001, 5]);
export const unreachable = async () => Promise.reject(new FerryError('NO_CONTAINER', { where: 'sim:device' }));

/** Nine seats, a notebook, and a clock that goes on by a second whenever it is read. */
export class NotedWorld extends MoveWorld {
  readonly notebook = new MemoryRecordStore<MoveNoteRecord>();
  #seconds = 100;
  readonly notes: MoveNotes = { notebook: this.notebook, beginning: BEGINNING, now: () => this.#seconds++ };

  constructor() {
    super(heldItem(1, 5), heldItem(2, 4));
  }

  begin() {
    return this.run(FIVE, { notes: this.notes });
  }

  beginUntil(cut: PowerCut) {
    const notes = { ...this.notes, notebook: cut.over(this.notebook) };
    const [issuer, target] = [cut.over(this.issuer), cut.over(this.target)];
    const [store, blobs] = [cut.over(this.store), cut.over(this.blobs)];
    return Promise.race([this.run(FIVE, { notes, issuer, target, store, blobs }), cut.happened]);
  }

  beginCutOff() {
    const target = Object.assign(Object.create(this.target), { apply: unreachable });
    return this.run(FIVE, { notes: this.notes, target });
  }

  resume(other: Partial<MoveWorld> = {}) {
    const { issuer, target, store, blobs, random, notes } = this;
    return resumeLicenseMove({ issuer, target, store, blobs, random, notes, id: SNAPSHOT_ID, ...other });
  }

  unfinished(): Promise<readonly UnfinishedMove[]> {
    return unfinishedMoves(this.store, this.notebook);
  }
}
