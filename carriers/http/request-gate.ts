import { FerryError } from '../../container/errors.ts';
import { type HttpAnswer, type RequestHead, refusal, SERVICE, wrongRequest } from './http-message.ts';

/**
 * Keeps out what a page of another site makes a browser send: requests under a foreign name that leads to this computer (DNS
 * rebinding), and requests across sites.
 *
 * @param names under which the service may be asked for beside `localhost` and IP addresses, in small letters
 * @returns the answer to a request that is kept out
 */
export function gate({ headers }: RequestHead, names: ReadonlySet<string>): HttpAnswer | undefined {
  const host = headers.host?.toLowerCase();
  if (host === undefined || host === '') return wrongRequest(400, 'it has no Host header');
  const name = hostName(host);
  if (name === undefined) return wrongRequest(400, 'its Host header is no host');
  if (name !== 'localhost' && !isAddress(name) && !names.has(name))
    return forbidden(421, `it is not served under the name ${name}`);
  const { origin } = headers;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host}`)
    return forbidden(403, 'it was made by a page of another site');
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return forbidden(403, 'it was made by a page of another site');
  return undefined;
}

function forbidden(status: number, why: string): HttpAnswer {
  return refusal(status, new FerryError('REQUEST_FORBIDDEN', { where: SERVICE, why }));
}

/** The name in `NAME:PORT`, without the dot that may end it. */
function hostName(host: string): string | undefined {
  const found = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::\d{1,5})?$/.exec(host);
  return found?.[1]?.replace(/\.$/, '');
}

/** An address cannot be made to lead elsewhere, so nothing is rebound by it. */
function isAddress(name: string): boolean {
  return name.startsWith('[') || /^(\d{1,3}\.){3}\d{1,3}$/.test(name);
}
