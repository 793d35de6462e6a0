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
    '',
    'unplug now',
    'drop',
    'drop 0 reports',
    'drop 1 in 0 reports',
    'drop 3 sectors',
    'busy 0s',
    'busy 5',
    'busy 3601s',
    'slow flash',
    'corrupt 1 in 5 reports seed 4294967296',
    'unplug at report 0',
    'unplug at 90000s',
    'at 3s',
    'at 3s unplug at 4s',
    'UNPLUG',
  ])('is refused where it is none, or its numbers are out of bounds: "%s"', (text) => {
    expect(parseStep(text)).toBeUndefined();
  });

  it('never breaks what reads it, whatever it is', () => {
    const words = fc.constantFrom(...'unplug drop 1 in 9 reports at by 5s seed flash cut power after'.split(' '));
    const text = fc.oneof(
      fc.string(),
      fc.array(words).map((some) => some.join(' ')),
    );
    fc.assert(
      fc.property(text, (some) => {
        const step = parseStep(some);
        if (step !== undefined) expect(parseStep(sayStep(step))).toEqual(step);
      }),
    );
  });

  it.each(Object.entries(FAULTS))('has an example that is one of its kind: %s', (kind, { example }) => {
    expect(parseStep(example)?.fault.kind).toBe(kind);
  });
});

describe('a script', () => {
  it('has one fault a line, and leaves out what is for people', () => {
    const read = parseScript('# the dongle is pulled out\nat 2s unplug\n\nplug at 3s  # and comes back\n');
    expect('steps' in read && read.steps.map(sayStep)).toEqual(['unplug at 2s', 'plug at 3s']);
  });

  it('is refused whole, with the number of the line that is wrong', () => {
    expect(parseScript('at 2s unplug\n\nat 3s explode\n')).toEqual({ wrong: { line: 3, text: 'at 3s explode' } });
  });
});
