import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import { acquireLock } from '../../../container/store/file-lock.adapter.ts';
import { bundle } from './bundled-program.ts';
import { temporaryFolders } from './temporary-folder.ts';

const newFolder = temporaryFolders();

/** Another process that contends for a folder when it is told to. */
interface Contender {
  readonly process: ChildProcess;
  go(): void;
  /** What it says next. */
  next(): Promise<string>;
}

const started: ChildProcess[] = [];
let program = '';

beforeAll(async () => {
  const built = await bundle('hold-lock.ts');
  program = built.file;
  return built.remove;
});

afterEach(async () => {
  vi.restoreAllMocks();
  const running = started.splice(0).filter((child) => child.exitCode === null && child.signalCode === null);
  await Promise.all(running.map((child) => kill(child)));
});

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function contender(folder: string): Promise<Contender> {
  const child = spawn(process.execPath, [program, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  started.push(child);
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  expect(await next()).toBe('ready');
  return { process: child, go: () => child.stdin.write('go\n'), next };
}

function refusedFor(folder: string): string | undefined {
  try {
    acquireLock(folder).release();
    return undefined;
  } catch (error) {
    return error instanceof FerryError ? `${error.code} ${error.details.process}` : String(error);
  }
}

/** Lets the next contender look, then do all this happen, and only then link its file. */
function delayed(meanwhile: () => void): void {
  const link = fs.linkSync;
  vi.spyOn(fs, 'linkSync').mockImplementationOnce((from, to) => {
    const own = fs.readFileSync(from);
    meanwhile();
    // The others are of this process as well, and shared its temporary file.
    fs.writeFileSync(from, own);
    link(from, to);
  });
}

describe('the lock of a folder', () => {
  it('is held once, also within one process, and is free again after its release', () => {
    const folder = newFolder();
    const lock = acquireLock(folder);
    expect(refusedFor(folder)).toBe(`CONTAINER_IN_USE ${process.pid}`);
    lock.release();
    lock.release();
    const next = acquireLock(folder);
    lock.release();
    expect(refusedFor(folder)).toBe(`CONTAINER_IN_USE ${process.pid}`);
    next.release();
    expect(fs.readdirSync(folder)).toEqual(['writer.2.lock']);
  });

  it('is refused while another process holds it, and passes on when that one releases it or is killed', async () => {
    const folder = newFolder();
    const one = await contender(folder);
    one.go();
    expect(await one.next()).toBe('won');
    expect(refusedFor(folder)).toBe(`CONTAINER_IN_USE ${one.process.pid}`);
    one.go();
    expect(await one.next()).toBe('released');
    expect(refusedFor(folder)).toBeUndefined();
    const other = await contender(folder);
    other.go();
    expect(await other.next()).toBe('won');
    await kill(other.process);
    expect(refusedFor(folder)).toBeUndefined();
  });

  it('is won by exactly one of twenty processes that contend at once, also over the lock of a killed one', async () => {
    const folder = newFolder();
    const dead = await contender(folder);
    dead.go();
    expect(await dead.next()).toBe('won');
    await kill(dead.process);
    const all = await Promise.all(Array.from({ length: 20 }, () => contender(folder)));
    for (const one of all) one.go();
    const answers = await Promise.all(all.map((one) => one.next()));
    const winner = all[answers.indexOf('won')]?.process.pid;
    const refused = answers.filter((answer) => answer === `CONTAINER_IN_USE ${winner}`);
    expect([answers.filter((answer) => answer === 'won').length, refused.length]).toEqual([1, 19]);
    expect(fs.readdirSync(folder).length).toBe(1);
  });

  it('tells whom it turns away where the container is served, until its release, and forgets it with a killed writer', async () => {
    const folder = newFolder();
    const lock = acquireLock(folder);
    lock.announce(['unix:/run/a.sock', 'tcp://127.0.0.1:7430']);
    const where = { where: folder, process: process.pid, addresses: 'unix:/run/a.sock, tcp://127.0.0.1:7430' };
    expect(() => acquireLock(folder)).toThrow(expect.objectContaining({ code: 'CONTAINER_SERVED', details: where }));
    expect(fs.readdirSync(folder)).toEqual(['writer.1.lock']);
    lock.release();
    lock.announce(['unix:/run/late.sock']);
    expect(refusedFor(folder)).toBeUndefined();
    const left = { process: 0x7fff_ffff, served: ['unix:/run/a.sock'] };
    fs.writeFileSync(path.join(folder, 'writer.3.lock'), JSON.stringify(left));
    acquireLock(folder);
    expect(refusedFor(folder)).toBe(`CONTAINER_IN_USE ${process.pid}`);
  });

  it('tells a copy of a served folder from the folder itself, also where that was renamed', () => {
    const [folder, copy] = [newFolder(), newFolder()];
    acquireLock(folder).announce(['unix:/run/a.sock']);
    fs.cpSync(folder, copy, { recursive: true });
    const [served, copied] = [`CONTAINER_SERVED ${process.pid}`, `COPY_OF_SERVED ${process.pid}`];
    expect([refusedFor(folder), refusedFor(copy)]).toEqual([served, copied]);
    const renamed = path.join(newFolder(), 'renamed');
    fs.renameSync(folder, renamed);
    fs.renameSync(copy, folder);
    expect([refusedFor(renamed), refusedFor(folder)]).toEqual([served, copied]);
    fs.rmSync(renamed, { recursive: true });
  });

  it('is held as before when where it is served cannot be written, or what is written there are no addresses', () => {
    const folder = newFolder();
    const lock = acquireLock(folder);
    vi.spyOn(fs, 'writeFileSync').mockImplementationOnce((): never => {
      throw Object.assign(new Error(), { code: 'ENOSPC' });
    });
    expect(() => lock.announce(['unix:/run/a.sock'])).toThrow(expect.objectContaining({ code: 'STORE_WRITE_FAILED' }));
    expect(fs.readdirSync(folder)).toEqual(['writer.1.lock']);
    expect(refusedFor(folder)).toBe(`CONTAINER_IN_USE ${process.pid}`);
    for (const served of ['unix:a', [], [7, null, ''], { length: 1 }]) {
      fs.writeFileSync(path.join(folder, 'writer.1.lock'), JSON.stringify({ process: process.pid, served }));
      expect(refusedFor(folder)).toBe(`CONTAINER_IN_USE ${process.pid}`);
    }
  });

  it('is refused to a contender that was delayed until another had taken its number', () => {
    const folder = newFolder();
    delayed(() => acquireLock(folder));
    expect(refusedFor(folder)).toBe(`CONTAINER_IN_USE ${process.pid}`);
    expect(fs.readdirSync(folder)).toEqual(['writer.1.lock']);
  });

  it('is refused to a contender that was delayed until its number was taken, released and cleared away', () => {
    const folder = newFolder();
    delayed(() => {
      acquireLock(folder).release();
      acquireLock(folder);
    });
    expect(refusedFor(folder)).toBe(`CONTAINER_IN_USE ${process.pid}`);
    expect(fs.readdirSync(folder)).toEqual(['writer.2.lock']);
  });

  it('goes at the next number to a contender that was delayed over whole turns of others', () => {
    const folder = newFolder();
    delayed(() => {
      acquireLock(folder).release();
      acquireLock(folder).release();
    });
    const lock = acquireLock(folder);
    expect(fs.readdirSync(folder)).toEqual(['writer.3.lock']);
    lock.release();
  });

  it('is released also when nothing more can be written', () => {
    const folder = newFolder();
    const lock = acquireLock(folder);
    const full = (): never => {
      throw Object.assign(new Error(), { code: 'ENOSPC' });
    };
    vi.spyOn(fs, 'writeFileSync').mockImplementation(full);
    expect(() => lock.release()).not.toThrow();
    vi.restoreAllMocks();
    expect(refusedFor(folder)).toBeUndefined();
  });

  it('says why when the file system cannot link', () => {
    const folder = newFolder();
    delayed(() => {
      throw Object.assign(new Error(), { code: 'EPERM' });
    });
    expect(refusedFor(folder)).toBe('STORE_WRITE_FAILED undefined');
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('is free when its process has the number of a later one, or is from before a restart of the machine', () => {
    for (const change of [{ started: '1' }, { boot: 'another' }]) {
      const folder = newFolder();
      acquireLock(folder);
      const file = path.join(folder, 'writer.1.lock');
      const own: Record<string, unknown> = JSON.parse(fs.readFileSync(file, 'utf8'));
      fs.writeFileSync(file, JSON.stringify({ ...own, ...change }));
      expect(refusedFor(folder)).toBe(process.platform === 'linux' ? undefined : `CONTAINER_IN_USE ${process.pid}`);
    }
  });

  it('is not free when all that is known of its process is that one with its number runs', () => {
    const folder = newFolder();
    fs.writeFileSync(path.join(folder, 'writer.1.lock'), JSON.stringify({ process: process.pid }));
    expect(refusedFor(folder)).toBe(`CONTAINER_IN_USE ${process.pid}`);
  });

  it('is free when the power went before the lock file was on the disk', () => {
    for (const content of ['', '{"proc', '7', 'null', '{"process":"x"}']) {
      const folder = newFolder();
      fs.writeFileSync(path.join(folder, 'writer.4.lock'), content);
      expect(refusedFor(folder)).toBeUndefined();
      expect(fs.readdirSync(folder)).toEqual(['writer.5.lock']);
    }
  });

  it('is free when what it names cannot be a process', () => {
    for (const process of [0, -1, 1.5, 2 ** 31, 2 ** 32 + 1, 1e15]) {
      const folder = newFolder();
      fs.writeFileSync(path.join(folder, 'writer.4.lock'), JSON.stringify({ process }));
      expect(refusedFor(folder)).toBeUndefined();
    }
  });

  it('is damaged, and nobody waits for it, where no number is left', () => {
    const folder = newFolder();
    const last = path.join(folder, 'writer.999999999999999.lock');
    fs.writeFileSync(last, '');
    expect(refusedFor(folder)).toBe('STORE_DAMAGED undefined');
    expect(fs.readdirSync(folder)).toEqual([path.basename(last)]);
    fs.renameSync(last, path.join(folder, 'writer.999999999999998.lock'));
    expect(refusedFor(folder)).toBeUndefined();
    expect(fs.readdirSync(folder)).toEqual([path.basename(last)]);
    fs.writeFileSync(path.join(folder, 'writer.1000000000000000.lock'), '');
    expect(refusedFor(folder)).toBe('STORE_DAMAGED undefined');
  });

  it('clears away what ended contenders left, and nothing else', () => {
    const folder = newFolder();
    for (const name of ['writer.999999999.new', 'writer.1.lock', 'writer.x.lock', 'notes.txt']) {
      fs.writeFileSync(path.join(folder, name), '');
    }
    const lock = acquireLock(folder);
    expect(fs.readdirSync(folder).sort()).toEqual(['notes.txt', 'writer.2.lock', 'writer.x.lock']);
    lock.release();
  });

  it('cannot be had, nor released, where the folder is missing', () => {
    const folder = newFolder();
    const lock = acquireLock(folder);
    fs.rmSync(folder, { recursive: true });
    expect(refusedFor(folder)).toBe('STORE_WRITE_FAILED undefined');
    expect(() => lock.release()).toThrow(FerryError);
  });
});
