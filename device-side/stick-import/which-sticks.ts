import type { Mount } from './mount-table.ts';

/** A drive of this computer, as far as it matters here. */
export interface Drive {
  /** Such as `/dev/sda`. */
  readonly device: string;
  readonly isUsb: boolean;
}

/** Which mounted file systems are sticks: those on USB drives, or those below folders that somebody has named. */
export type StickRule =
  | { readonly by: 'drives'; readonly drives: readonly Drive[] }
  | { readonly by: 'folders'; readonly folders: readonly string[] };

/** Where the system itself lies. A drive that holds one of these is no stick, whatever it is plugged into. */
const SYSTEM = /^\/(?:$|(?:bin|boot|efi|etc|home|lib|opt|root|sbin|srv|usr|var)(?:\/|$))/;

/**
 * The sticks among what is mounted, each once, however often it is mounted.
 *
 * @param own the device's own folder: what that lies on is no stick
 */
export function sticksAmong(mounts: readonly Mount[], rule: StickRule, own: string): readonly Mount[] {
  const found = new Map<string, Mount>();
  const ownDevice = deviceUnder(own, mounts);
  for (const mount of mounts) {
    const isWhole = mount.root === '/' && mount.source.startsWith('/dev/') && mount.device !== ownDevice;
    const isCovered = mounts.findLast(({ point }) => point === mount.point) !== mount;
    if (isWhole && !isCovered && isStick(mount, rule, mounts) && !found.has(mount.device))
      found.set(mount.device, mount);
  }
  return [...found.values()];
}

/** What a folder lies on; of mounts at one point, the last one is seen. */
function deviceUnder(folder: string, mounts: readonly Mount[]): string | undefined {
  const above = mounts.filter(({ point }) => isAtOrBelow(folder, point));
  const longest = Math.max(...above.map(({ point }) => point.length));
  return above.findLast(({ point }) => point.length === longest)?.device;
}

function isStick({ point, source, device: number }: Mount, rule: StickRule, mounts: readonly Mount[]): boolean {
  if (rule.by === 'folders') return rule.folders.some((folder) => point !== folder && isAtOrBelow(point, folder));
  const drive = rule.drives.find(({ device }) => isPartOf(source, device));
  if (drive?.isUsb !== true) return false;
  const isOnIt = (one: Mount): boolean => isPartOf(one.source, drive.device) || isSameDisk(one.device, number);
  return !mounts.some((one) => isOnIt(one) && SYSTEM.test(one.point));
}

/** Whether a file system lies on a drive: on all of it, or on a partition. */
function isPartOf(source: string, device: string): boolean {
  return source.startsWith(device) && /^p?\d*$/.test(source.slice(device.length));
}

/** By their numbers: what a system has started from is often called `/dev/root`. @see Linux, Documentation/admin-guide/devices.txt, major 8 */
function isSameDisk(one: string, other: string): boolean {
  const [disk, same] = [one, other].map((device) => /^8:(\d+)$/.exec(device)?.[1]);
  return disk !== undefined && same !== undefined && Number(disk) >> 4 === Number(same) >> 4;
}

function isAtOrBelow(place: string, folder: string): boolean {
  return place === folder || place.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
