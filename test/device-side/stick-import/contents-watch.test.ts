import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { FSWatcher } from 'chokidar';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ContentsWatch, watchContents } from '../../../device-side/stick-import/contents-watch.adapter.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';

const makeFolder = temporaryFolders();
/** Milliseconds, of a clock that the test turns, that are longer than any quiet. */
const LONG = 10_000;

/** A watch of a stick with files and a folder on it, and what it has told. */
class Scene {
  readonly place: string;
  told = 0;
  readonly failures: string[] = [];
  readonly watch: ContentsWatch;
  readonly #events: FSWatcher;

  constructor(place: string) {
    this.place = place;
    this.put('before.ferry-update', 'folder/before.ferry-update');
    const on = vi.spyOn(FSWatcher.prototype, 'on');
    this.watch = watchContents(
      this.place,
      () => {
        this.told += 1;
      },
      (why) => this.failures.push(why),
    );
    this.#events = on.mock.contexts[0] as FSWatcher;
    on.mockRestore();
    watches.push(this.watch);
  }

  /** One that has looked at what is there. */
  static async ready(place = makeFolder()): Promise<Scene> {
    const scene = new Scene(place);
    await once(scene.#events, 'ready');
    return scene;
  }

  put(...files: readonly string[]): void {
    for (const file of files) {
      fs.mkdirSync(path.join(this.place, path.dirname(file)), { recursive: true });
      fs.writeFileSync(path.join(this.place, file), file);
    }
  }

  /** Puts files there, and waits until the system has told of each. */
  async seen(...files: readonly string[]): Promise<void> {
    await this.#seeing(files, () => this.put(...files));
  }

  async #seeing(files: readonly string[], make: () => void): Promise<void> {
    const missing = new Set(files.map((file) => path.join(this.place, file)));
    const all = new Promise<void>((resolve) => {
      this.#events.on('all', (_, file) => {
        if (missing.delete(file) && missing.size === 0) resolve();
      });
    });
    make();
    await all;
  }

  /** Makes folders, and waits until the system has told of each; it told of what was changed before them. */
  async seenFolders(...folders: readonly string[]): Promise<void> {
    await this.#seeing(folders, () => {
      for (const folder of folders) fs.mkdirSync(path.join(this.place, folder));
    });
  }

  /** Turns the clock until it tells something more. */
  async telling(): Promise<void> {
    for (const before = this.told; this.told === before; await turn()) await vi.advanceTimersByTimeAsync(100);
  }

  fail(code: string): void {
    this.#events.emit('error', Object.assign(new Error(code), { code }));
  }
}

/** A stick with so many photos, in its root and in a folder each. */
function folderOfPhotos(count: number): string {
  const place = makeFolder();
  fs.mkdirSync(path.join(place, 'photos'));
  for (let photo = 0; photo < count; photo++)
    for (const folder of ['', 'photos']) fs.writeFileSync(path.join(place, folder, `${photo}.jpg`), '');
  return place;
}

/** Watches of files and folders that the system does not keep any more after that. */
async function watchesOf(close: () => Promise<void>): Promise<number> {
  const before = watchesNow();
  await close();
  return before - watchesNow();
}

/** @see proc_pid_fdinfo(5) */
function watchesNow(): number {
  const notes = fs.readdirSync('/proc/self/fdinfo').map((handle) => noteOf(`/proc/self/fdinfo/${handle}`));
  return notes.join('').match(/^inotify /gm)?.length ?? 0;
}

/** Empty for what is closed by now, such as that of the list itself. */
function noteOf(handle: string): string {
  try {
    return fs.readFileSync(handle, 'utf8');
  } catch {
    return '';
  }
}

const watches: ContentsWatch[] = [];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(async () => {
  for (const watch of watches.splice(0)) await watch.close();
  vi.useRealTimers();
});

