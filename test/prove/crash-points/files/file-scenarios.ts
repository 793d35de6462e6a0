import fs from 'node:fs';
import path from 'node:path';
import { PairedFiles } from '../../../../carriers/tls/paired-files.adapter.ts';
import type { Container } from '../../../../container/container.ts';
import { nativeCrypto } from '../../../../container/crypto/native/node-crypto.ts';
import { FerryError } from '../../../../container/errors.ts';
import { FileAnchor } from '../../../../container/store/file-anchor.adapter.ts';
import type { FileContainer } from '../../../../container/store/file-container.adapter.ts';
import { createDurably, replaceFile } from '../../../../container/store/file-durable.adapter.ts';
import { parkFile } from '../../../../container/store/file-parked.adapter.ts';
import { createSoftContainer, openSoftContainer } from '../../../../device-side/index.ts';
import { MountedStick } from '../../../../device-side/stick-import/mounted-stick.adapter.ts';
import { FileUpdateFolder } from '../../../../device-side/stick-import/update-folder.adapter.ts';
import { createDongle, openDongle } from '../../../../dongle-firmware-sim/index.ts';
import { writeFerryFile } from '../../../../host/cli/ferry-files.adapter.ts';
import { moveStores } from '../../../../host/cli/move-places.adapter.ts';
import { FileBlobStore, FileRecordStore, OwedReceipts, RESULT_NAME } from '../../../../state-machines/index.ts';
import { resultText } from '../../../../state-machines/stick-import/result-sheet.ts';
import { codeOf } from '../../../container/engine/scene.ts';
import { makeContainer, seededEnv, TestFirm } from '../../../world/parties.ts';
import { contentOf } from '../flash/content.ts';
import type { FileScenario } from './file-scenario.ts';
import { MOUNTED } from './simulated-fs.ts';

const at = (...parts: string[]): string => path.join(MOUNTED, ...parts);
const LONG = 'a text that is longer than a page '.repeat(300);

/** What the files hold that are there. */
function textsOf(...files: readonly string[]): string {
  return JSON.stringify(files.map((file) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null)));
}

interface Kind {
  readonly name: string;
  readonly create: () => FileContainer;
  readonly open: () => FileContainer;
}

const env = () => seededEnv('on a disk');
const KINDS: readonly Kind[] = [
  {
    name: 'dongle',
    create: () => createDongle({ folder: at('deep', 'dongle'), flashBytes: 160 * 1024, env: env() }),
    open: () => openDongle(at('deep', 'dongle'), env()),
  },
  {
    name: 'soft container',
    create: () =>
      createSoftContainer({
        folder: at('device', 'state'),
        anchorFolder: at('device', 'anchor'),
        memoryBytes: 1080 * 1024,
        env: env(),
      }),
    open: () => openSoftContainer(at('device', 'state'), env()),
  },
];

function using<T>(opened: FileContainer, use: (container: Container) => T): T {
  try {
    return use(opened.container);
  } finally {
    opened.close();
  }
}

/** Makes a container where there is none. */
function creating({ name, create, open }: Kind): FileScenario {
  const look = (): string => {
    const code = codeOf(() =>
      using(open(), ({ state, locked }) => (locked || state.identity.certified === null) && fail()),
    );
    if (code === 'nothing') return 'a container';
    if (code === 'NO_CONTAINER' || code === 'CONTAINER_INCOMPLETE') return 'no container';
    throw new Error(`opening it answers ${code}`);
  };
  const fail = (): never => {
    throw new Error('it is locked or not certified');
  };
  return {
    name: `making a ${name}`,
    size: 'usual',
    prepare: () => undefined,
    steps: [{ label: 'make it', work: () => create().close(), once: true }],
    look,
  };
}

