import { describe, expect, it } from 'vitest';
import { answerText, paragraphOf, readAnswerText } from '../../../dongle-firmware-sim/volume/answer.ts';

const PARAGRAPHS = ['INBOX/a.txt', 'INBOX/b.txt'].map((about) =>
  paragraphOf({ about, sentences: ['It is none.', 'x'] }),
);

describe('the text of an answer', () => {
  it.each([
    { taken: 0, paragraphs: PARAGRAPHS, mark: null },
    { taken: 1, paragraphs: PARAGRAPHS, mark: '00ff00ff00ff00ff' },
    { taken: 12, paragraphs: [], mark: null },
    { taken: 2, paragraphs: [], mark: '00ff' },
  ])('is read as what it was made of: %j', (sheet) => {
    expect(readAnswerText(answerText(sheet))).toEqual(sheet);
  });

  it.each(['', 'hello', '1 file', `x\r\n${answerText({ taken: 1, paragraphs: [], mark: null })}`])(
    'is none: %j',
    (text) => {
      expect(readAnswerText(text)).toBeUndefined();
    },
  );
});
