import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import type { FileContainer } from '../../../container/store/file-container.adapter.ts';
import { createSoftContainer, isSoftContainer, openSoftContainer } from '../../../device-side/index.ts';
import { createDongle, isDongle, openDongle } from '../../../dongle-firmware-sim/index.ts';
import { bundle } from './bundled-program.ts';
import { codeOf } from './code-of.ts';
import { temporaryFolders } from './temporary-folder.ts';

const newFolder = temporaryFolders();

interface Place {
  readonly folder: string;
  readonly anchorFolder: string;
}

const KINDS = {
  dongle: { create: ({ folder }: Place) => createDongle({ folder, flashBytes: 160 * 1024 }), open: openDongle },
  soft: {
    create: (place: Place) => createSoftContainer({ ...place, memoryBytes: 2 * 1024 * 1024 }),
    open: openSoftContainer,
  },
} as const;

type Kind = keyof typeof KINDS;

const CHANGING = [
  ...(['mkdirSync', 'openSync', 'writeSync', 'writeFileSync', 'ftruncateSync'] as const),
  ...(['fsyncSync', 'fdatasyncSync', 'linkSync', 'renameSync'] as const),
];

let program = '';

beforeAll(async () => {
  const built = await bundle('killed-create.ts');
  program = built.file;
  return built.remove;
});

function newPlace(): Place {
  const inside = newFolder();
  return { folder: path.join(inside, 'deep', 'state'), anchorFolder: path.join(inside, 'anchor') };
}

/** Makes a container in a process that is killed before that operation; how many it took, if it came to its end. */
async function killedAt(kind: Kind, { folder, anchorFolder }: Place, operation: number): Promise<number | undefined> {
  const args = [program, kind, folder, anchorFolder, String(operation)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (signal === 'SIGKILL') return undefined;
  expect(code).toBe(0);
  return Number(said);
}

function keyOf({ container, close }: FileContainer): string {
  expect(container.locked).toBe(false);
  close();
  return container.state.identity.key;
}

function refusalOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof FerryError ? `${error.code}: ${error.message}` : String(error);
  }
}

/** Makes it in a folder in which making one was interrupted: it works unless one was complete, which then stays. */
function expectRestart(kind: Kind, place: Place): string {
  const { create, open } = KINDS[kind];
  const state = codeOf(() => open(place.folder).close()) ?? 'complete';
  if (state === 'complete') {
    const before = keyOf(open(place.folder));
    expect(codeOf(() => create(place))).toBe('CONTAINER_EXISTS');
    expect(keyOf(open(place.folder))).toBe(before);
  } else expect(keyOf(create(place))).toBe(keyOf(open(place.folder)));
  expect(fs.readdirSync(place.folder).filter((name) => name.endsWith('.new'))).toEqual([]);
  return state;
}

describe.skipIf(process.platform === 'win32').each(['dongle', 'soft'] as const)('making a %s', (kind) => {
  it('can be killed before any operation on any file, and is then done anew', { timeout: 120_000 }, async () => {
    const total = await killedAt(kind, newPlace(), 0);
    expect(total).toBeGreaterThan(30);
    const states = new Map<string, number>();
    const one = async (operation: number): Promise<void> => {
      const place = newPlace();
      expect(await killedAt(kind, place, operation)).toBeUndefined();
      const state = expectRestart(kind, place);
      states.set(state, (states.get(state) ?? 0) + 1);
    };
    const operations = Array.from({ length: total ?? 0 }, (_, at) => at + 1);
    const worker = async (): Promise<void> => {
      for (let next = operations.shift(); next !== undefined; next = operations.shift()) await one(next);
    };
    await Promise.all([worker(), worker(), worker()]);
    expect([...states.keys()].sort()).toEqual(['CONTAINER_INCOMPLETE', 'NO_CONTAINER', 'complete']);
    expect(states.get('CONTAINER_INCOMPLETE')).toBeGreaterThan(20);
  });

  it('can be killed again and again in the same folder', { timeout: 60_000 }, async () => {
    const place = newPlace();
    for (const operation of [40, 30, 20, 12, 35]) await killedAt(kind, place, operation);
    expect(expectRestart(kind, place)).toBe('CONTAINER_INCOMPLETE');
  });
});

/** Opening what is there, and making it shorter, works on a full disk too. */
function needsRoom(name: string, [, second]: readonly unknown[]): boolean {
  if (name === 'openSync') return String(second).startsWith('w');
  return name !== 'ftruncateSync' || Number(second ?? 0) > 0;
}

/** Lets the n-th operation on files that needs room fail as on a full disk; tells whether it came to that. */
function failingAt(operation: number, work: () => void): boolean {
  let operations = 0;
  for (const name of CHANGING) {
    const real = fs[name] as (...args: unknown[]) => unknown;
    vi.spyOn(fs, name).mockImplementation(((...args: unknown[]) => {
      if (needsRoom(name, args)) operations += 1;
      if (needsRoom(name, args) && operation === operations)
        throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
      return real(...args);
    }) as never);
  }
  try {
    work();
  } finally {
    vi.restoreAllMocks();
  }
  return operations >= operation;
}

