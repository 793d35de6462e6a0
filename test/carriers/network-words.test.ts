import { describe, expect, it } from 'vitest';
import { networkWords } from '../../carriers/network-words.ts';
import { explain } from '../../container/errors.ts';

const systemError = (code: string): Error => Object.assign(new Error('failed'), { code });

describe('what the system answers', () => {
  it.each([
    ['EADDRINUSE', 'something is served there already'],
    ['EACCES', 'the system does not permit it to this user'],
    ['EXYZ', 'the system answers EXYZ'],
  ])('is said in words: %s', (code, words) => {
    expect(networkWords(systemError(code))).toBe(words);
  });

  it('leaves nobody without a way out of a port that only the administrator may serve at', () => {
    const { happened, remedy } = explain('ADDRESS_TAKEN', {
      where: 'tcp://127.0.0.1:80',
      why: networkWords(systemError('EACCES')),
    });
    expect(`${happened} ${remedy}`).toMatch(/does not permit it to this user\..* take a higher port\.$/);
  });
});
