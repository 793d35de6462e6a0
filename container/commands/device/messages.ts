import { defineRecord, type ValueOf } from '../../files/codec.ts';
import { bytes, hexBytes, list, optional, text, u16, u32 } from '../../files/fields.ts';
import type { Hash } from '../../model/ids.ts';

/** The version of the device protocol that this program speaks. */
export const DEVICE_PROTOCOL = 1;

/** Bounds of the device protocol. */
export const MESSAGE = {
  /** Bytes of a body that travels inside its own frame; a longer one is announced by size and hash, and follows. */
  inlineBytes: 16 * 1024,
  /** Bytes of data that follow one `more` or `fetch`, fewer at the end of the body. */
  windowBytes: 256 * 1024,
  /** Bytes of a request's body. */
  requestBytes: 4 * 1024 * 1024,
  /** Bytes of an answer's body. */
  answerBytes: 64 * 1024 * 1024,
} as const;

export const hello = defineRecord('hello', 'Begins a conversation, and begins it anew on a line without connections.', {
  version: [u16, 'version of the device protocol'],
  nonce: [bytes(8, 8), 'random'],
});

export const welcome = defineRecord('welcome', 'Answers a hello.', {
  version: [u16, 'version of the device protocol'],
  nonce: [bytes(8, 8), 'of the hello that it answers'],
});

const body = {
  size: [u32, 'bytes of the body'],
  hash: [optional(hexBytes<Hash>(32)), 'SHA-256 of a body that follows in data frames; nil: the body is here'],
  body: [bytes(0, MESSAGE.inlineBytes), 'the body; empty when it follows'],
} as const;

export const call = defineRecord('call', 'Asks for one command.', {
  command: [u16, 'code of the command'],
  ...body,
});

export const answer = defineRecord('answer', 'What a command answered.', body);

export const more = defineRecord('more', 'Asks for the next window of a request that was announced.', {
  from: [u32, 'bytes of it that are there already'],
});

export const fetch = defineRecord(
  'fetch',
  'Asks for the next window of an answer that was announced, on this connection or an earlier one.',
  {
    size: [u32, 'bytes of the whole body'],
    hash: [hexBytes<Hash>(32), 'SHA-256 of the body'],
    from: [u32, 'bytes of it that are there already'],
  },
);

export const proof = defineRecord('proof', 'Shows that the pairing code is known, in a conversation that only pairs.', {
  proof: [bytes(32, 32), 'HMAC-SHA256 under the code'],
});

export const detail = defineRecord('detail', 'One of the facts that an error names.', {
  name: [text(32), 'name'],
  text: [optional(text(512)), 'value, unless it is a number'],
  number: [optional(u32), 'value, when it is a number'],
});

export const failure = defineRecord('failure', 'Why a call was refused.', {
  number: [u16, 'number of the error'],
  details: [list(detail, 16), 'what it names'],
});

export type Body = ValueOf<typeof answer>;
export type Failure = ValueOf<typeof failure>;
