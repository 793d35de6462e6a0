import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type GadgetEvent,
  type GadgetState,
  type GadgetView,
  nextGadgetStep,
  UNPLUGGED,
} from '../../../dongle-firmware-sim/bind/gadget-state.ts';

const SEEN: GadgetView = { bus: 'configured', isOn: true, hasMedium: true, now: 0 };

/** What happened, look by look. @param views what differs from a gadget that a computer has, with its medium in */
function happened(...views: readonly Partial<GadgetView>[]): GadgetEvent[] {
  let state: GadgetState = UNPLUGGED;
  return views.flatMap((view, now) => {
    const step = nextGadgetStep(state, true, { ...SEEN, now, ...view });
    state = step.state;
    return step.events;
  });
}

describe('a gadget that is looked at from time to time', () => {
  it('is plugged in once a computer has configured it', () => {
    expect(happened({ bus: 'not attached', isOn: false }, { bus: 'addressed', isOn: false }, {}, {})).toEqual([
      'plugged',
    ]);
  });

  it('is unplugged at once when its controller says so', () => {
    expect(happened({}, { bus: 'not attached' })).toEqual(['plugged', 'unplugged']);
  });

  it('is unplugged when its reports are off for 2 s, whatever its controller says', () => {
    expect(happened({}, { isOn: false, now: 1 }, { isOn: false, now: 2.9 })).toEqual(['plugged']);
    expect(happened({}, { isOn: false, now: 1 }, { isOn: false, now: 3 })).toEqual(['plugged', 'unplugged']);
  });

  it('stays plugged in while a computer sleeps, or resets the bus', () => {
    expect(happened({}, { bus: 'suspended' }, { bus: 'suspended' }, {})).toEqual(['plugged']);
    expect(
      happened({}, { isOn: false, bus: 'default', now: 1 }, { now: 2 }, { isOn: false, now: 2.5 }, { now: 4 }),
    ).toEqual(['plugged']);
  });

  it('was ejected when the medium is gone that the firmware had put in', () => {
    expect(happened({}, { hasMedium: false })).toEqual(['plugged', 'ejected']);
  });

  it('was ejected, and then unplugged, when both happened between two looks', () => {
    expect(happened({}, { hasMedium: false, bus: 'not attached' })).toEqual(['plugged', 'ejected', 'unplugged']);
    expect(happened({ hasMedium: false, isOn: false })).toEqual(['plugged', 'ejected', 'unplugged']);
  });

  it('was not ejected while the firmware has its medium out', () => {
    expect(nextGadgetStep(UNPLUGGED, false, { ...SEEN, hasMedium: false }).events).toEqual(['plugged']);
  });

  it('is plugged and unplugged in turn, and ejected only in between, whatever is seen', () => {
    const view = fc.record({
      bus: fc.constantFrom('not attached', 'default', 'addressed', 'configured', 'suspended', 'nonsense'),
      isOn: fc.boolean(),
      hasMedium: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(view), (views) => {
        const words = happened(...views).map((event) => ({ plugged: '(', ejected: 'e', unplugged: ')' })[event]);
        expect(words.join('')).toMatch(/^(\(e*\))*(\(e*)?$/);
      }),
    );
  });
});
