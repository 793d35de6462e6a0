import fs from 'node:fs';
import path from 'node:path';
import { runProgram, tryProgram } from '../programs.ts';

/** What is on the memory stick, for both sides. */
export const STICK = {
  label: 'FERRYSTICK',
  serial: 'BENCHSTICK1',
  fileForGuest: { name: 'HOST.TXT', text: 'written by the host\n' },
  fileForHost: { name: 'GUEST.TXT', text: 'written in the guest\n' },
} as const;

const SECTORS = 65_536;

/** Makes the image of a stick of 32 MiB: FAT16 without a partition table. */
export async function makeStick(folder: string): Promise<string> {
  const image = path.join(folder, 'stick.img');
  const file = path.join(folder, STICK.fileForGuest.name);
  fs.writeFileSync(file, STICK.fileForGuest.text);
  await runProgram('mformat', [
    '-C',
    '-i',
    image,
    '-T',
    String(SECTORS),
    '-h',
    '64',
    '-s',
    '32',
    '-v',
    STICK.label,
    '::',
  ]);
  await runProgram('mcopy', ['-i', image, file, `::${STICK.fileForGuest.name}`]);
  return image;
}

/** By check, a file that it leaves on the stick, and what is in it. */
const LEFT: Readonly<Record<string, { readonly name: string; readonly text: RegExp }>> = {
  stick: { name: STICK.fileForHost.name, text: new RegExp(`^${STICK.fileForHost.text}$`) },
  headless: { name: 'RESULT.TXT', text: /\b130-\d+\b/ },
  service: { name: 'RESULT.TXT', text: /\b130-\d+\b/ },
};

/** @returns why a file that some check has left is not there as it should be, of each that is not */
export async function missingOnStick(image: string, checks: readonly string[]): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const check of checks) {
    const left = LEFT[check];
    if (left === undefined) continue;
    const { status, stdout, stderr } = await tryProgram('mtype', ['-i', image, `::${left.name}`]);
    const found = status === 0 ? stdout.toString() : stderr;
    if (status !== 0 || !left.text.test(found))
      missing.push(`${check}: ${left.name} has ${JSON.stringify(found)} on the image of the stick`);
  }
  return missing;
}
