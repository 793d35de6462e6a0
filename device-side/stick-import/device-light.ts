import type { StickImportResult } from '../../state-machines/index.ts';

/**
 * What the light of a device says, whatever a light is there. `ready`: no stick is in. `busy`: one is at work, and stays in. `done`: all was
 * taken in and answered. `nothing`: nothing on it is for this device. `attention`: it may be pulled out, and something was not taken in, or
 * could not be answered. `failed`: nothing more was done; plug it in again. `off`: nobody looks for sticks.
 *
 * @see docs/sticks.md
 */
export type DeviceLight = 'ready' | 'busy' | 'done' | 'nothing' | 'attention' | 'failed' | 'off';

/** What needs somebody most, of several sticks that are in; undefined for none. */
export function mostUrgent(lights: Iterable<DeviceLight>): DeviceLight | undefined {
  const all = new Set(lights);
  return (['failed', 'attention', 'done', 'nothing'] as const).find((light) => all.has(light));
}

/** @param isWell whether nothing of it needs somebody to look at it */
export function lightOf({ end }: StickImportResult, isWell: boolean): DeviceLight {
  switch (end) {
    case 'nothing':
      return 'nothing';
    case 'answered':
      return isWell ? 'done' : 'attention';
    case 'unanswered':
      return 'attention';
    case 'untouched':
    case 'brokenOff':
      return 'failed';
  }
}
