import fs from 'node:fs';
import path from 'node:path';
import { runProgram } from '../programs.ts';

const UNPACK = `set -euo pipefail
root=$1; shift
for file; do dpkg-deb --fsys-tarfile "$file" | tar --extract --no-same-owner --keep-directory-symlink --directory "$root"; done`;

/** Makes an empty root folder in which /bin, /sbin and /lib are those of /usr, as in every present Debian and Ubuntu. */
export function makeRoot(root: string): void {
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    fs.mkdirSync(path.join(root, 'usr', name), { recursive: true });
    fs.symlinkSync(`usr/${name}`, path.join(root, name));
  }
}

/** Unpacks packages into a root folder; nothing of them is run. */
export async function unpack(packages: readonly string[], root: string): Promise<void> {
  await runProgram('/bin/bash', ['-c', UNPACK, 'bash', root, ...packages]);
}
