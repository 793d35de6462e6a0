import { describe, expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import { inTurn } from '../../../host/cli/in-turn.ts';

const OWN = 1;
const inUse = (process: number) => new FerryError('CONTAINER_IN_USE', { where: 'd', process });

/** Opens after so many refusals, on a clock that goes on 250 ms with each pause; how it ended, and after how many tries and seconds. */
async function opened(error: FerryError, refusals: number) {
  let [tries, now] = [0, 50];
  const open = async () => {
    tries++;
    if (tries <= refusals) throw error;
    return 'open';
  };
  const pause = async () => {
    now += 0.25;
  };
  const end = await inTurn(open, OWN, { now: () => now, pause }).catch((thrown: FerryError) => thrown.code);
  return { end, tries, waited: now - 50 };
}

describe('a container that another program has open', () => {
  it('is opened once it is let go', async () => {
    expect(await opened(inUse(2), 3)).toEqual({ end: 'open', tries: 4, waited: 0.75 });
  });

  it('is given up after two seconds', async () => {
    expect(await opened(inUse(2), 1_000)).toEqual({ end: 'CONTAINER_IN_USE', tries: 9, waited: 2 });
  });

  it.each([
    ['is served', new FerryError('CONTAINER_SERVED', { where: 'd', process: 2, addresses: 'unix:/s' })],
    ['is this one', inUse(OWN)],
    ['is not there', new FerryError('NO_CONTAINER', { where: 'd' })],
  ])('is not waited for where it %s', async (_, error) => {
    expect(await opened(error, 1)).toEqual({ end: error.code, tries: 1, waited: 0 });
  });
});