/** What a container does on the files that it is kept in. */
function working({ name, create, open }: Kind): FileScenario {
  let update: Uint8Array = new Uint8Array();
  const firm = new TestFirm();
  const act = (label: string, work: (container: Container) => void) => ({
    label,
    work: () => using(open(), work),
    once: true as const,
  });
  const write = (filled: number) => (container: Container) => {
    const data = new Uint8Array(200).fill(filled);
    container.run('write-data', { holding: 1, userData: data, customerInfo: data });
  };
  return {
    name: `${name} on files`,
    size: 'usual',
    heavy: true,
    prepare: () =>
      using(create(), ({ state }) => {
        const { key, certified } = state.identity;
        const target = { key, certificate: certified?.raw ?? new Uint8Array() };
        if (update.length > 0) return;
        firm.issue(target, { kind: 'add', grants: [firm.grant(key).raw] });
        update = firm.update(target);
      }),
    steps: [
      act('load', (container) => container.run('apply', { update })),
      act('write data', write(1)),
      act('write data again', write(2)),
      { label: 'open', work: () => using(open(), () => undefined) },
    ],
    goOn: () =>
      using(open(), (container) => {
        if (container.state.holdings.size > 0) write(9)(container);
      }),
    look: () =>
      using(open(), ({ state, locked }) => {
        if (locked) throw new Error('it is locked');
        return contentOf(state);
      }),
  };
}

const RESULT = resultText(new Map([['130-1', ['x.ferry-update: taken in.']]]));
const owed = () =>
  new OwedReceipts(new FileRecordStore(at('sticks'), '.receipts'), new FileBlobStore(at('sticks'), nativeCrypto()));
const kept = (text: string) => ({ hash: Buffer.from(nativeCrypto().sha256(Buffer.from(text))).toString('hex') });
/** Receipts that were made. */
const made = async (hash: string) =>
  Buffer.from(['one', 'two', 'later'].find((text) => kept(text).hash === hash) ?? 'none');

const anchored = (generation: number) => ({ generation, stateHash: new Uint8Array(32).fill(generation) });
const ANCHOR = { path: at('anchor.bin'), crypto: nativeCrypto(), creation: 'ab'.repeat(16) };

function withAnchor<T>(use: (anchor: FileAnchor) => T): T {
  const anchor = FileAnchor.open(ANCHOR);
  try {
    return use(anchor);
  } finally {
    anchor.close();
  }
}

const stick = at('stick');
const file = new TestFirm().update(makeContainer('dongle', 1));
const moves = () => moveStores(at('state'));
const RECORD = { machine: 'license-move', version: 1 };

