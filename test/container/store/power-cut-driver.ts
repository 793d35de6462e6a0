import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import type { Flash } from '../../../container/store/flash-port.ts';
import { Journal, type OpenedJournal } from '../../../container/store/journal.ts';
import { type Fate, FaultyFlash, PowerLost, picker, TINY } from './faulty-flash.ts';

export type Step = { readonly append: number } | 'compact' | 'reopen';

/** The plain model: the numbers appended so far. */
type Content = readonly number[];

const OPTIONS = { crypto: nativeCrypto(), where: 'a test' };

/** What is true when power goes: the content before the step under way, and after it. */
interface Model {
  before: Content;
  after: Content;
}

/** A record of `length` bytes that carries a number; the rest follows from the number. */
function record(value: number, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(4, length)).map((_, at) => value * 31 + at * 7);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function snapshotOf(content: Content): Uint8Array {
  const bytes = new Uint8Array(content.length * 4);
  const view = new DataView(bytes.buffer);
  content.forEach((value, at) => {
    view.setUint32(at * 4, value);
  });
  return bytes;
}

function valueAt(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}

function contentOf({ snapshot, records }: OpenedJournal): Content {
  const taken = Array.from({ length: snapshot.length / 4 }, (_, at) => valueAt(snapshot, at * 4));
  const appended = records.map((bytes) => {
    const value = valueAt(bytes, 0);
    if (!same(bytes, record(value, bytes.length))) throw new Error('a record was changed');
    return value;
  });
  return [...taken, ...appended];
}

function same(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  return one.length === other.length && Array.from(one).every((value, at) => value === other[at]);
}

/** Runs the steps, and keeps the model true at every moment. */
function run(flash: Flash, steps: readonly Step[], model: Model): void {
  let { journal } = Journal.open(flash, OPTIONS);
  for (const step of steps) {
    if (step === 'reopen') {
      const opened = Journal.open(flash, OPTIONS);
      if (!same(contentOf(opened), model.before)) throw new Error('an undisturbed reopen changed the content');
      journal = opened.journal;
    } else if (step === 'compact') {
      journal.compact(snapshotOf(model.before));
    } else {
      if (!journal.fits(Math.max(4, step.append))) journal.compact(snapshotOf(model.before));
      const value = model.before.length + 1;
      model.after = [...model.before, value];
      journal.append(record(value, step.append));
      model.before = model.after;
    }
  }
}

/** Runs until the power goes at that operation; undefined when the steps end before. */
function runUntilCut(image: Uint8Array, cutAt: number, steps: readonly Step[], model: Model): FaultyFlash | undefined {
  const flash = new FaultyFlash(TINY, image, cutAt);
  try {
    run(flash, steps, model);
    return undefined;
  } catch (error) {
    if (error instanceof PowerLost) return flash;
    throw error;
  }
}

function openSound(image: Uint8Array, allowed: readonly Content[], when: string): { content: Content; flash: Flash } {
  const flash = new FaultyFlash(TINY, image);
  const content = contentOf(Journal.open(flash, OPTIONS));
  if (allowed.some((one) => same(one, content))) return { content, flash };
  throw new Error(`${when}: found ${content}, allowed ${allowed.join(' or ')}`);
}

/** Cuts power at every operation of the first open and of the append and compaction that follow it. */
function checkRecovery(image: Uint8Array, model: Model, seed: number): number {
  let cuts = 0;
  for (let cutAt = 0; ; cutAt++) {
    const flash = new FaultyFlash(TINY, image, cutAt);
    let allowed: Content[] = [model.before, model.after];
    try {
      const opened = Journal.open(flash, OPTIONS);
      const content = contentOf(opened);
      if (!allowed.some((one) => same(one, content))) throw new Error(`recovery found ${content}`);
      allowed = [content];
      const next = content.length + 1;
      if (!opened.journal.fits(9)) opened.journal.compact(snapshotOf(content));
      allowed = [content, [...content, next]];
      opened.journal.append(record(next, 9));
      allowed = [[...content, next]];
      opened.journal.compact(snapshotOf([...content, next]));
      return cuts;
    } catch (error) {
      if (!(error instanceof PowerLost)) throw error;
      cuts += 1;
      for (const fate of fates(seed + cutAt, 1)) openSound(flash.survivor(fate), allowed, `recovery cut at ${cutAt}`);
    }
  }
}

/**
 * What a program read after another one had ended must still be there when the power goes next; what it has not read yet
 * is before or after.
 */
function checkTakeover(flash: FaultyFlash, model: Model, seed: number): void {
  for (const unflushed of ['remembered', 'forgotten'] as const) {
    const heir = flash.inherited(unflushed);
    const content = contentOf(Journal.open(heir, OPTIONS));
    if (![model.before, model.after].some((one) => same(one, content))) throw new Error(`takeover found ${content}`);
    for (const fate of fates(seed, 1))
      openSound(heir.survivor(fate), [content], `power cut after a ${unflushed} takeover`);
    checkInterruptedTakeover((cutAt) => flash.inherited(unflushed, cutAt), model, seed);
  }
}

function checkInterruptedTakeover(inherit: (cutAt: number) => FaultyFlash, model: Model, seed: number): void {
  for (let cutAt = 0; ; cutAt++) {
    const heir = inherit(cutAt);
    try {
      Journal.open(heir, OPTIONS);
      return;
    } catch (error) {
      if (!(error instanceof PowerLost)) throw error;
    }
    for (const fate of fates(seed + cutAt, 1))
      openSound(heir.survivor(fate), [model.before, model.after], `takeover cut at ${cutAt}`);
  }
}

function fates(seed: number, random: number): Fate[] {
  return ['lost', 'kept', ...Array.from({ length: random }, (_, at) => picker(seed * 977 + at * 131 + 1))];
}

/**
 * Cuts power at every operation of the steps, lets every fate befall what was not flushed, and does the same again to
 * each recovery. Returns how many cuts were made in all; throws at the first content that is neither before nor after.
 */
export function cutEverywhere(steps: readonly Step[], seed: number, random = 3): number {
  const start = new FaultyFlash(TINY, new Uint8Array(TINY.size).fill(0xff));
  Journal.format(start, OPTIONS);
  const image = start.survivor('lost');
  let cuts = 0;
  for (let cutAt = 0; ; cutAt++) {
    const model: Model = { before: [], after: [] };
    const flash = runUntilCut(image, cutAt, steps, model);
    if (flash === undefined) return cuts;
    checkTakeover(flash, model, seed + cutAt);
    for (const fate of fates(seed + cutAt, random)) {
      const survivor = flash.survivor(fate);
      const { content, flash: again } = openSound(survivor, [model.before, model.after], `cut at ${cutAt}`);
      run(again, ['reopen', { append: 70 }, { append: 5 }, 'reopen'], { before: content, after: content });
      cuts += 1 + checkRecovery(survivor, model, seed + cutAt);
    }
  }
}