describe('a watch of what is put on a stick', () => {
  it('says nothing of what was there before', async () => {
    const scene = await Scene.ready();
    await vi.advanceTimersByTimeAsync(LONG);
    expect(scene.told).toBe(0);
  });

  it('tells once of several files that are put there in a row, when all is quiet', async () => {
    const scene = await Scene.ready();
    for (const file of ['a.ferry-update', 'B.FERRY-UPDATE', 'folder/c.Ferry-Update']) {
      await scene.seen(file);
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(scene.told).toBe(0);
    await vi.advanceTimersByTimeAsync(LONG);
    expect(scene.told).toBe(1);
    await scene.seen('d.ferry-update', 'e.ferry-update');
    await vi.advanceTimersByTimeAsync(LONG);
    expect(scene.told).toBe(2);
  });

  it.each<[string, (place: string) => void]>([
    ['put in its root', (place) => fs.writeFileSync(path.join(place, 'new.ferry-update'), '')],
    ['asked for by an empty file', (place) => fs.writeFileSync(path.join(place, 'FERRY-REQUEST.TXT'), '')],
    ['put there as a certificate', (place) => fs.writeFileSync(path.join(place, 'a.ferry-certificate'), '')],
    ['put in a folder below', (place) => fs.writeFileSync(path.join(place, 'folder/new.ferry-update'), '')],
    ['moved to it in a folder', (place) => fs.renameSync(folderOutside(), path.join(place, 'moved'))],
    ['written anew', (place) => fs.appendFileSync(path.join(place, 'before.ferry-update'), ', after')],
    ['taken away', (place) => fs.rmSync(path.join(place, 'before.ferry-update'))],
    ['taken from a folder below', (place) => fs.rmSync(path.join(place, 'folder/before.ferry-update'))],
  ])('tells of what is %s', async (_, change) => {
    const scene = await Scene.ready();
    change(scene.place);
    await scene.telling();
    expect(scene.told).toBe(1);
  });

  function folderOutside(): string {
    const folder = path.join(makeFolder(), 'outside');
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, 'new.ferry-update'), '');
    return folder;
  }

  it('tells of a file that is put later into a folder that came later', async () => {
    const scene = await Scene.ready();
    await scene.seen('later/a.ferry-update');
    await vi.advanceTimersByTimeAsync(LONG);
    await scene.seen('later/b.ferry-update');
    await vi.advanceTimersByTimeAsync(LONG);
    expect(scene.told).toBe(2);
  });

  it('follows no link to what is put elsewhere', async () => {
    const scene = await Scene.ready();
    const elsewhere = await Scene.ready();
    for (const link of ['link', 'link.ferry-update']) fs.symlinkSync(elsewhere.place, path.join(scene.place, link));
    await scene.telling();
    await elsewhere.seen('new.ferry-update', 'folder/new.ferry-update');
    await vi.advanceTimersByTimeAsync(LONG);
    expect([scene.told, elsewhere.told]).toEqual([1, 1]);
  });

  it('tells nothing after it is closed of what was put there before', async () => {
    const scene = await Scene.ready();
    await scene.seen('new.ferry-update');
    await scene.watch.close();
    await vi.advanceTimersByTimeAsync(LONG);
    expect(scene.told).toBe(0);
  });

  it('tells nothing of what is put there after it is closed, while another one does', async () => {
    const closed = await Scene.ready();
    const other = await Scene.ready(closed.place);
    await closed.watch.close();
    await other.seen('new.ferry-update');
    await vi.advanceTimersByTimeAsync(LONG);
    expect([closed.told, other.told]).toEqual([0, 1]);
  });

  it.each<[string, (scene: Scene) => void]>([
    ['a photo that is put there', (scene) => scene.put('photo.jpg', 'folder/photo.jpg')],
    ['what a device writes', (scene) => scene.put('RESULT.TXT', 'x-receipt.ferry-context')],
    ['a file whose name only has our ending within', (scene) => scene.put('a.ferry-update.txt', 'ferry-update')],
    ['a photo that is written anew', (scene) => fs.appendFileSync(path.join(scene.place, 'old.jpg'), 'x')],
    ['a photo that is taken away', (scene) => fs.rmSync(path.join(scene.place, 'old.jpg'))],
    ['a folder without anything for it', (scene) => fs.mkdirSync(path.join(scene.place, 'empty'))],
  ])('does not tell of %s', async (_, change) => {
    const place = makeFolder();
    fs.writeFileSync(path.join(place, 'old.jpg'), '');
    const scene = await Scene.ready(place);
    change(scene);
    await scene.seenFolders('mark', 'folder/mark');
    await vi.advanceTimersByTimeAsync(LONG);
    expect(scene.told).toBe(0);
  });

  it.runIf(process.platform === 'linux')(
    'costs the system a watch of each folder, however many other files there are',
    async () => {
      const counts: number[] = [];
      for (const photos of [0, 200]) {
        const { watch } = await Scene.ready(folderOfPhotos(photos));
        counts.push(await watchesOf(() => watch.close()));
      }
      expect(counts[0]).toBeGreaterThan(0);
      expect(counts[1]).toBe(counts[0]);
    },
  );

  it.each([
    ['EMFILE', 'too many files are open'],
    ['ENOSPC', 'the system watches no more files'],
  ])('says once, and in words, why it cannot watch any more: %s', async (code, words) => {
    const scene = await Scene.ready();
    for (let time = 0; time < 3; time++) scene.fail(code);
    scene.fail('EIO');
    expect(scene.failures).toEqual([words]);
    expect(scene.told).toBe(0);
  });
});
