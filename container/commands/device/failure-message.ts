import { CATALOGUE, codeOfNumber, type Details, type ErrorCode, FerryError } from '../../errors.ts';
import { type Failure, failure } from './messages.ts';

const LONGEST_NAME = 32;
const LONGEST_TEXT = 512;
const MOST_DETAILS = 16;

/** An error as it travels. */
export function encodeFailure({ code, details }: FerryError): Uint8Array {
  return failure.encode({ number: CATALOGUE[code].number, details: boundedDetails(details) });
}

/** Details within the bounds of the message, whoever named them. */
export function boundedDetails(details: Details): Failure['details'] {
  return Object.entries(details)
    .slice(0, MOST_DETAILS)
    .map(([name, value]) => ({
      name: name.slice(0, LONGEST_NAME),
      ...(isU32(value) ? { text: null, number: value } : { text: String(value).slice(0, LONGEST_TEXT), number: null }),
    }));
}

/** What a server tells of whoever speaks to it: for its reader that is the conversation with that server. */
const OF_THE_READER: ReadonlySet<ErrorCode> = new Set(['CARRIER_GARBLED', 'CARRIER_SLOW', 'PROTOCOL_VERSION']);

/** The error that the other side told; one that this program does not know is told by its number. @param where the other side */
export function errorOf({ number, details }: Failure, where: string): FerryError {
  const code = codeOfNumber(number);
  if (code === undefined) return new FerryError('PEER_REFUSED', { where, number });
  const named: Details = Object.fromEntries(
    details.map(({ name, text, number: value }) => [name, text ?? value ?? '']),
  );
  return new FerryError(code, OF_THE_READER.has(code) ? asItsReader(named, where) : named);
}

function asItsReader(told: Details, where: string): Details {
  const { why, version, known } = told;
  return {
    ...told,
    where,
    ...(why === undefined ? {} : { why: `it does not understand this program: ${why}` }),
    // What the server speaks itself is what it knows.
    ...(version === undefined || known === undefined ? {} : { version: known, known: version }),
  };
}

function isU32(value: string | number): value is number {
  return value === Number(value) >>> 0;
}
