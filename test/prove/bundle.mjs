import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { watchGuards } from './exploration/watch-guards.mjs';

const HERE = import.meta.dirname;
const ROOT = path.join(HERE, '../..');

/**
 * Makes one program of a layer and all that it imports: with the rules as they are, or with a defect put into them.
 *
 * @returns the file in `folder`
 */
export async function bundle(folder, layer, defect) {
  const name = [layer, ...(defect === undefined ? [] : [defect.name.replaceAll(/\W+/g, '-')])].join('-');
  const file = path.join(folder, `${name}.mjs`);
  const made = await rolldown({
    input: path.join(HERE, layer, 'main.ts'),
    cwd: ROOT,
    platform: 'node',
    external: [/\/node_modules\/libsql\//, 'serialport'],
    tsconfig: path.join(ROOT, 'tsconfig.json'),
    resolve: {
      alias: {
        msgpackr$: path.join(ROOT, 'node_modules/msgpackr/index.js'),
        // Native, so that it stays where it is installed, wherever the program lies.
        libsql$: path.join(ROOT, 'node_modules/libsql/index.js'),
      },
    },
    plugins: [fatfsWhereItIs, ...pluginsFor(layer, defect)],
  });
  await made.write({ file, format: 'esm', codeSplitting: false });
  await made.close();
  return file;
}

/** FatFs is a program in WebAssembly, which its adapter names by its place among the packages: there it stays. */
const fatfsWhereItIs = {
  name: 'fatfs where it is',
  transform(code, id) {
    if (!id.endsWith('fatfs.adapter.ts')) return null;
    return { code: code.replace('import.meta.url', () => JSON.stringify(pathToFileURL(id).href)) };
  },
};

/** The explored rules write down which way their guards went. */
function pluginsFor(layer, defect) {
  if (defect !== undefined) return [putIn(defect)];
  return layer === 'exploration' ? [watchGuards(ROOT)] : [];
}

/** The layers that there are: folders here that hold a program. */
export function layers() {
  return fs
    .readdirSync(HERE)
    .filter((name) => fs.existsSync(path.join(HERE, name, 'main.ts')))
    .sort();
}

/** Replaces text of one source file; a defect that no longer fits the source is an error, not a defect. */
function putIn({ name, file, find, replace }) {
  const at = path.join(ROOT, file);
  return {
    name: 'put a defect in',
    transform(code, id) {
      if (id !== at) return null;
      if (code.split(find).length !== 2) throw new Error(`the defect "${name}" does not fit ${file} any more`);
      return { code: code.replace(find, () => replace) };
    },
  };
}
