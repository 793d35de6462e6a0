import { describe, expect, it } from 'vitest';
import { explain, FerryError } from '../../../container/errors.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { type KeptMove, unfinishedError } from '../../../host/cli/unfinished-error.ts';

const MOVE: KeptMove = {
  id: `move-${'ab'.repeat(16)}-${'cd'.repeat(16)}`,
  from: 'sim:dongle',
  to: 'sim:device',
  firm: null,
  order: { kind: 'all' },
  standing: {
    order: { kind: 'all' },
    plan: { targetKey: 'cd'.repeat(32) as PublicKey, first: 1, last: null, parts: [] },
    entries: [],
    inTransit: [],
    unheard: false,
  },
  cargo: () => null,
};
const said = (standing: Partial<KeptMove['standing']>, { code, details }: FerryError) => {
  const { details: told } = unfinishedError(
    { ...MOVE, standing: { ...MOVE.standing, ...standing } },
    { code, details },
  );
  return explain('MOVE_UNFINISHED', told);
};
const GONE = new FerryError('NO_CONTAINER', { where: 'dongle' });

describe('an unfinished move', () => {
  it('does not advise its order again where another program, which may be finishing it, has a side open', () => {
    const { remedy } = said({}, new FerryError('CONTAINER_IN_USE', { where: 'dongle', process: 7 }));
    expect(remedy).toBe(
      '`ferry resume abababab-cdcdcdcd` finishes it. Wait until that program has ended; `ferry status` shows what is left then.',
    );
  });

  it.each<[string, Partial<KeptMove['standing']>, string]>([
    ['that was not issued', {}, 'Nothing is known to have left sim:dongle.'],
    ['whose issuing was not heard of', { unheard: true }, 'It may be in transit from sim:dongle; `ferry status` says'],
    ['that its giver showed in transit', { inTransit: [4] }, 'In transit from sim:dongle: sequence 4.'],
    [
      'that its giver showed in transit before it was lost',
      { inTransit: [4], unheard: true },
      'In transit from sim:dongle, unless it has arrived unheard: sequence 4.',
    ],
  ])('says where the licenses of one are %s', (_, standing, where) => {
    expect(said(standing, GONE).effect).toContain(where);
  });
});
