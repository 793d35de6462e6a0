import { isDeepStrictEqual } from 'node:util';
import { parseScript, parseStep, sayStep } from '../../../../../dongle-firmware-sim/usb/faults/fault-step.ts';
import { Broken, type FuzzTarget } from '../fuzz-target.ts';
import type { Random } from '../random.ts';

const WORDS =
  'unplug plug drop corrupt delay busy slow flash cut power full memory reports transfers report sector in at after by seed'.split(
    ' ',
  );
const NUMBERS = ['0', '1', '2', '120', '4294967296', '-1', '2.5s', '10ms', '3s', '1e9s', '00'];
const GOLDEN = [
  'unplug at report 12',
  'drop 1 in 4 reports seed 7',
  'cut power at flash 3',
  'at 2.5s unplug',
  'busy 3s',
];
const BREAKS = [' ', ' ', ' ', '\n', '  ', '\t', '# ', '\r\n', ''];

function line(random: Random): string {
  if (random.oneIn(3)) return random.pick(GOLDEN);
  const count = 1 + random.below(6);
  const words = Array.from({ length: count }, () => random.pick(random.oneIn(3) ? NUMBERS : WORDS));
  return words.map((word) => word + random.pick(BREAKS)).join('');
}

function make(random: Random): Uint8Array {
  const text = Array.from({ length: 1 + random.below(4) }, () => line(random)).join('\n');
  const bytes = new TextEncoder().encode(text);
  if (random.oneIn(4)) bytes[random.below(bytes.length)] = random.below(256);
  return bytes;
}

/** Faults of a dongle, as a person or a script writes them: what is read says itself in words that mean the same. */
export function faultTarget(): FuzzTarget {
  return {
    name: 'faults of a dongle, as they are written',
    thousands: 50,
    make,
    give: (input) => {
      const script = parseScript(new TextDecoder().decode(input));
      if ('wrong' in script) return 'refused';
      for (const step of script.steps) {
        const again = parseStep(sayStep(step));
        if (!isDeepStrictEqual(again, step)) throw new Broken(`"${sayStep(step)}" means something else`);
      }
      return 'accepted';
    },
  };
}
