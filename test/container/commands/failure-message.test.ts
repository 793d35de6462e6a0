import { describe, expect, it } from 'vitest';
import { boundedDetails, encodeFailure, errorOf } from '../../../container/commands/device/failure-message.ts';
import { failure } from '../../../container/commands/device/messages.ts';
import { CATALOGUE, FerryError } from '../../../container/errors.ts';

describe('an error on its way', () => {
  it('arrives with its code and all that it names', () => {
    const error = new FerryError('NOT_HELD', { item: 'ab', holding: 7, nothing: 0, none: '' });
    const told = errorOf(failure.decodeTrusted(encodeFailure(error)), 'sim:x');
    expect({ code: told.code, details: told.details }).toEqual({
      code: 'NOT_HELD',
      details: { item: 'ab', holding: 7, nothing: 0, none: '' },
    });
  });

  it('is told by its number where this program does not know it', () => {
    const told = errorOf({ number: 9999, details: [{ name: 'a', text: 'b', number: null }] }, 'sim:x');
    expect({ code: told.code, details: told.details }).toEqual({
      code: 'PEER_REFUSED',
      details: { where: 'sim:x', number: 9999 },
    });
  });

  it('names nothing where a fact came without a value', () => {
    const told = errorOf({ number: CATALOGUE.NOT_HELD.number, details: [{ name: 'a', text: null, number: null }] }, '');
    expect({ code: told.code, details: told.details }).toEqual({ code: 'NOT_HELD', details: { a: '' } });
  });
});

describe('the details of an error on its way', () => {
  it.each([0, 1, 0xffffffff])('have %d as a number', (value) => {
    expect(boundedDetails({ value })).toEqual([{ name: 'value', text: null, number: value }]);
  });

  it.each([-1, 0.5, 0x100000000, Number.NaN])('have %d, which no 32 bits hold, as text', (value) => {
    expect(boundedDetails({ value })).toEqual([{ name: 'value', text: String(value), number: null }]);
  });

  it('have digits that were text as text', () => {
    expect(boundedDetails({ value: '7' })).toEqual([{ name: 'value', text: '7', number: null }]);
  });

  it('are at most 16, with names of at most 32 and texts of at most 512 characters', () => {
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`name ${at}`, 'x']));
    expect(boundedDetails(many).map(({ name }) => name)).toEqual(Object.keys(many).slice(0, 16));
    const long = { ['n'.repeat(33)]: 'x'.repeat(513) };
    expect(boundedDetails(long)).toEqual([{ name: 'n'.repeat(32), text: 'x'.repeat(512), number: null }]);
  });
});

it.each([
  [
    'CARRIER_GARBLED',
    'The conversation with tcp://plc:1 is not in the device protocol: it does not understand this program: it is noise.',
  ],
  ['CARRIER_SLOW', 'The conversation with tcp://plc:1 takes too long: a few bytes come or go now and then.'],
] as const)(
  'what a server tells of its client is said to be of this program, where this is the client: %s',
  (code, said) => {
    const sent = failure.decode(encodeFailure(new FerryError(code, { where: 'the client', why: 'it is noise' })));
    if (!sent.ok) expect.fail('it does not decode');
    const { message, details } = errorOf(sent.value, 'tcp://plc:1');
    expect([message, JSON.stringify(details)]).toEqual([said, expect.not.stringContaining('client')]);
    expect(details.where).toBe('tcp://plc:1');
  },
);

it('what a server tells of its client without a reason is told without one', () => {
  const sent = encodeFailure(new FerryError('CARRIER_SLOW', { where: 'the client' }));
  expect(errorOf(failure.decodeTrusted(sent), 'tcp://plc:1').details).toEqual({ where: 'tcp://plc:1' });
});

describe('what a server tells of a client of another version', () => {
  const told = (details: Record<string, number>) => {
    const sent = encodeFailure(new FerryError('PROTOCOL_VERSION', { where: 'The client', ...details }));
    return errorOf(failure.decodeTrusted(sent), 'tcp://plc:1');
  };

  it('is said with the versions of both as their reader has them', () => {
    const { message, details } = told({ version: 2, known: 1 });
    expect(details).toEqual({ where: 'tcp://plc:1', version: 1, known: 2 });
    expect(message).toBe('tcp://plc:1 speaks version 1 of the device protocol; this program speaks version 2.');
  });

  it.each([{ version: 2 }, { known: 1 }, {}])('is said without versions where it does not name both: %j', (named) => {
    const { message, details } = told(named);
    expect(details).toEqual({ where: 'tcp://plc:1', ...named });
    expect(message).toBe('The two programs speak different versions of the device protocol.');
  });
});