describe('making a container on a disk that gets full', () => {
  it.each(['dongle', 'soft'] as const)(
    'fails at any operation with the reason, and is then done anew: %s',
    { timeout: 60_000 },
    (kind) => {
      const states = new Set<string>();
      let failed = 0;
      for (let operation = 1; ; operation++) {
        const place = newPlace();
        let why: string | undefined;
        const met = failingAt(operation, () => {
          why = refusalOf(() => KINDS[kind].create(place).close());
        });
        if (!met) break;
        failed += 1;
        expect(why).toMatch(/^(STORE_WRITE_FAILED|FILE_UNREADABLE): .* the disk is full\.$/);
        states.add(expectRestart(kind, place));
      }
      expect(failed).toBeGreaterThan(30);
      expect([...states].sort()).toEqual(['CONTAINER_INCOMPLETE', 'NO_CONTAINER', 'complete']);
    },
  );
});

describe('a folder in which making a container was interrupted', () => {
  /** As it is after a kill just before the end. */
  function incomplete(): Place {
    const place = newPlace();
    KINDS.soft.create(place).close();
    fs.renameSync(path.join(place.folder, 'container.json'), path.join(place.folder, 'container.json.new'));
    return place;
  }

  it('is known for one, and says what to do', () => {
    const { folder } = incomplete();
    expect([isSoftContainer(folder), isDongle(folder)]).toEqual([true, false]);
    expect(() => openSoftContainer(folder)).toThrow(FerryError);
    expect(() => openSoftContainer(folder)).toThrow(/was interrupted.*no container/);
  });

  it('takes no other kind of container, and none at all beside files of somebody else', () => {
    const place = incomplete();
    expect(codeOf(() => KINDS.dongle.create(place))).toBe('CONTAINER_EXISTS');
    fs.writeFileSync(path.join(place.folder, 'notes.txt'), 'mine');
    expect(codeOf(() => KINDS.soft.create(place))).toBe('CONTAINER_EXISTS');
    fs.rmSync(path.join(place.folder, 'notes.txt'));
    expect(expectRestart('soft', place)).toBe('CONTAINER_INCOMPLETE');
  });

  it('is started anew when the power went before its first file was on the disk', () => {
    for (const content of ['', '{"format":1,', '{"format":1,"kind":"soft","anchor":"../anchor/anchor.bin"}']) {
      const place = newPlace();
      fs.mkdirSync(place.folder, { recursive: true });
      fs.writeFileSync(path.join(place.folder, 'container.json.new'), content);
      expect(expectRestart('soft', place)).toBe('CONTAINER_INCOMPLETE');
    }
  });

  it('never takes the anchor that became another container’s meanwhile', () => {
    const place = incomplete();
    fs.rmSync(place.anchorFolder, { recursive: true });
    const other = { ...newPlace(), anchorFolder: place.anchorFolder };
    const key = keyOf(KINDS.soft.create(other));
    expect(codeOf(() => KINDS.soft.create(place))).toBe('CONTAINER_EXISTS');
    expect(keyOf(openSoftContainer(other.folder))).toBe(key);
    const elsewhere = { ...place, anchorFolder: newFolder() };
    expect(keyOf(KINDS.soft.create(elsewhere))).toBe(keyOf(openSoftContainer(place.folder)));
    expect(keyOf(openSoftContainer(other.folder))).toBe(key);
  });
});

describe('a folder of somebody else that looks as if making a container in it was interrupted', () => {
  /** What it names as its anchor, and the 16 bytes by which that is to be its own. */
  function foreign(content: Uint8Array): Place & { readonly victim: string } {
    const place = newPlace();
    fs.mkdirSync(place.folder, { recursive: true });
    const victim = path.join(path.dirname(place.folder), 'victim');
    fs.writeFileSync(victim, content);
    const creation = '6b'.repeat(16);
    const settings = { format: 1, kind: 'soft', anchor: '../victim', creation };
    fs.writeFileSync(path.join(place.folder, 'container.json.new'), JSON.stringify(settings));
    return { ...place, victim };
  }

  it('has no file removed that it names as its anchor, whatever is in that', () => {
    const anchor = new Uint8Array(600).fill(0x6b);
    anchor.set(new TextEncoder().encode('LFANCHOR'));
    for (const content of [new Uint8Array(600).fill(0x6b), anchor]) {
      const place = foreign(content);
      KINDS.soft.create(place).close();
      expect(new Uint8Array(fs.readFileSync(place.victim))).toEqual(content);
    }
  });

  it('has nothing removed that is no anchor where the new anchor goes', () => {
    for (const length of [10, 600]) {
      const place = foreign(new Uint8Array(0));
      fs.mkdirSync(place.anchorFolder);
      const victim = path.join(place.anchorFolder, 'anchor.bin');
      fs.writeFileSync(victim, new Uint8Array(length).fill(0x6b));
      expect(codeOf(() => KINDS.soft.create(place))).toBe('CONTAINER_EXISTS');
      expect(fs.statSync(victim).size).toBe(length);
    }
  });
});

describe('a folder that lost the file which says what is in it', () => {
  it('is damaged, and nothing is made over its memory', () => {
    const place = newPlace();
    KINDS.dongle.create(place).close();
    const settings = path.join(place.folder, 'dongle.json');
    const content = fs.readFileSync(settings);
    fs.rmSync(settings);
    expect(isDongle(place.folder)).toBe(true);
    expect(codeOf(() => openDongle(place.folder))).toBe('STORE_DAMAGED');
    expect(codeOf(() => KINDS.dongle.create(place))).toBe('CONTAINER_EXISTS');
    fs.writeFileSync(settings, content);
    openDongle(place.folder).close();
  });
});
