import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../container/store/temporary-folder.ts';
import { helpOf } from '../host/cli/help-of.ts';

const DOCS = path.join(import.meta.dirname, '../../docs');
const [UNIT, RULES, SCRIPT] = ['license-ferry-device.service', '80-license-ferry-sticks.rules', 'license-ferry-stick'];
const read = (name: string): string => fs.readFileSync(path.join(DOCS, name), 'utf8');

const newFolder = temporaryFolders();
const [, section = ''] = read('sticks.md').split('## A device without a desktop\n');
const [everywhere = '', withSystemd = '', server = ''] = [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(
  ([, commands]) => commands,
);
const setting = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(read(UNIT))?.[1] ?? '';
/** A command of the program, from its words after `ferry`. */
const ferryWords = (line: string): readonly string[] => (/\bferry (device .*)$/m.exec(line)?.[1] ?? '').split(' ');

describe('the files for a device without a desktop', () => {
  it('are installed where each of them looks for the others', () => {
    expect(everywhere).toContain(
      `-t ${path.dirname(/"(\/[^" ]+) mount %k"/.exec(read(RULES))?.[1] ?? '')} "$docs/${SCRIPT}"`,
    );
    expect(everywhere).toContain(`-t /etc/udev/rules.d "$docs/${RULES}"`);
    expect(withSystemd).toContain(`-t /etc/systemd/system "$docs/${UNIT}"`);
    expect(withSystemd).toContain(`enable --now ${UNIT.replace('.service', '')}\n`);
  });

  it('mean one user, one folder for sticks and one for the container', () => {
    const user = setting('User');
    expect(everywhere).toContain(`useradd --system --user-group --home-dir /var/lib/${user} `);
    expect(everywhere).toContain(
      `install -d -o ${user} -g ${user} -m ${setting('StateDirectoryMode')} /var/lib/${setting('StateDirectory')}\n`,
    );
    expect(everywhere).toContain(`ferry device create /var/lib/${setting('StateDirectory')}/device\n`);
    expect(read(SCRIPT)).toContain(`\nUSER_OF_SERVICE=${user}\n`);
    const below = /--sticks-below (\S+)$/.exec(setting('ExecStart'))?.[1];
    expect(read(SCRIPT)).toContain(`\nBELOW=${below}\n`);
    expect(setting('ReadWritePaths')).toBe(`-${below}`);
    expect(setting('ExecStartPre')).toBe(`+/bin/mkdir -p ${below}`);
  });

  it('serve by the same command with systemd and without, in options that the program has', async () => {
    const words = ferryWords(setting('ExecStart'));
    expect(words.slice(0, 2)).toEqual(['device', 'serve']);
    expect(ferryWords(server)).toEqual(words);
    expect(ferryWords(everywhere).slice(0, 2)).toEqual(['device', 'create']);
    const help = await helpOf('device', 'serve');
    for (const option of words.filter((word) => word.startsWith('--'))) expect(help).toContain(`\n  ${option} <`);
    expect(await helpOf('device', 'create')).toMatch(/^Usage: ferry device create /);
  });

  it('mount the file systems that the rule names, each with the options that make it harmless', () => {
    const types = /ENV\{ID_FS_TYPE\}=="([\w|]+)"/.exec(read(RULES))?.[1]?.split('|') ?? [];
    expect(types).toEqual(['vfat', 'exfat', 'ext4']);
    expect(read(SCRIPT)).toContain('\nOPTIONS=nosuid,nodev,noexec,noatime\n');
    const ofType = /^ +(\w+)\) OPTIONS=\$OPTIONS,(\S+) ;;$/gm;
    expect([...read(SCRIPT).matchAll(ofType)].map(([, type, options]) => [type, options])).toEqual([
      ['vfat', 'uid=$owner,gid=$group,umask=0077,utf8,flush'],
      ['exfat', 'uid=$owner,gid=$group,umask=0077'],
      ['ext4', 'errors=remount-ro'],
    ]);
  });

  it('have a rule that is read when udev knows the file system', () => {
    expect(RULES.localeCompare('60-persistent-storage.rules')).toBeGreaterThan(0);
  });

  it('let the service see what is mounted later', () => {
    expect(setting('MountFlags')).toBe('');
    expect(setting('PrivateUsers')).toBe('');
  });
});

describe('the script that mounts', () => {
  const run = (...args: string[]) => spawnSync('sh', [path.join(DOCS, SCRIPT), ...args], { encoding: 'utf8' });

  it.skipIf(process.platform === 'win32')(
    'may be called by root, and says how where it is called in another way',
    () => {
      expect(fs.statSync(path.join(DOCS, SCRIPT)).mode & 0o111).toBe(0o111);
      const { status, stderr } = run('eject', 'nothing');
      expect([status, stderr]).toEqual([2, 'Usage: license-ferry-stick mount|release NAME\n']);
    },
  );

  it.skipIf(!fs.existsSync('/proc/self/mountinfo'))('releases what is not mounted without a word', () => {
    const { status, stdout, stderr } = run('release', 'nothing-of-that-name');
    expect([status, stdout, stderr]).toEqual([0, '', '']);
  });
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

it.skipIf(!hasSystemd)('the service is one that systemd finds nothing wrong with', () => {
  const file = path.join(newFolder(), UNIT);
  fs.writeFileSync(file, read(UNIT).replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});
