import type { SweepTarget } from './sweep-target.ts';
import { ARMOR_TARGETS } from './targets/armor-targets.ts';
import { DISK_TARGETS } from './targets/disk-target.ts';
import { FILE_TARGETS } from './targets/file-targets.ts';
import { SEALED_TARGETS } from './targets/sealed-targets.ts';
import { wireTargets } from './targets/wire-targets.ts';

/** Whatever takes bytes from outside, each made anew: a target is for one sweep. */
export function sweepTargets(): readonly SweepTarget[] {
  return [...FILE_TARGETS, ...ARMOR_TARGETS, ...SEALED_TARGETS, ...wireTargets(), ...DISK_TARGETS].map((make) =>
    make(),
  );
}
