import type { FuzzTarget } from './fuzz-target.ts';
import { dongleReportTarget } from './usb/dongle-report-target.ts';
import { hostReportTarget } from './usb/host-report-target.ts';

/** Whoever reads what comes over USB, or by USB/IP. */
export function usbTargets(): readonly FuzzTarget[] {
  return [hostReportTarget(), dongleReportTarget()];
}
