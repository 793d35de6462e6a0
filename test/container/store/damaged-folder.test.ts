import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { beforeAll, describe, expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import { createSoftContainer, isSoftContainer, openSoftContainer } from '../../../device-side/index.ts';
import { TestFirm } from '../../world/parties.ts';
import { bundle } from './bundled-program.ts';
import { codeOf } from './code-of.ts';
import { temporaryFolders } from './temporary-folder.ts';

const newFolder = temporaryFolders();
let holdLock = '';

beforeAll(async () => {
  const built = await bundle('hold-lock.ts');
  holdLock = built.file;
  return built.remove;
});

/** A soft container, closed. */
function newContainer(): { folder: string; file: (name: string) => string; anchor: string } {
  const inside = newFolder();
  const folder = path.join(inside, 'state');
  createSoftContainer({ folder, anchorFolder: path.join(inside, 'anchor'), memoryBytes: 2 * 1024 * 1024 }).close();
  return { folder, file: (name) => path.join(folder, name), anchor: path.join(inside, 'anchor', 'anchor.bin') };
}

/** What opening is refused for, in the words a person reads. */
function refusal(folder: string): string | undefined {
  try {
    openSoftContainer(folder).close();
    return undefined;
  } catch (error) {
    return error instanceof FerryError ? `${error.code}: ${error.message}` : String(error);
  }
}

function replaceByFolder(file: string): void {
  fs.rmSync(file);
  fs.mkdirSync(file);
}

/** Works as a user to whom permissions apply, root or not. */
function asNobody(work: () => void): void {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe('a folder of a container', () => {
  it('without any container, or that does not exist, says so', () => {
    const folder = newFolder();
    for (const empty of [folder, path.join(folder, 'missing')]) {
      expect(refusal(empty)).toMatch(/^NO_CONTAINER: There is no container in /);
      expect(isSoftContainer(empty)).toBe(false);
      expect(fs.existsSync(empty) ? fs.readdirSync(empty) : []).toEqual([]);
    }
  });

  it('says what is damaged in it, and is left as it is', () => {
    const cases: readonly [string, string, string][] = [
      ['container.json', '{"format":1,', 'container.json is not JSON'],
      ['container.json', '{"format":2}', 'container.json does not say what it should'],
      ['container.bin', 'x', 'it is not a flash file'],
    ];
    for (const [name, content, what] of cases) {
      const { folder, file } = newContainer();
      const sound = fs.readFileSync(file(name));
      fs.writeFileSync(file(name), content);
      expect(refusal(folder)).toContain('STORE_DAMAGED: The stored state of the container in ');
      expect(refusal(folder)).toContain(what);
      expect(codeOf(() => createSoftContainer({ folder, anchorFolder: newFolder() }))).toBe('CONTAINER_EXISTS');
      expect(fs.readFileSync(file(name), 'utf8')).toBe(content);
      fs.writeFileSync(file(name), sound);
      expect(refusal(folder)).toBeUndefined();
    }
  });

  it('says which of its files is missing', () => {
    const { folder, file, anchor } = newContainer();
    fs.renameSync(file('container.bin'), file('away'));
    expect(refusal(folder)).toMatch(/^STORE_DAMAGED: .*container\.bin is damaged: the file is missing/);
    fs.renameSync(file('away'), file('container.bin'));
    fs.renameSync(anchor, file('away'));
    expect(refusal(folder)).toMatch(/^ANCHOR_DAMAGED: The anchor in .*anchor\.bin cannot be used: it is/);
    fs.rmSync(path.dirname(anchor), { recursive: true });
    expect(refusal(folder)).toMatch(/^ANCHOR_DAMAGED/);
    fs.mkdirSync(path.dirname(anchor));
    fs.renameSync(file('away'), anchor);
    expect(refusal(folder)).toBeUndefined();
  });

  it('says which of its files cannot be read', () => {
    for (const name of ['container.json', 'container.bin', '../anchor/anchor.bin']) {
      const { folder, file } = newContainer();
      replaceByFolder(file(name));
      expect(refusal(folder)).toMatch(/^FILE_UNREADABLE: The file .* cannot be read: it is a folder\.$/);
      expect(refusal(folder)).toContain(path.basename(name));
    }
  });

  it.skipIf(process.platform === 'win32')('says which access is not permitted', () => {
    const { folder, file } = newContainer();
    fs.chmodSync(path.dirname(folder), 0o755);
    fs.chmodSync(file('container.json'), 0o644);
    fs.chmodSync(folder, 0o555);
    asNobody(() => {
      expect(codeOf(() => openSoftContainer(folder))).toBe('STORE_UNOPENED');
      expect(refusal(folder)).toMatch(/: access is not permitted\.$/);
    });
    fs.chmodSync(file('container.json'), 0);
    asNobody(() => expect(refusal(folder)).toMatch(/^FILE_UNREADABLE: .*container\.json .*access is not permitted\.$/));
    fs.chmodSync(folder, 0);
    asNobody(() => {
      expect(isSoftContainer(folder)).toBe(true);
      expect(refusal(folder)).toMatch(/^FILE_UNREADABLE: .*access is not permitted\.$/);
    });
    fs.chmodSync(folder, 0o755);
    const place = { folder: path.join(folder, 'new'), anchorFolder: newFolder() };
    asNobody(() => expect(codeOf(() => createSoftContainer(place))).toBe('STORE_WRITE_FAILED'));
    fs.chmodSync(file('container.json'), 0o644);
    expect(refusal(folder)).toBeUndefined();
  });

  it('with the anchor of another container is not opened, until its own is back', () => {
    const { folder, anchor } = newContainer();
    const own = fs.readFileSync(anchor);
    fs.copyFileSync(newContainer().anchor, anchor);
    expect(refusal(folder)).toMatch(/^ANCHOR_DAMAGED: .* cannot be used: it is not the one of this container\.$/);
    fs.writeFileSync(anchor, own);
    expect(refusal(folder)).toBeUndefined();
  });

  it('whose memory was set back opens locked: it shows itself and changes nothing', () => {
    const { folder, file } = newContainer();
    const before = fs.readFileSync(file('container.bin'));
    const { certificate } = new TestFirm();
    const later = openSoftContainer(folder);
    for (let times = 0; times < 2; times++) later.container.run('context', { certificate, firmCode: null });
    later.close();
    fs.writeFileSync(file('container.bin'), before);
    const { container, close } = openSoftContainer(folder);
    expect(container.run('list', {}).locked).toBe(true);
    const generation = container.state.counters.get('generation');
    const write = { holding: 1, userData: new Uint8Array(1), customerInfo: null };
    expect(codeOf(() => container.run('write-data', write))).toBe('CONTAINER_LOCKED');
    container.run('context', { certificate, firmCode: null });
    expect(container.state.counters.get('generation')).toBe(generation);
    close();
  });

  it('that another program is using or still making names that program', async () => {
    const { folder, file } = newContainer();
    const child = spawn(process.execPath, [holdLock, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    await lines.next();
    child.stdin.write('go\n');
    expect((await lines.next()).value).toBe('won');
    const inUse = new RegExp(`^CONTAINER_IN_USE: .* in use by another program \\(process ${child.pid}\\)\\.$`);
    expect(refusal(folder)).toMatch(inUse);
    fs.renameSync(file('container.json'), file('container.json.new'));
    expect(refusal(folder)).toMatch(inUse);
    expect(codeOf(() => createSoftContainer({ folder, anchorFolder: newFolder() }))).toBe('CONTAINER_IN_USE');
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    expect(refusal(folder)).toMatch(/^CONTAINER_INCOMPLETE/);
    fs.renameSync(file('container.json.new'), file('container.json'));
    expect(refusal(folder)).toBeUndefined();
  });
});
