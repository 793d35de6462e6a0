import fs from 'node:fs';
import path from 'node:path';
import { runProgram } from '../programs.ts';

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

/** @returns why the file that the guest left is not there as it should be; undefined when it is */
export async function missingOnStick(image: string): Promise<string | undefined> {
  const { name, text } = STICK.fileForHost;
  const found = (await runProgram('mtype', ['-i', image, `::${name}`])).toString();
  return found === text ? undefined : `${name} has ${JSON.stringify(found)} on the image of the stick`;
}
