import fs from 'node:fs';
import path from 'node:path';
import { type HidEntry, listHid, openHidPath } from '../../carriers/hid/node-hid-port.adapter.ts';
import type { ReportPort } from '../../carriers/hid/report-port.ts';
import { type ReportShape, reportShape } from './report-shape.ts';

/** The real HID devices of a computer. */
export interface HidBus {
  /** @throws PACKAGE_MISSING */
  list(): Promise<readonly HidEntry[]>;
  /** @throws CARRIER_UNREACHABLE */
  open(entry: HidEntry): Promise<ReportPort>;
  /** What its reports are like; undefined where that cannot be known. */
  shapeOf(entry: HidEntry): ReportShape | undefined;
}

/** Those of this computer. Only Linux shows what reports are like. */
export const SYSTEM_HID_BUS: HidBus = {
  list: listHid,
  open: ({ path: place }) => openHidPath(place, place),
  shapeOf: ({ path: place }) => {
    const file = `/sys/class/hidraw/${path.basename(place)}/device/report_descriptor`;
    return fs.existsSync(file) ? reportShape(fs.readFileSync(file)) : undefined;
  },
};
