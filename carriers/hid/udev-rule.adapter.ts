import fs from 'node:fs';
import path from 'node:path';

const NAME = '70-license-ferry.rules';

/** Where Linux looks for rules, the administrator's first. @see udev(7), "Rules Files" */
const FOLDERS = [
  '/etc/udev/rules.d',
  '/run/udev/rules.d',
  '/usr/local/lib/udev/rules.d',
  '/usr/lib/udev/rules.d',
  '/lib/udev/rules.d',
];

/** Where the rule is installed that lets users of this computer open dongles; undefined when it is nowhere. */
export function installedRule(folders: readonly string[] = FOLDERS): string | undefined {
  return folders.map((folder) => path.join(folder, NAME)).find((file) => fs.existsSync(file));
}

/** What an administrator types once, so that users of this computer may open dongles. */
export function ruleCommand(): string {
  return `sudo cp '${ruleFile()}' ${FOLDERS[0]}/ && sudo udevadm control --reload && sudo udevadm trigger`;
}

/** The rule as it comes with this program, which is run from its sources or as it was built. */
function ruleFile(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'docs', NAME);
    if (fs.existsSync(file)) return file;
    if (folder === path.dirname(folder)) return path.join('docs', NAME);
  }
}
