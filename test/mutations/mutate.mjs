/**
 * Puts one small change after the other into the rules and sees whether a test notices: `npm run mutate`.
 *
 * The program is `main.ts`, which Node 20 cannot run as it is.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const ROOT = path.join(import.meta.dirname, '../..');
const file = path.join(ROOT, 'node_modules/.cache/license-ferry/mutate.mjs');

process.chdir(ROOT);
const made = await rolldown({ input: path.join(import.meta.dirname, 'main.ts'), platform: 'node', external: /^[^./]/ });
await made.write({ file, format: 'esm', codeSplitting: false });
await made.close();
await import(pathToFileURL(file).href);
