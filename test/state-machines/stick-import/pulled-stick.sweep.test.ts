import { expect, it } from 'vitest';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';
import { loadedStick, pullOut, StickScene } from './stick-scene.ts';

const makeFolder = temporaryFolders();

it.each([false, true])(
  'a stick pulled out at any moment (done before: %s) loses and doubles nothing',
  async (isDone) => {
    const ends = new Set<string>();
    let moments = 0;
    for (let isPulled = true; isPulled; moments++) {
      const here = new StickScene(makeFolder());
      const pulled = await pullOut(loadedStick(here), moments, isDone);
      here.close();
      ends.add(pulled.end);
      ({ isPulled } = pulled);
    }
    expect([...ends].sort()).toEqual(['answered', 'unanswered', 'untouched']);
    expect(moments).toBeGreaterThan(12);
  },
);
