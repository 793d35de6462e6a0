import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULTS } from '../../../../dongle-firmware-sim/usb/faults/fault.ts';
import {
  type FaultStep,
  parseScript,
  parseStep,
  sayStep,
} from '../../../../dongle-firmware-sim/usb/faults/fault-step.ts';

const seconds = fc.integer({ min: 1, max: 3_600_000 }).map((milliseconds) => milliseconds / 1000);
const which = fc.oneof(
  fc.record({ by: fc.constant('count' as const), count: fc.integer({ min: 1, max: 1_000_000 }) }),
  fc.record({
    by: fc.constant('chance' as const),
    oneIn: fc.integer({ min: 1, max: 1_000_000 }),
    seed: fc.integer({ min: 0, max: 0xffffffff }),
  }),
);
const packets = { of: fc.constantFrom('reports' as const, 'transfers' as const), which };
const fault = fc.oneof(
  fc.constantFrom('unplug' as const, 'plug' as const, 'cut power' as const, 'full memory' as const).map((kind) => ({
    kind,
  })),
  fc.record({ kind: fc.constantFrom('drop' as const, 'corrupt' as const), ...packets }),
  fc.record({ kind: fc.constant('delay' as const), ...packets, seconds }),
  fc.record({ kind: fc.constantFrom('busy' as const, 'slow flash' as const), seconds }),
);
const when = fc.oneof(
  fc.constant({ on: 'now' as const }),
  fc.record({ on: fc.constant('time' as const), seconds }),
  fc.record({
    on: fc.constantFrom('report' as const, 'sector' as const, 'flash' as const),
    number: fc.integer({ min: 1, max: 1_000_000_000 }),
  }),
);

describe('a fault as it is written', () => {
  it('is read as the same fault at the same moment', () => {
    fc.assert(
      fc.property(fault, when, (one, moment) => {
        const step = { fault: one, when: moment } as FaultStep;
        expect(parseStep(sayStep(step))).toEqual(step);
      }),
    );
  });

  it('is said with the seed under which it is drawn, typed or not, so that it can be had again', () => {
    for (const text of ['drop 1 in 5 reports', 'drop 1 in 5 reports seed 1', 'drop 1 in 5 reports seed 7']) {
      expect(sayStep(parseStep(text) as FaultStep)).toBe(text.includes('seed') ? text : `${text} seed 1`);
    }
  });

  it.each([
    ['unplug at report 120', { fault: { kind: 'unplug' }, when: { on: 'report', number: 120 } }],
    ['after report 120 unplug', { fault: { kind: 'unplug' }, when: { on: 'report', number: 120 } }],
    ['  at  2.5s   cut power ', { fault: { kind: 'cut power' }, when: { on: 'time', seconds: 2.5 } }],
    [
      'delay 1 in 3 transfers seed 9 by 50ms at sector 4',
      {
        fault: { kind: 'delay', of: 'transfers', which: { by: 'chance', oneIn: 3, seed: 9 }, seconds: 0.05 },
        when: { on: 'sector', number: 4 },
      },
    ],
  ])('may have its moment before or behind it, and any spaces: %s', (text, step) => {
    expect(parseStep(text)).toEqual(step);
  });

  it.each([
    ['', 'something is missing at the beginning: unplug, plug, drop,'],
    [
      'explode',
      '"explode" may not stand at the beginning; what may: unplug, plug, drop, delay, corrupt, busy, slow flash, cut power, full memory',
    ],
    ['UNPLUG', '"UNPLUG" is written in small letters: unplug'],
    ['unplug now', '"now" may not stand behind "unplug"; what may: a moment, such as at 5s or at report 70'],
    [
      'unplug at repot 5',
      '"repot" may not stand behind "at"; what may: a number with ms or s, such as 50ms or 2.5s, or report N, sector N, flash N',
    ],
    ['unplug at', 'something is missing behind "at": a number with ms or s'],
    ['drop', 'something is missing behind "drop": a whole number'],
    ['drop 3', 'something is missing behind "3": reports or transfers'],
    ['drop 1 at 5s', '"at" may not stand behind "1"; what may: reports or transfers, or in N'],
    ['drop 0 reports', '"0" is out of bounds: 1 to 1000000'],
    ['drop 1 in 0 reports', '"0" is out of bounds: 1 to 1000000'],
    ['drop 2 in 5 reports', '"in" may not stand behind "2"; what may: reports or transfers'],
    ['drop 3 sectors', '"sectors" may not stand behind "3"; what may: reports or transfers'],
    ['delay 3 reports 5s', '"5s" may not stand behind "reports"; what may: by TIME'],
    ['busy 0s', '"0s" is too short: 1ms at least'],
    ['busy 5', '"5" is no time: that is a number with ms or s, such as 50ms or 2.5s'],
    ['busy 3601s', '"3601s" is too long: an hour at most (3600s)'],
    ['busy 60m', '"60m" is no time: that is a number with ms or s'],
    ['slow flash', 'something is missing behind "flash": a number with ms or s'],
    ['slow fish 1s', '"fish" may not stand behind "slow"; what may: flash'],
    ['cut', 'something is missing behind "cut": power'],
    ['corrupt 1 in 5 reports seed 4294967296', '"4294967296" is out of bounds: 0 to 4294967295'],
    ['unplug at report 0', '"0" is out of bounds: 1 to 1000000000'],
    ['unplug at 90000s', '"90000s" is too long: a day at most (86400s)'],
    ['unplug at 2h', '"2h" is no time: that is a number with ms or s'],
    ['at 3s', 'something is missing behind "3s": unplug, plug,'],
    ['at 3s unplug at 4s', '"at" may not stand behind "unplug"; what may: nothing more'],
    ['x'.repeat(200), `"${'x'.repeat(40)}..." may not stand at the beginning`],
  ])(
    'is refused where it is none, or its numbers are out of bounds, and told which word is wrong: "%s"',
    (text, why) => {
      expect(parseStep(text)).toEqual({ why: expect.stringContaining(why) });
    },
  );

  it('never breaks what reads it, whatever it is', () => {
    const words = fc.constantFrom(...'unplug drop 1 in 9 reports at by 5s seed flash cut power after'.split(' '));
    const text = fc.oneof(
      fc.string(),
      fc.array(words).map((some) => some.join(' ')),
    );
    fc.assert(
      fc.property(text, (some) => {
        const step = parseStep(some);
        if (!('why' in step)) expect(parseStep(sayStep(step))).toEqual(step);
        else expect(step.why).not.toBe('');
      }),
    );
  });

  it.each(Object.entries(FAULTS))('has an example that is one of its kind: %s', (kind, { example }) => {
    expect(parseStep(example)).toMatchObject({ fault: { kind } });
  });
});

describe('a script', () => {
  it('has one fault a line, and leaves out what is for people', () => {
    const read = parseScript('# the dongle is pulled out\nat 2s unplug\n\nplug at 3s  # and comes back\n');
    expect('steps' in read && read.steps.map(sayStep)).toEqual(['unplug at 2s', 'plug at 3s']);
  });

  it('is refused whole, with the number of the line that is wrong', () => {
    expect(parseScript('at 2s unplug\n\nat 3s explode\n')).toMatchObject({
      wrong: { line: 3, text: 'at 3s explode', why: expect.stringContaining('"explode" may not stand behind "3s"') },
    });
  });
});
