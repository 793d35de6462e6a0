import { describe, expect, it } from 'vitest';
import { SpokenLines } from '../../../carriers/exec/spoken-lines.ts';
import { utf8 } from '../../../container/model/bytes.ts';

describe('what a program says before it ends', () => {
  const reasonOf = (...pieces: readonly string[]): string | undefined => {
    const told: string[] = [];
    const lines = new SpokenLines((line) => told.push(line));
    for (const piece of pieces) lines.add(utf8(piece));
    lines.end();
    return lines.reason;
  };

  it.each<[string, readonly string[], string | undefined]>([
    ['nothing', [], undefined],
    ['its last line, where none has the code of an error', ['one\ntwo', ' more\n\n'], 'two more'],
    [
      'the last line that ends with the code of an error',
      ['Warning\nGone. [NO_CONTA', 'INER]\nNothing.\nLook.\n'],
      'Gone. [NO_CONTAINER]',
    ],
    ['the last of several with a code', ['A. [ONE]\nB. [TWO]\nC.\n'], 'B. [TWO]'],
    ['its last line, where brackets are no code', ['[info] begins\nfailed [1]\nover\n'], 'over'],
  ])('gives as its reason %s', (_, pieces, reason) => {
    expect(reasonOf(...pieces)).toBe(reason);
  });
});
