import fs from 'node:fs';
import path from 'node:path';
import { type HidEntry, listHid, openHidPath } from '../../carriers/hid/node-hid-port.adapter.ts';
import type { ReportPort } from '../../carriers/hid/report-port.ts';
import { hasUsb } from '../../carriers/hid/usb-package.adapter.ts';
import { type ReportShape, reportShape } from './report-shape.ts';

/** One of the things that a real device is. */
export interface PluggedEntry extends HidEntry {
  /** Tells this plugging in from every other one, as far as the system does. */
  readonly plug: string;
}

/** The real HID devices of a computer. */
export interface HidBus {
  /** Whether anything can ever be plugged in. */
  isThere(): boolean;
  /** @throws PACKAGE_MISSING */
  list(): Promise<readonly PluggedEntry[]>;
  /** @throws CARRIER_UNREACHABLE */
  open(entry: PluggedEntry): Promise<ReportPort>;
  /** What its reports are like; undefined where that cannot be known. */
  shapeOf(entry: PluggedEntry): ReportShape | undefined;
}

const DESCRIPTOR = 'report_descriptor';

/** Those of this computer. Only Linux shows what reports are like, and numbers what is plugged in. */
export const SYSTEM_HID_BUS: HidBus = {
  isThere: hasUsb,
  list: async () => (await listHid()).flatMap(pluggedIn),
  open: ({ path: place }) => openHidPath(place, place),
  shapeOf: ({ plug }) => {
    const file = path.join(plug, DESCRIPTOR);
    return fs.existsSync(file) ? reportShape(fs.readFileSync(file)) : undefined;
  },
};

/** None for what Linux lists still, or already, while it comes or goes: the name of its node is soon another one's. */
function pluggedIn(entry: HidEntry): readonly PluggedEntry[] {
  if (!entry.path.startsWith('/dev/hidraw')) return [{ ...entry, plug: entry.path }];
  const link = `/sys/class/hidraw/${path.basename(entry.path)}/device`;
  return fs.existsSync(path.join(link, DESCRIPTOR)) ? [{ ...entry, plug: fs.realpathSync(link) }] : [];
}
