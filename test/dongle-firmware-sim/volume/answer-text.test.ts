import { describe, expect, it } from 'vitest';
import {
  answerText,
  deferredAnswer,
  entryAnswers,
  paragraphOf,
  readAnswerText,
  standingAnswer,
} from '../../../dongle-firmware-sim/volume/answer.ts';

const PARAGRAPHS = ['INBOX/a.txt', 'INBOX/b.txt'].map((about) =>
  paragraphOf({ about, sentences: ['It is none.', 'x'] }),
);

describe('an answer that stands', () => {
  const [about, reason, mark] = ['INBOX/u', 301, '00ff'];
  const refused = entryAnswers(
    about,
    [1, 2].map((sequence) => ({ sequence, reason })),
  ).map(paragraphOf);
  const waits = (sequence: number): string => paragraphOf(deferredAnswer(about, { sequence, reason, needed: 0 }));

  it('keeps what was refused for good beside what has to wait now, and drops what had to wait before', () => {
    const before = { taken: 0, paragraphs: [...refused, waits(3)], mark };
    const after = standingAnswer(before, { taken: 0, paragraphs: [waits(4)], mark }, mark);
    expect(after.paragraphs).toEqual([waits(4), ...refused]);
    expect(readAnswerText(answerText(after))).toEqual(after);
  });

  it('says a refusal once that is told again', () => {
    const before = { taken: 0, paragraphs: [...refused, waits(3)], mark };
    const after = standingAnswer(before, { taken: 0, paragraphs: [...refused, waits(4)], mark }, mark);
    expect(after.paragraphs).toEqual([...refused, waits(4)]);
  });

  it('says until when: it stands until other files lie in INBOX, and so when INBOX is emptied', () => {
    expect(answerText({ taken: 0, paragraphs: [], mark })).toMatch(
      /\r\nThis answer stands until other files lie in INBOX \(00ff\)\.\r\n$/,
    );
  });
});

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
