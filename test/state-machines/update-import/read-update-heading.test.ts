import { describe, expect, it } from 'vitest';
import {
  byLatestWord,
  readUpdateHeading,
  type UpdateHeading,
} from '../../../state-machines/update-import/read-update-heading.ts';
import { load, makeContainer, order, TestFirm } from '../../world/parties.ts';

describe('what an update file says of itself', () => {
  it('is who it is from and for, its sequences, and how late a word it is', () => {
    const [firm, dongle, device] = [new TestFirm(), makeContainer('dongle', 1), makeContainer('soft', 2)];
    load(firm, dongle, { quantity: 5 });
    const [update = new Uint8Array()] = order(dongle, device, [{ holding: 1, quantity: 2 }]).updates;
    expect(readUpdateHeading(update)).toEqual({
      issuer: { key: dongle.key, certificate: dongle.certificate, name: '3-1' },
      container: device.key,
      first: 1,
      last: 1,
      epoch: 0,
      generation: dongle.container.run('list', {}).generation,
    });
  });

  it('is not to be had of another file', () => {
    const [dongle, device] = [makeContainer('dongle', 1), makeContainer('soft', 2)];
    const { context } = device.container.run('context', { certificate: dongle.certificate, firmCode: null });
    expect(() => readUpdateHeading(context)).toThrow(expect.objectContaining({ code: 'FILE_KIND' }));
    expect(() => readUpdateHeading(new Uint8Array([1]))).toThrow(expect.objectContaining({ code: 'FILE_MALFORMED' }));
  });
});

describe('files of one issuer', () => {
  const word = (epoch: number, generation: number, first: number, last: number) =>
    ({ epoch, generation, first, last }) as UpdateHeading;

  it('come with its latest word first, and those of one word by their sequences', () => {
    const inOrder = [word(1, 2, 1, 1), word(0, 9, 1, 2), word(0, 9, 3, 3), word(0, 9, 3, 4), word(0, 8, 1, 1)];
    for (const turned of [[...inOrder].reverse(), inOrder.toSpliced(0, 0, ...inOrder.slice(2)).slice(0, 5)])
      expect([...turned].sort(byLatestWord)).toEqual(
        [...turned].sort((a, b) => inOrder.indexOf(a) - inOrder.indexOf(b)),
      );
    expect(byLatestWord(word(0, 9, 1, 2), word(0, 9, 1, 2))).toBe(0);
  });
});
