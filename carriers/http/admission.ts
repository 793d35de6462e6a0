import { FerryError } from '../../container/errors.ts';
import { U32_MAX } from '../../container/files/fields.ts';
import { chosenMedia } from './accept.ts';
import {
  type HttpAnswer,
  MEDIA,
  type Media,
  type RequestHead,
  refusal,
  SERVICE,
  wrongRequest,
} from './http-message.ts';
import { gate } from './request-gate.ts';
import { type Route, routesOf } from './routes.ts';

/** A request that is worth reading to its end. */
export interface Admitted {
  readonly route: Route;
  /** The container that its path names. */
  readonly serial: string | undefined;
  /** The firm that its query names. */
  readonly firmCode: number | undefined;
  /** What the answer is to be. */
  readonly media: Media;
  /** Bytes of its body. */
  readonly bodyBytes: number;
}

export type Admission = { readonly admitted: Admitted } | { readonly refused: HttpAnswer };

/**
 * Looks at a request before its body is read: what is refused here costs the service nothing.
 *
 * @param names under which the service may be asked for beside `localhost` and IP addresses
 */
export function admit(head: RequestHead, names: ReadonlySet<string>): Admission {
  const keptOut = gate(head, names);
  if (keptOut !== undefined) return { refused: keptOut };
  const [path = '', query, ...more] = head.target.split('?');
  const found = routesOf(path);
  if (found === undefined || more.length > 0) return { refused: wrongRequest(404, 'nothing is at that path') };
  const method = head.method === 'HEAD' ? 'GET' : head.method;
  const route = found.routes.find((one) => one.method === method);
  if (route === undefined) {
    const allow = found.routes.map((one) => (one.method === 'GET' ? 'GET, HEAD' : one.method)).join(', ');
    return { refused: wrongRequest(405, `at that path it takes ${allow}`, { allow }) };
  }
  const firmCode = query === undefined ? undefined : firmIn(query);
  if (query !== undefined && (firmCode === undefined || route.firm === undefined))
    return { refused: wrongRequest(400, 'its query is not firm=CODE, or has no place at that path') };
  const media = chosenMedia(head.headers.accept, route.offers);
  if (media === undefined) return { refused: wrongRequest(406, `it accepts none of ${route.offers.join(', ')}`) };
  const body = bodyOf(head, route);
  if ('refused' in body) return body;
  return { admitted: { route, serial: found.serial, firmCode, media, bodyBytes: body.bodyBytes } };
}

function firmIn(query: string): number | undefined {
  const code = Number(/^firm=(\d{1,10})$/.exec(query)?.[1]);
  return code <= U32_MAX ? code : undefined;
}

/** How long the body is, where there may be one. */
function bodyOf(
  { headers }: RequestHead,
  route: Route,
): { readonly bodyBytes: number } | { readonly refused: HttpAnswer } {
  const length = headers['content-length'];
  const isOpen = headers['transfer-encoding'] !== undefined;
  if (route.body === undefined) {
    if (!isOpen && (length === undefined || length === '0')) return { bodyBytes: 0 };
    return { refused: wrongRequest(400, 'it has a body, where none is wanted') };
  }
  // A form or script of another site cannot send this type without asking first, which is never granted.
  if (headers['content-type']?.toLowerCase() !== MEDIA.bytes)
    return { refused: wrongRequest(415, `its Content-Type is not ${MEDIA.bytes}`, { accept: MEDIA.bytes }) };
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    return { refused: wrongRequest(415, 'its Content-Encoding is not identity') };
  if (isOpen || length === undefined || !/^\d{1,15}$/.test(length))
    return { refused: wrongRequest(411, 'it does not say its Content-Length') };
  const size = Number(length);
  if (size <= route.body) return { bodyBytes: size };
  const error = new FerryError('MESSAGE_TOO_LARGE', { where: SERVICE, size, limit: route.body });
  return { refused: refusal(413, error) };
}
