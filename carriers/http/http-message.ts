import { explain, FerryError } from '../../container/errors.ts';
import { utf8 } from '../../container/model/bytes.ts';

/** What comes before the body of a request. Names of headers are in small letters; repeated ones are joined by commas. */
export interface RequestHead {
  readonly method: string;
  /** Path and query as they came, nothing decoded. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** A whole answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The media types of the device service. */
export const MEDIA = {
  json: 'application/json',
  /** Files, raw; and in requests, raw or armored. */
  bytes: 'application/octet-stream',
  /** Files, armored. */
  text: 'text/plain',
  /** The answer of a command as it travels over the wire of docs/protocol.md. */
  answer: 'application/vnd.license-ferry.answer',
} as const;

export type Media = (typeof MEDIA)[keyof typeof MEDIA];

/** Nothing of it may be kept, guessed at, or shown inside a page. */
const ALWAYS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

export function httpAnswer(
  status: number,
  media: Media,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  const bytes = typeof body === 'string' ? utf8(body) : body;
  const type = media === MEDIA.text ? `${media}; charset=us-ascii` : media;
  return {
    status,
    headers: { ...ALWAYS, 'content-type': type, 'content-length': String(bytes.length), ...headers },
    body: bytes,
  };
}

/** The answer to what is refused: the error as a JSON document. */
export function refusal(
  status: number,
  { code, details }: FerryError,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  const { number, happened, effect, remedy } = explain(code, details);
  const document = { code, number, happened, effect, remedy, details };
  return httpAnswer(status, MEDIA.json, `${JSON.stringify(document)}\n`, headers);
}

/** What a service answers to a request that HTTP, not the container, finds wrong. */
export function wrongRequest(status: number, why: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return refusal(status, new FerryError('REQUEST_WRONG', { where: SERVICE, why }), headers);
}

/** What the service calls itself in errors, before it is known whom they are about. */
export const SERVICE = 'The device service';
