import fs from 'node:fs';

const CHANGES = [
  'writeSync',
  'writeFileSync',
  'fsyncSync',
  'fdatasyncSync',
  'renameSync',
  'linkSync',
  'rmSync',
] as const;
/** Has this process kill itself with SIGKILL just before it would change the disk once more than it is allowed to. */
export function dieBefore(allowed: number): void {
  let left = allowed;
  for (const name of CHANGES) {
    const change = fs[name] as (...args: unknown[]) => unknown;
    const counted = (...args: unknown[]): unknown => {
      if (left === 0) process.kill(process.pid, 'SIGKILL');
      left -= 1;
      return change(...args);
    };
    Object.assign(fs, { [name]: counted });
  }
}
