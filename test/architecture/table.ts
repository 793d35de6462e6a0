interface FolderRule {
  /** Other folders of ours that it may import. */
  readonly ours: readonly string[];
  /** npm packages (a scope stands for all of its packages), each with the part of the folder that may use it. */
  readonly packages: Readonly<Record<string, string>>;
}

const BOTH_BANKS = ['container', 'carriers', 'state-machines'];

/** The import table of the architecture. `test` may import everything. */
export const IMPORT_TABLE: Readonly<Record<string, FolderRule>> = {
  container: {
    ours: [],
    packages: { '@noble': 'container', '@scure': 'container', msgpackr: 'container', valibot: 'container' },
  },
  carriers: {
    ours: ['container'],
    packages: {
      'node-hid': 'carriers',
      usb: 'carriers',
      serialport: 'carriers',
      '@peculiar': 'carriers/tls',
      'reflect-metadata': 'carriers/tls',
      valibot: 'carriers',
    },
  },
  'state-machines': {
    ours: ['container'],
    packages: { xstate: 'state-machines', valibot: 'state-machines' },
  },
  'dongle-firmware-sim': {
    ours: BOTH_BANKS,
    packages: { 'js-fatfs': 'dongle-firmware-sim', pino: 'dongle-firmware-sim', valibot: 'dongle-firmware-sim' },
  },
  host: {
    ours: BOTH_BANKS,
    packages: {
      commander: 'host/cli',
      '@clack': 'host/wizard',
      kysely: 'host/license-central',
      libsql: 'host/license-central',
      pg: 'host/license-central',
      hono: 'host/license-central',
      '@hono': 'host/license-central',
      qrcode: 'host',
      pino: 'host',
      valibot: 'host',
    },
  },
  'device-side': {
    ours: BOTH_BANKS,
    packages: {
      drivelist: 'device-side',
      chokidar: 'device-side',
      hono: 'device-side',
      '@hono': 'device-side',
      pino: 'device-side',
      valibot: 'device-side',
    },
  },
  pages: {
    ours: ['container'],
    packages: { preact: 'pages', qrcode: 'pages', jsqr: 'pages', valibot: 'pages' },
  },
};

/** The parts of the kernel that a browser loads. */
export const KERNEL_FOR_PAGES = /^container\/(model\/|files\/|error-catalogue\.ts$|errors\.ts$)/;

/** The one file that joins the near bank and the far bank, by dynamic import of their doors only. */
export const COMPOSITION_ROOT = 'host/cli/program.ts';
export const DOOR = /^(dongle-firmware-sim|device-side)\/(commands|index)\.ts$/;

/** Files that touch the clock, timers, randomness, files, networks and the environment for everyone else. */
export const EDGE_FILE = /(\.adapter|(^|\/)main|(^|\/)commands)\.ts$/;

/** Node modules that compute only. Every other one reaches outside. */
export const PURE_NODE_MODULES = new Set(
  ['assert', 'buffer', 'events', 'path', 'stream', 'stream/promises', 'string_decoder', 'url', 'util', 'zlib'].map(
    (name) => `node:${name}`,
  ),
);

/** What the kernel may take from Node, and where. */
export const KERNEL_NODE_FILES = [
  { files: /^container\/crypto\/native\//, modules: /^node:(crypto|buffer)$/ },
  { files: /^container\/store\/file-[\w-]+\.adapter\.ts$/, modules: /^node:/ },
];

/** Globals that reach outside. Members stand for themselves; `new Date(time)` reads no clock and is none of them. */
export const AMBIENT_GLOBALS = new Set([
  ...['process', 'performance', 'globalThis', 'global', 'window', 'self', 'navigator', 'console', 'crypto', 'require'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'Temporal'],
  ...['localStorage', 'sessionStorage', 'indexedDB', 'document', 'Worker', 'BroadcastChannel'],
  ...['Date', 'Date.now', 'new Date()', 'Math.random'],
]);

/** Globals that the kernel, moreover, does without: it runs in browsers and has a calendar of its own. */
export const KERNEL_GLOBALS = /^(new )?(Date|Buffer)\b/;

export const LONGEST_FILE = 400;
/** Files that may be longer, with their reason. */
export const LONG_FILES: Readonly<Record<string, string>> = {
  'container/error-catalogue.ts': 'the one catalogue of every error: a table',
};

export const TOP_LEVEL_FOLDERS = new Set([...Object.keys(IMPORT_TABLE), 'test', 'docs']);
