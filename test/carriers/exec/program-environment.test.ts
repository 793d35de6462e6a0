import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ProgramStream } from '../../../carriers/exec/program-stream.adapter.ts';
import { SECRET_VARIABLES } from '../../../carriers/exec/secret-variables.ts';

const SECRET = 'known-to-nobody-else';
/** What `ferry` is told by its environment that others may see. */
const NO_SECRETS = ['FERRY_STATE', 'FERRY_DEBUG'];
const ROOT = path.resolve(import.meta.dirname, '../../..');
const SOURCES = ['carriers', 'container', 'device-side', 'dongle-firmware-sim', 'host', 'state-machines'];

describe('the environment of a program that is a carrier', () => {
  it('has none of the secrets that this one was given, and all the rest', async () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const name of Object.values(SECRET_VARIABLES)) vi.stubEnv(name, SECRET);
    vi.stubEnv('FERRY_STATE', 'for all');
    const program = new ProgramStream('env; exit 1', 'The program', 20);
    const said: Uint8Array[] = [];
    program.on('data', (piece) => said.push(piece)).on('error', () => undefined);
    await new Promise((resolve) => program.once('close', resolve));
    const env = Buffer.concat(said).toString();
    expect(env).toContain('FERRY_STATE=for all\n');
    expect(env).toContain(`PATH=${process.env.PATH}\n`);
    expect(env).not.toContain(SECRET);
  });

  it('is kept from every variable that this program reads, but for those known to be no secret', () => {
    const files = SOURCES.flatMap((folder) =>
      fs
        .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .map((file) => path.join(folder, file)),
    ).filter((file) => file.endsWith('.ts'));
    const read = (file: string): string => fs.readFileSync(path.join(ROOT, file), 'utf8');
    const named = new Set(files.flatMap((file) => read(file).match(/FERRY_[A-Z_]+/g) ?? []));
    expect([...named].sort()).toEqual([...Object.values(SECRET_VARIABLES), ...NO_SECRETS].sort());
  });
});
