import type { Mount } from '../../../device-side/stick-import/mount-table.ts';

/** A stick as a computer mounts it. */
export function mountOf(over: Partial<Mount> = {}): Mount {
  const root = { id: 60, device: '8:1', root: '/', point: '/media/STICK', isReadOnly: false };
  return { ...root, type: 'vfat', source: '/dev/sda1', ...over };
}

/** What the kernel's table says of a mount. */
export function lineOf({ id, device, root, point, isReadOnly, type, source }: Mount): string {
  const access = isReadOnly ? 'ro' : 'rw';
  return `${id} 25 ${device} ${escaped(root)} ${escaped(point)} ${access},nosuid,relatime shared:31 - ${type} ${escaped(source)} ${access},fmask=0022`;
}

export function tableOf(...mounts: readonly Mount[]): string {
  return mounts.map((mount) => `${lineOf(mount)}\n`).join('');
}

/** As the kernel writes a path: without blanks, tabs, line breaks and backslashes. */
export function escaped(text: string): string {
  return text.replace(/[ \t\n\\]/g, (found) => `\\${found.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
