import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { oneSidedGuards } from './guards.ts';

const CODE = `
export function size(a, b) {
  if ((a > 0 && b > 0) || a < -9) return b > 1 ? 'large' : 'small';
  return a === 7 ? 'odd' : 'none';
}
`;

it('a watched rule answers as before, and tells which guards only ever went one way', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'license-ferry-guards-'));
  try {
    expect(oneSidedGuards()).toBeNull();
    const file = path.join(folder, 'watched.mjs');
    const { watchGuards } = await import(String(new URL('./watch-guards.mjs', import.meta.url)));
    const { transform } = watchGuards('/root');
    expect(transform(CODE, '/root/container/engine/listing.ts')).toBeNull();
    fs.writeFileSync(file, transform(CODE, '/root/container/engine/lock.ts')?.code ?? '');
    const { size } = await import(/* @vite-ignore */ pathToFileURL(file).href);
    expect([size(1, 1), size(1, 2), size(1, 0), size(0, 0)]).toEqual(['small', 'large', 'none', 'none']);
    expect(oneSidedGuards()).toEqual(['lock: a < -9 is never true', 'lock: a === 7 is never true']);
    expect(size(-10, 0)).toBe('small');
    expect(oneSidedGuards()).toEqual(['lock: a === 7 is never true']);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
