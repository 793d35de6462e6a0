import { isDeepStrictEqual } from 'node:util';
import { readMountTable } from '../../../../device-side/stick-import/mount-table.ts';
import { type ResultSheet, readResultText, resultText } from '../../../../state-machines/stick-import/result-sheet.ts';
import { Broken, type FuzzTarget, type Verdict } from './fuzz-target.ts';
import { mutated } from './mutate.ts';
import type { Random } from './random.ts';

const SERIALS = ['130-1', '130-2459324738', '3-1', '==', 'a\tb'];
const LINES = [
  'a.ferry-update: taken in.',
  '',
  '  Entry 3 was refused: there is no room. [MEMORY_FULL]',
  '== 130-7 ==',
  '\u202e\r\n',
];

function sheet(random: Random): ResultSheet {
  const sections = Array.from({ length: random.below(random.oneIn(40) ? 120 : 4) }, () => {
    const lines = Array.from({ length: random.below(random.oneIn(40) ? 600 : 4) }, () => random.pick(LINES));
    return [random.pick(SERIALS), lines] as const;
  });
  return new Map(sections);
}

function makeResult(random: Random): Uint8Array {
  const text = new TextEncoder().encode(resultText(sheet(random)));
  return random.oneIn(3) ? text : mutated(random, text, [text]);
}

/** What is read of the text on a stick, and written there again, is read the same. */
function readResult(input: Uint8Array): Verdict {
  const read = readResultText(new TextDecoder().decode(input));
  if (read === undefined) return 'refused';
  if (!isDeepStrictEqual(readResultText(resultText(read)), read)) throw new Broken('a result does not come back');
  return 'accepted';
}

const POINTS = ['/', '/media/a', '/media/with\\040blank', '/run/media/x\\134y', '/\\'];

function makeTable(random: Random): Uint8Array {
  const lines = Array.from({ length: random.below(6) }, () => {
    const [id, device] = [random.below(500), `${random.below(300)}:${random.below(300)}`];
    const optional = random.pick(['', 'master:1 ', 'shared:3 master:4 ']);
    return `${id} 1 ${device} ${random.pick(POINTS)} ${random.pick(POINTS)} ${random.pick(['rw', 'ro,nosuid'])} ${optional}- vfat /dev/sda1 rw`;
  });
  const text = new TextEncoder().encode(`${lines.join('\n')}\n`);
  return random.oneIn(3) ? text : mutated(random, text, [text]);
}

/** No line of the table gives more than one mount, nor one without a place. */
function readTable(input: Uint8Array): Verdict {
  const text = new TextDecoder().decode(input);
  const mounts = readMountTable(text);
  if (mounts.length > text.split('\n').length) throw new Broken('a line gives more than one mount');
  if (mounts.some(({ id, device }) => !Number.isInteger(id) || !/^\d+:\d+$/.test(device)))
    throw new Broken('a mount is none');
  return mounts.length > 0 ? 'accepted' : 'refused';
}

/** What a device reads beside the files on a stick. */
export function stickTargets(): readonly FuzzTarget[] {
  return [
    { name: 'result on a stick', thousands: 50, make: makeResult, give: readResult },
    { name: 'table of what is mounted', thousands: 50, make: makeTable, give: readTable },
  ];
}
