import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import path from 'node:path';

/** Leaves no compiled modules beside the sources. */
const ENV = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
const FOLDER = import.meta.dirname;
const FERRY = path.resolve(FOLDER, '../../dist/ferry.js');
/** The distribution's packages are for its own Python, which need not be the first one of the path. */
const CANDIDATES = ['/usr/bin/python3', 'python3'] as const;

/** A Python that has what the reference needs. @throws with what to install */
export function requiredPython(): string {
  const found = CANDIDATES.map((program) => ({ program, ...tried(program) }));
  const usable = found.find(({ status }) => status === 0);
  if (usable !== undefined) return usable.program;
  const missing = found.some(({ error }) => error === undefined) ? 'the Python package "cryptography"' : 'python3';
  throw new Error(
    `These tests need ${missing}, which is not installed here: apt-get install python3 python3-cryptography`,
  );
}

function tried(program: string) {
  return spawnSync(program, ['-c', 'import sys, cryptography; sys.exit(sys.version_info < (3, 9))']);
}

/** One of the reference's programs, run to its end. */
export function runPython(
  folder: string,
  program: 'attacks.py' | 'client.py' | 'device.py',
  ...args: readonly string[]
) {
  const command = [path.join(FOLDER, program), ...args];
  const { status, stdout, stderr } = spawnSync(requiredPython(), command, { cwd: folder, env: ENV, encoding: 'utf8' });
  return { exit: status, stdout, stderr };
}

/** A container that is served by a process of its own. */
export interface Served {
  readonly address: string;
  readonly serial: string;
  /** Resolves when the process is gone. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

export function servePython(folder: string, name: string, listen: string): Promise<Served> {
  const command = [path.join(FOLDER, 'device.py'), 'serve', name, '--listen', listen];
  return ready(spawn(requiredPython(), command, { cwd: folder, env: ENV }));
}

export function serveFerry(folder: string, name: string, listen: string): Promise<Served> {
  const command = [FERRY, 'device', 'serve', name, '--listen', listen];
  return ready(spawn(process.execPath, command, { cwd: folder }));
}

function ready(child: ChildProcess): Promise<Served> {
  const gone = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const kill = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    child.kill(signal);
    await gone;
  };
  return new Promise((resolve, reject) => {
    let [stdout, stderr] = ['', ''];
    child.stderr?.on('data', (text) => {
      stderr += String(text);
    });
    child.stdout?.on('data', (text) => {
      stdout += String(text);
      const [, serial, address] = /^Ready: (\S+) \(soft\) at (.+)\n/m.exec(stdout) ?? [];
      if (serial !== undefined && address !== undefined) resolve({ address, serial, kill });
    });
    child.on('error', reject);
    child.on('close', () => reject(new Error(`it ended before it was ready: ${stderr}`)));
  });
}
