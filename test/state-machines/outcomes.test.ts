import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../container/errors.ts';
import { mergeOutcomes } from '../../state-machines/index.ts';
import { entriesOfOrder, type LicenseMoveContext } from '../../state-machines/license-move/license-move-context.ts';

const FULL = CATALOGUE.MEMORY_FULL.number;
const REFUSED = CATALOGUE.CANCELLED.number;

describe('outcomes of entries', () => {
  it('that were known first stay, whatever is said later', () => {
    const known = [{ sequence: 1, reason: 0 }];
    const later = [{ sequence: 1, reason: REFUSED }];
    expect(mergeOutcomes(known, later)).toEqual(known);
    expect(mergeOutcomes(later, known)).toEqual(later);
  });

  it('are joined in order of sequence', () => {
    const [one, two, three] = [1, 2, 3].map((sequence) => ({ sequence, reason: 0 }));
    expect(mergeOutcomes([three, one] as never, [two] as never)).toEqual([one, two, three]);
    expect(mergeOutcomes([], [])).toEqual([]);
  });
});

describe('the entries of an order', () => {
  const context: LicenseMoveContext = {
    order: { kind: 'all' },
    isNew: false,
    planned: null,
    context: null,
    issued: { first: 3, last: 6, updates: [] },
    answered: null,
    entries: [{ sequence: 3, reason: 0 }],
    deferral: { sequence: 5, reason: FULL, needed: 100 },
    failure: null,
  };

  it('wait for room only from the one on that has none', () => {
    expect(entriesOfOrder(context)).toEqual([
      { sequence: 3, state: 'applied', reason: 0 },
      { sequence: 4, state: 'waiting', reason: 0 },
      { sequence: 5, state: 'waiting', reason: FULL },
      { sequence: 6, state: 'waiting', reason: FULL },
    ]);
  });

  it('wait for nothing where nothing is deferred, and none are there before anything was issued', () => {
    const reasons = entriesOfOrder({ ...context, deferral: null }).map(({ reason }) => reason);
    expect(reasons).toEqual([0, 0, 0, 0]);
    expect(entriesOfOrder({ ...context, issued: null })).toEqual([]);
  });
});
