import { isDeepStrictEqual } from 'node:util';
import {
  type AnswerSheet,
  answerText,
  paragraphOf,
  readAnswerText,
  standingAnswer,
} from '../../../../../dongle-firmware-sim/volume/answer.ts';
import { Broken, type FuzzTarget } from '../fuzz-target.ts';
import { mutated } from '../mutate.ts';
import type { Random } from '../random.ts';

const NAMES = [
  'INBOX/a.ferry-update',
  'INBOX/b.txt',
  'the disk',
  'And about 3 more.',
  '1 file was taken out of INBOX.',
];
const SENTENCES = [
  'Entry 1 was refused.',
  'It is for another container.',
  'Check it.',
  'This answer stands (00).',
  '  ',
  '\r\n',
];

function sheet(random: Random): AnswerSheet {
  const paragraphs = Array.from({ length: random.below(random.oneIn(40) ? 210 : 4) }, () =>
    paragraphOf({
      about: random.pick(NAMES),
      sentences: Array.from({ length: 1 + random.below(3) }, () => random.pick(SENTENCES)),
    }),
  );
  const mark = random.oneIn(3) ? null : random.next().toString(16);
  return { taken: random.below(random.oneIn(4) ? 1_000_000 : 3), paragraphs, mark };
}

function make(random: Random): Uint8Array {
  const text = new TextEncoder().encode(answerText(sheet(random)));
  return random.oneIn(3) ? text : mutated(random, text, [text]);
}

/** The answer on a dongle's disk, as the dongle finds it there, or what somebody made of it: what is read of it stays the same. */
export function answerTarget(): FuzzTarget {
  return {
    name: 'answer on the disk of a dongle',
    thousands: 50,
    make,
    give: (input) => {
      const read = readAnswerText(new TextDecoder().decode(input));
      if (read === undefined) return 'refused';
      const again = readAnswerText(answerText(read));
      if (again === undefined || !isDeepStrictEqual(readAnswerText(answerText(again)), again))
        throw new Broken('an answer does not come back from its text');
      if (standingAnswer(read, { taken: 0, paragraphs: [], mark: read.mark }, read.mark) !== read)
        throw new Broken('an answer does not stand although nothing is new');
      return 'accepted';
    },
  };
}