const OTHERS: readonly FileScenario[] = [
  {
    name: 'replacing a file',
    size: 'quick',
    prepare: () => undefined,
    steps: [
      { label: 'make it', work: () => replaceFile(at('file'), 'one') },
      { label: 'replace it', work: () => replaceFile(at('file'), LONG) },
      { label: 'replace it by less', work: () => replaceFile(at('file'), 'three') },
      { label: 'in new folders', work: () => replaceFile(at('a', 'b', 'file'), LONG, { folderMode: 0o700 }) },
    ],
    look: () => textsOf(at('file'), at('a', 'b', 'file')),
  },
  {
    name: 'creating a file',
    size: 'usual',
    prepare: () => undefined,
    steps: [
      {
        label: 'create it',
        work: () => createDurably(at('file'), (file) => fs.writeSync(file, Buffer.from(LONG))),
        once: true,
      },
    ],
    look: () => textsOf(at('file')),
  },
  {
    name: 'anchor in a file',
    size: 'quick',
    prepare: () => undefined,
    steps: [
      { label: 'create it', work: () => FileAnchor.create(ANCHOR).close(), once: true },
      ...[1, 2, 3].map((generation) => ({
        label: `advance to ${generation}`,
        work: () => withAnchor((anchor) => anchor.advance(anchored(generation))),
        once: true as const,
      })),
      { label: 'open it', work: () => withAnchor(() => undefined) },
    ],
    look: () =>
      fs.existsSync(ANCHOR.path) ? withAnchor((anchor) => `generation ${anchor.read()?.generation}`) : 'none',
  },
  {
    name: 'parked files',
    size: 'quick',
    prepare: () => fs.mkdirSync(stick),
    steps: [
      { label: 'park one', work: () => parkFile(path.join(stick, 'one'), 'one', { mode: 0o644 }) },
      { label: 'park it again', work: () => parkFile(path.join(stick, 'one'), LONG, { mode: 0o644 }) },
      {
        label: 'write an update file to a folder',
        work: () => void writeFerryFile(`folder:${path.join(stick, 'deep')}`, 'two', file, 'update'),
      },
      { label: 'write a receipt', work: () => new FileUpdateFolder(stick).write('three', file) },
      { label: 'write a receipt by oneself', work: () => new MountedStick(stick, () => true).write('four', file) },
      { label: 'write what became of it', work: () => new MountedStick(stick, () => true).writeResult(RESULT) },
    ],
    look: () => textsOf(...['one', 'deep/two', 'three', 'four', RESULT_NAME].map((name) => path.join(stick, name))),
  },
  {
    name: 'kept receipts',
    size: 'quick',
    prepare: () => undefined,
    steps: [
      { label: 'keep one', work: () => owed().add([{ file: 'one', ...kept('one') }], made) },
      { label: 'keep another', work: () => owed().add([{ file: 'two', ...kept('two') }], made) },
      { label: 'keep a later one', work: () => owed().add([{ file: 'one', ...kept('later') }], made) },
      { label: 'forget all', work: async () => owed().written(await owed().all()), lazy: true },
    ],
    look: async () => {
      const all = await owed().all();
      const receipts = await Promise.all(all.map((one) => owed().receipt(one)));
      return JSON.stringify(all.map(({ file }, index) => [file, Buffer.from(receipts[index] ?? []).toString()]));
    },
  },
  {
    name: 'kept moves',
    size: 'quick',
    prepare: () => undefined,
    steps: [
      { label: 'claim a move', work: () => moves().claim('move').release() },
      { label: 'keep a file', work: async () => void (await moves().blobs.part('move').put(Buffer.from('update'))) },
      { label: 'save a move', work: () => moves().store.save('move', { ...RECORD, snapshot: { value: 'issuing' } }) },
      {
        label: 'save it again',
        work: () => moves().store.save('move', { ...RECORD, snapshot: { value: 'applying' } }),
      },
      { label: 'save another', work: () => moves().store.save('other', { ...RECORD, snapshot: LONG }) },
      { label: 'forget the file', work: () => moves().blobs.part('move').keepOnly([]), lazy: true },
      { label: 'delete the move', work: () => moves().store.delete('move') },
    ],
    look: async () => {
      const { store, blobs } = moves();
      const saved = await Promise.all((await store.ids()).map((id) => store.load(id)));
      const hash = Buffer.from(nativeCrypto().sha256(Buffer.from('update'))).toString('hex');
      const file = await blobs
        .part('move')
        .get(hash)
        .catch((error: unknown) => (error instanceof FerryError ? error.code : Promise.reject(error)));
      return JSON.stringify([saved, file]);
    },
  },
  {
    name: 'paired files',
    size: 'quick',
    prepare: () => undefined,
    steps: [
      { label: 'pair', work: () => new PairedFiles(at('pairs')).put('device', 'ab'.repeat(32)) },
      { label: 'pair again', work: () => new PairedFiles(at('pairs')).put('device', 'cd'.repeat(32)) },
      { label: 'forget', work: () => void new PairedFiles(at('pairs')).forget('device') },
    ],
    look: () => String(new PairedFiles(at('pairs')).get('device')),
  },
];

export const FILE_SCENARIOS: readonly FileScenario[] = [...OTHERS, ...KINDS.map(creating), ...KINDS.map(working)];
