/** What can be seen of a gadget from its own side. */
export interface GadgetView {
  /** What its device controller says of the bus. @see Linux, Documentation/ABI/stable/sysfs-class-udc, "state" */
  readonly bus: string;
  /** Whether the kernel has its reports switched on, as a computer's configuring it does. */
  readonly isOn: boolean;
  /** Whether there is a medium in its disk. */
  readonly hasMedium: boolean;
  /** Seconds, never going back. */
  readonly now: number;
}

/** What a computer did with a gadget. */
export type GadgetEvent = 'plugged' | 'ejected' | 'unplugged';

export interface GadgetState {
  /** Whether a computer has it. */
  readonly isThere: boolean;
  /** Since when its reports are off, while a computer has it. */
  readonly offSince: number | undefined;
}

export const UNPLUGGED: GadgetState = { isThere: false, offSince: undefined };

/** Seconds for which reports are off until a computer is taken to be gone: one that resets the bus after a fault is back sooner. */
const GONE_AFTER = 2;

/**
 * What has happened since a gadget was last looked at. A computer has it once it has configured it. It is gone when the controller
 * says so, which not all do, or when it has configured it no more for 2 s. One that sleeps, or resets the bus, may have the volume
 * mounted all the while, and is not gone. Pure.
 *
 * @param hadMedium whether the firmware had put a medium in, and not taken it out since
 * @see docs/decisions/0016-what-linux-tells-a-gadget.md
 */
export function nextGadgetStep(
  { isThere, offSince }: GadgetState,
  hadMedium: boolean,
  { bus, isOn, hasMedium, now }: GadgetView,
): { readonly state: GadgetState; readonly events: readonly GadgetEvent[] } {
  const isAttached = bus !== 'not attached';
  const off = isOn ? undefined : (offSince ?? now);
  const isNowThere = isAttached && (isOn || (isThere && now - (off ?? now) < GONE_AFTER));
  const wasEjected = hadMedium && !hasMedium;
  const events: GadgetEvent[] = [];
  // Who ejects has the volume, however short the time was for which it was seen.
  if (!isThere && (isNowThere || wasEjected)) events.push('plugged');
  if (wasEjected) events.push('ejected');
  if (!isNowThere && (isThere || wasEjected)) events.push('unplugged');
  return { state: isNowThere ? { isThere: true, offSince: off } : UNPLUGGED, events };
}
