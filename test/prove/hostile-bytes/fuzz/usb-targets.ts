import type { FuzzTarget } from './fuzz-target.ts';
import { answerTarget } from './usb/answer-target.ts';
import { controlTarget } from './usb/control-target.ts';
import { diskTarget } from './usb/disk-target.ts';
import { dongleReportTarget } from './usb/dongle-report-target.ts';
import { faultTarget } from './usb/fault-target.ts';
import { hostReportTarget } from './usb/host-report-target.ts';
import { usbipClientTargets } from './usb/usbip-client-target.ts';
import { usbipServerTarget } from './usb/usbip-server-target.ts';
import { volumeTarget } from './usb/volume-target.ts';

/** Whoever reads what comes over USB, or by USB/IP. */
export async function usbTargets(): Promise<readonly FuzzTarget[]> {
  return [
    hostReportTarget(),
    dongleReportTarget(),
    controlTarget(),
    diskTarget(),
    await volumeTarget(),
    answerTarget(),
    usbipServerTarget(),
    ...usbipClientTargets(),
    faultTarget(),
  ];
}
