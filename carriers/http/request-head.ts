import type { IncomingMessage } from 'node:http';
import type { RequestHead } from './http-message.ts';

export const MOST_HEADERS = 64;

/** The head of a request as Node read it; undefined when it has too many headers. */
export function headOf({ method, url, rawHeaders }: IncomingMessage): RequestHead | undefined {
  if (rawHeaders.length > 2 * MOST_HEADERS) return undefined;
  const headers: Record<string, string> = Object.create(null);
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    const value = rawHeaders[at + 1] ?? '';
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return { method: method ?? '', target: url ?? '', headers };
}
