import { codecTargets } from './codec-targets.ts';
import { containerTargets } from './container-targets.ts';
import { diskTargets } from './disk-targets.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { httpTarget } from './http-target.ts';
import { readerTargets } from './reader-targets.ts';
import { stickTargets } from './stick-targets.ts';
import { makeToyWorld } from './toy-world.ts';
import { usbTargets } from './usb-targets.ts';
import { wireTargets } from './wire-targets.ts';

/** Every decoder of bytes that come from outside. */
export async function fuzzTargets(): Promise<readonly FuzzTarget[]> {
  const world = await makeToyWorld();
  const { firm, earlier } = world.device;
  return [
    ...codecTargets(),
    ...readerTargets(world),
    ...wireTargets(),
    httpTarget([firm.file(), firm.party.certificate, earlier.certificate]),
    ...diskTargets(),
    ...stickTargets(),
    ...containerTargets(world),
    ...(await usbTargets()),
  ];
}
