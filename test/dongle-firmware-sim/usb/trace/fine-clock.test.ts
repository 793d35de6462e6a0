import { describe, expect, it } from 'vitest';
import { fineClock } from '../../../../dongle-firmware-sim/usb/trace/fine-clock.ts';

describe('the clock of a trace', () => {
  it('tells apart what the wall clock does not, follows it, and follows it at once when it was set or the computer slept', () => {
    let [wall, steady] = [1_800_000_000_000, 500.25];
    const moment = fineClock(
      () => wall,
      () => steady,
    );
    const began = moment();
    expect(began).toBe(1_800_000_000_000_000);
    steady += 0.125;
    expect(moment() - began).toBe(125);
    [wall, steady] = [wall + 10, steady + 10];
    expect(moment() - began).toBe(10_125);
    wall += 3_600_000;
    expect(moment()).toBe(wall * 1000);
    wall -= 7_200_000;
    expect(moment()).toBe(wall * 1000);
  });
});
