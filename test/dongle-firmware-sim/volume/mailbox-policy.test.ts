import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type MailboxAction,
  type MailboxInput,
  type MailboxState,
  nextMailboxStep,
  poweredMailbox,
} from '../../../dongle-firmware-sim/volume/mailbox-policy.ts';

const INPUTS = ['plugged', 'unplugged', 'written', 'flushed', 'silent', 'ejected', 'worked', 'changed'] as const;

/** `writing` and `work` are those of a computer that has only looked, and of a firmware that rests, unless they are given. */
function state(
  holder: MailboxState['holder'],
  writing: MailboxState['writing'] = 'unchanged',
  work: MailboxState['work'] = 'none',
): MailboxState {
  return { holder, writing, work };
}

type Row = [before: MailboxState, input: MailboxInput, after: MailboxState, actions: MailboxAction[]];

const NOBODY = state('nobody');
const LENT = state('computer');
const WRITTEN = state('computer', 'written');
const FLUSHED = state('computer', 'flushed');
const TAKING = state('computer', 'unchanged', 'underway');
const EJECTED = state('firmware', 'unchanged', 'underway');
const UNPLUGGED = state('nobody', 'unchanged', 'underway');

const TABLE: readonly Row[] = [
  // A computer comes, finds the volume when nothing is done with it, and looks at it.
  [NOBODY, 'plugged', LENT, []],
  [UNPLUGGED, 'plugged', EJECTED, []],
  [LENT, 'flushed', LENT, []],
  // It writes, and has its caches emptied.
  [LENT, 'written', WRITTEN, []],
  [WRITTEN, 'written', WRITTEN, []],
  [WRITTEN, 'flushed', FLUSHED, ['await silence']],
  [FLUSHED, 'flushed', FLUSHED, ['await silence']],
  [FLUSHED, 'written', WRITTEN, ['wait no more']],
  [FLUSHED, 'silent', TAKING, ['work']],
  // What is worked out meanwhile is not shown, and what it writes meanwhile waits for the next silence.
  [TAKING, 'worked', LENT, []],
  [TAKING, 'written', state('computer', 'written', 'underway'), []],
  [state('computer', 'written', 'underway'), 'worked', WRITTEN, []],
  [state('computer', 'flushed', 'underway'), 'silent', state('computer', 'flushed', 'underway'), ['await silence']],
  // It lets go, and whatever it has done, the volume is worked on as it is then.
  [LENT, 'ejected', EJECTED, ['remove', 'work']],
  [WRITTEN, 'ejected', EJECTED, ['remove', 'work']],
  [FLUSHED, 'ejected', EJECTED, ['wait no more', 'remove', 'work']],
  [TAKING, 'ejected', state('firmware', 'unchanged', 'outdated'), ['remove']],
  [state('firmware', 'unchanged', 'outdated'), 'worked', EJECTED, ['work']],
  [EJECTED, 'worked', LENT, ['swap']],
  // Or it is gone without a word.
  [LENT, 'unplugged', UNPLUGGED, ['remove', 'work']],
  [WRITTEN, 'unplugged', UNPLUGGED, ['remove', 'work']],
  [FLUSHED, 'unplugged', UNPLUGGED, ['wait no more', 'remove', 'work']],
  [TAKING, 'unplugged', state('nobody', 'unchanged', 'outdated'), ['remove']],
  [EJECTED, 'unplugged', UNPLUGGED, []],
  [UNPLUGGED, 'worked', NOBODY, ['swap']],
  // The container changes elsewhere: nobody has the volume, or it is worked on, or a computer has it still.
  [NOBODY, 'changed', UNPLUGGED, ['remove', 'work']],
  [UNPLUGGED, 'changed', state('nobody', 'unchanged', 'outdated'), []],
  [EJECTED, 'changed', state('firmware', 'unchanged', 'outdated'), []],
  [state('nobody', 'unchanged', 'outdated'), 'changed', state('nobody', 'unchanged', 'outdated'), []],
  [WRITTEN, 'changed', WRITTEN, []],
  // What comes when it cannot mean anything.
  [NOBODY, 'unplugged', NOBODY, []],
  [NOBODY, 'ejected', NOBODY, []],
  [NOBODY, 'written', NOBODY, []],
  [NOBODY, 'flushed', NOBODY, []],
  [NOBODY, 'worked', NOBODY, []],
  [LENT, 'plugged', LENT, []],
  [LENT, 'silent', LENT, []],
  [WRITTEN, 'silent', WRITTEN, []],
  [EJECTED, 'ejected', EJECTED, []],
  [EJECTED, 'written', EJECTED, []],
  [EJECTED, 'silent', EJECTED, []],
];

describe('a mailbox', () => {
  it.each(TABLE)('%j, %s: %j, %j', (before, input, after, actions) => {
    expect(nextMailboxStep(before, input)).toEqual({ state: after, actions });
  });

  it('works first of all, when the power comes', () => {
    expect(poweredMailbox()).toEqual({ state: UNPLUGGED, actions: ['remove', 'work'] });
  });

  it('never changes the volume between a computer’s finding it and letting go of it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...INPUTS), { maxLength: 60 }), (inputs) => {
        let { state: now, actions } = poweredMailbox();
        let isIn = true;
        for (const input of inputs) {
          for (const action of actions) {
            if (action === 'remove') isIn = false;
            if (action !== 'swap') continue;
            expect(isIn).toBe(false);
            isIn = true;
          }
          ({ state: now, actions } = nextMailboxStep(now, input));
        }
      }),
    );
  });

  it('works on one copy at a time, and shows only what was worked out of the volume as it was let go', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...INPUTS), { maxLength: 60 }), (inputs) => {
        let { state: now, actions } = poweredMailbox();
        let isUnderWay = false;
        let isCurrent = false;
        for (const input of inputs) {
          for (const action of actions) {
            if (action === 'work') {
              expect(isUnderWay).toBe(false);
              isUnderWay = true;
              isCurrent = true;
            }
            if (action === 'swap') expect(isCurrent).toBe(true);
          }
          if (input === 'worked') {
            if (!isUnderWay) continue;
            isUnderWay = false;
          }
          if (input === 'written' && now.holder === 'computer') isCurrent = false;
          if (input === 'changed' && now.holder !== 'computer') isCurrent = false;
          ({ state: now, actions } = nextMailboxStep(now, input));
        }
      }),
    );
  });
});
