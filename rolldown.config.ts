import fs from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { defineConfig } from 'rolldown';

const ROOT = import.meta.dirname;

/** Every program and subpath of the package: its file in `dist` and where it starts. `exports` in package.json agrees. */
export const ENTRY_POINTS = {
  ferry: 'host/cli/main.ts',
  container: 'container/index.ts',
  'state-machines': 'state-machines/index.ts',
  device: 'device-side/index.ts',
  dongle: 'dongle-firmware-sim/index.ts',
  central: 'host/license-central/index.ts',
};

/** Left to npm: they have native parts, or are only needed where a License Central runs. */
const { optionalDependencies } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
const EXTERNAL = new Set([...Object.keys(optionalDependencies), ...builtinModules]);

/** FatFs is a program in WebAssembly, in a file of its own, which our sources name by its place among the packages. */
const FATFS = 'node_modules/js-fatfs/dist/fatfs.wasm';

export const program = defineConfig({
  cwd: ROOT,
  input: Object.fromEntries(
    Object.entries(ENTRY_POINTS).filter(([, source]) => fs.existsSync(path.join(ROOT, source))),
  ),
  platform: 'node',
  external: (id) => id.startsWith('node:') || EXTERNAL.has(id.split('/')[0] ?? id),
  // Without msgpackr's Node entry, which looks for a native accelerator and loads streams at every start.
  resolve: { alias: { msgpackr$: path.join(ROOT, 'node_modules/msgpackr/index.js') } },
  tsconfig: path.join(ROOT, 'tsconfig.json'),
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    cleanDir: true,
    // All that nearly every command needs in one file: twenty small ones take longer to find and read than to run.
    codeSplitting: {
      groups: [
        {
          name: 'kernel',
          test: /container[\\/](store[\\/]file-(container|image|parked)\.adapter|files[\\/](armor|file-names)|owner-client)|carriers[\\/]address/,
        },
      ],
    },
  },
  plugins: [
    {
      name: 'fatfs-beside-program',
      transform(code, id) {
        const place = `new URL('../../${FATFS}', import.meta.url)`;
        if (!id.endsWith('fatfs.adapter.ts') || !code.includes(place)) return null;
        const file = this.emitFile({
          type: 'asset',
          name: 'fatfs.wasm',
          source: fs.readFileSync(path.join(ROOT, FATFS)),
        });
        return code.replace(place, `new URL(import.meta.ROLLUP_FILE_URL_${file})`);
      },
    },
    {
      name: 'executable-program',
      writeBundle: () => fs.chmodSync(path.join(ROOT, 'dist/ferry.js'), 0o755),
    },
  ],
});

/** The front panel of dongles, for browsers: its page and style sheet as they are, its script in one file. */
const PANEL = path.join(ROOT, 'pages/dongle-panel');
const panel = defineConfig({
  cwd: ROOT,
  input: { panel: path.join(PANEL, 'main.ts') },
  platform: 'browser',
  output: { dir: 'dist/panel', format: 'esm', entryFileNames: '[name].js' },
  plugins: [
    {
      name: 'page-beside-script',
      generateBundle() {
        for (const fileName of ['index.html', 'panel.css'])
          this.emitFile({ type: 'asset', fileName, source: fs.readFileSync(path.join(PANEL, fileName)) });
      },
    },
  ],
});

export default [program, panel];
