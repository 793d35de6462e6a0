import { FORMAT } from '../../container/model/limits.ts';
import { MEDIA, type Media } from './http-message.ts';

/** What the device service does: the three transactions and nothing else. */
export type Action = 'serials' | 'listing' | 'known-context' | 'context' | 'apply';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly action: Action;
  /** Bytes of the request's body at most; undefined: it has none. */
  readonly body?: number;
  /** Whether the query may name a firm. */
  readonly firm?: true;
  /** Media types of its answer, the usual one first. */
  readonly offers: readonly Media[];
}

const NAMED = '{serial}';
const ONE = `/containers/${NAMED}`;

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/containers', action: 'serials', offers: [MEDIA.json] },
  { method: 'GET', path: ONE, action: 'listing', offers: [MEDIA.json, MEDIA.answer, MEDIA.bytes] },
  { method: 'GET', path: `${ONE}/context`, action: 'known-context', firm: true, offers: [MEDIA.bytes, MEDIA.text] },
  {
    method: 'POST',
    path: `${ONE}/context`,
    action: 'context',
    firm: true,
    body: 1024,
    offers: [MEDIA.bytes, MEDIA.text, MEDIA.answer],
  },
  {
    method: 'PUT',
    path: `${ONE}/update`,
    action: 'apply',
    // An armored file is a third longer than the file, and has a header.
    body: FORMAT.fileBytes * 1.5,
    offers: [MEDIA.bytes, MEDIA.text, MEDIA.json, MEDIA.answer],
  },
];

/** A path that leads somewhere. */
export interface Found {
  /** The container that it names. */
  readonly serial: string | undefined;
  readonly routes: readonly Route[];
}

/**
 * The routes of a path, for whichever methods. The path is taken as it came: nothing in it is decoded, shortened or
 * forgiven.
 */
export function routesOf(path: string): Found | undefined {
  const serial = /^\/containers\/(\d{1,5}-\d{1,10})(?=\/|$)/.exec(path)?.[1];
  const isThere = (route: Route): boolean =>
    serial === undefined
      ? route.path === path && !path.includes(NAMED)
      : route.path.includes(NAMED) && route.path.replace(NAMED, serial) === path;
  const routes = ROUTES.filter(isThere);
  return routes.length === 0 ? undefined : { serial, routes };
}
