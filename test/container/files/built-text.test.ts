import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../container/commands/index.ts';

const BUILT = path.join(import.meta.dirname, '../../../dist/container.js');
const built: { readonly COMMANDS: typeof COMMANDS } = await import(pathToFileURL(BUILT).href);

/** Shorter and longer than what decoders like to treat apart, with a mark that many take for none of the text. */
const TEXTS = [
  '\ufeff',
  '\ufeffmark',
  `\ufeff${'x'.repeat(40)}`,
  `\ufeff${'x'.repeat(63)}`,
  `${'\u00f6'.repeat(40)}\ufeff`,
];

describe('a text that begins with a byte order mark', () => {
  it.each([
    ['from the source', COMMANDS],
    ['as it is built', built.COMMANDS],
  ])('is read as it was written by the program %s', (_, { history: { response } }) => {
    const evidence = TEXTS.map((reason) => ({ about: '00'.repeat(32) as never, name: '', reason }));
    const bytes = response.encode({ transfers: [], evidence });
    expect(response.decode(bytes)).toEqual({ ok: true, value: { transfers: [], evidence } });
    expect(response.decodeTrusted(bytes)).toEqual({ transfers: [], evidence });
  });
});
