/**
 * Tests USB against a real kernel, in a computer that QEMU makes: `npm run usb-bench`.
 *
 * The program is `main.ts`, which Node 20 cannot run as it is.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'license-ferry-usb-bench-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
process.chdir(path.join(import.meta.dirname, '../..'));

const file = path.join(folder, 'main.mjs');
const made = await rolldown({ input: path.join(import.meta.dirname, 'main.ts'), platform: 'node', external: /^[^./]/ });
await made.write({ file, format: 'esm', codeSplitting: false });
await made.close();
const { main } = await import(pathToFileURL(file).href);
process.exitCode = await main(process.argv.slice(2), folder);
