import fs from 'node:fs';
import path from 'node:path';

/** Works in a folder as its owner, to whom permissions apply, whether the tests are run by root or not. */
export async function asNobody<T>(folder: string, work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  for (const entry of ['', ...(fs.readdirSync(folder, { recursive: true }) as string[])])
    fs.lchownSync(path.join(folder, entry), 65534, 65534);
  // From here one finds back as anybody; where the tests were started, perhaps only as root.
  const before = process.cwd();
  process.chdir('/');
  process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.chdir(before);
  }
}
