import { describe, expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import { exitOfUnreached, sayUnreached, type Unreached } from '../../../host/cli/unreached.ts';

const gone: Unreached = {
  address: 'tcp://plc:1',
  error: new FerryError('CARRIER_UNREACHABLE', { where: 'tcp://plc:1', why: 'nothing is served there' }),
};
const missing: Unreached = { address: 'sim:x', error: new FerryError('NO_CONTAINER', { where: 'x' }) };
const wrong: Unreached = { address: 'x', error: new FerryError('ADDRESS_WRONG', { address: 'x', why: 'of that' }) };

function said(unreached: readonly Unreached[]): string[] {
  const lines: string[] = [];
  sayUnreached((...parts) => {
    lines.push(parts.map((part) => (typeof part === 'string' ? part : part.text)).join(''));
  }, unreached);
  return lines;
}

describe('addresses that did not answer', () => {
  it('are told of with their reason, without saying twice that they cannot be reached', () => {
    const [first, , second] = said([gone, missing]);
    expect(first).toBe('tcp://plc:1 cannot be reached: nothing is served there. [CARRIER_UNREACHABLE]');
    expect(second).toMatch(/^sim:x cannot be reached: .* \[NO_CONTAINER\]$/);
  });

  it('are not named twice where they are written in two ways', () => {
    const where = 'usbip://127.0.0.1:3240/1-7';
    const error = new FerryError('CARRIER_UNREACHABLE', { where, why: 'no device has that bus id' });
    expect(said([{ address: 'usbip://:3240/1-7', error }])[0]).toBe(
      `${where} cannot be reached: no device has that bus id. [CARRIER_UNREACHABLE]`,
    );
  });

  it('share a remedy that is the same', () => {
    expect(said([gone, missing])).toHaveLength(4);
    expect(said([gone, gone])).toHaveLength(3);
  });

  it.each([
    ['nobody is missing', [], 2, 0],
    ['some are missing', [gone], 2, 6],
    ['all are missing for reasons with the same exit code', [gone, missing], 2, 5],
    ['all are missing for reasons with different exit codes', [gone, wrong], 2, 6],
  ])('end with an exit code by which %s', (_, unreached, asked, exit) => {
    expect(exitOfUnreached(unreached, asked)).toBe(exit);
  });
});
