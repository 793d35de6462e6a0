/** A file system that is mounted. */
export interface Mount {
  /** Unique among those that are mounted now. */
  readonly id: number;
  /** The block device, as `MAJOR:MINOR`. */
  readonly device: string;
  /** The folder of the file system that is mounted; `/` for all of it. */
  readonly root: string;
  /** Where it is mounted. */
  readonly point: string;
  /** Whether by the mount or by the file system itself, as after an error. */
  readonly isReadOnly: boolean;
  /** Such as `vfat`. */
  readonly type: string;
  /** Such as `/dev/sda1`. */
  readonly source: string;
}

/**
 * What is mounted, by the table that Linux shows. Lines that are none of such a table are passed over.
 *
 * @see proc_pid_mountinfo(5)
 */
export function readMountTable(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => readMount(line) ?? []);
}

function readMount(line: string): Mount | undefined {
  const [own, rest] = line.split(' - ', 2);
  const [id = '', , device = '', root, point, options] = own?.split(' ') ?? [];
  const [type, source, ofFileSystem = ''] = rest?.split(' ') ?? [];
  const isWhole = /^\d+$/.test(id) && /^\d+:\d+$/.test(device) && source !== undefined && type !== undefined;
  if (!isWhole || root === undefined || point === undefined || options === undefined) return undefined;
  const isReadOnly = [options, ofFileSystem].some((some) => some.split(',').includes('ro'));
  return {
    id: Number(id),
    device,
    root: unescaped(root),
    point: unescaped(point),
    isReadOnly,
    type,
    source: unescaped(source),
  };
}

/** Blanks, tabs, line breaks and backslashes are written as three octal digits; bytes beyond are as they are. */
function unescaped(text: string): string {
  return text.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
