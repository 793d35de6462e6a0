import { randomBytes, timingSafeEqual } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import type net from 'node:net';
import { gate } from '../../carriers/http/request-gate.ts';
import { headOf } from '../../carriers/http/request-head.ts';
import { networkWords } from '../../carriers/network-words.ts';
import { rareWarnings } from '../../carriers/server/rare-warnings.ts';
import type { ServerLog } from '../../carriers/server/server-port.ts';
import { type Listening, listening } from '../../carriers/socket/listen-socket.adapter.ts';
import { Connections } from '../../carriers/stream/connections.ts';
import { steadyClock } from '../../container/crypto/native/system-env.adapter.ts';
import { FerryError } from '../../container/errors.ts';
import { LONGEST_FAULT_MESSAGE } from '../usb/faults/fault-messages.ts';
import type { Panel } from './panel.ts';

/** The page as it is built, seen from here and from the built program alike. */
const PAGE = new URL('../../dist/panel/', import.meta.url);

const FILES: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '': { file: 'index.html', type: 'text/html; charset=utf-8' },
  'panel.css': { file: 'panel.css', type: 'text/css; charset=utf-8' },
  'panel.js': { file: 'panel.js', type: 'text/javascript; charset=utf-8' },
};

/** Nothing of it is kept, shown inside another page, or may load anything from elsewhere. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Milliseconds between two looks at what there is to show. */
const TICK = 200;
/** Connections at a time. A newcomer takes the place of one over which nobody has shown the secret. */
const MOST_CONNECTIONS = 32;
const TOKEN_BYTES = 18;
/** Milliseconds in which a request has to come whole. */
const PATIENCE = 10_000;

/**
 * Serves the front panel. Its address has a secret in its path: whoever does not know it finds nothing there.
 *
 * @throws ADDRESS_TAKEN
 */
export async function listenPanel(
  { host, port }: { readonly host: string; readonly port: number },
  panel: Panel,
  log: ServerLog,
): Promise<Listening> {
  const served = new PanelServer({
    panel,
    token: randomBytes(TOKEN_BYTES).toString('base64url'),
    names: new Set([host.toLowerCase()]),
    log: rareWarnings(log, steadyClock),
  });
  const shownHost = host.includes(':') ? `[${host}]` : host;
  try {
    await listening(served.server, { host, port });
  } catch (error) {
    const where = `http://${shownHost}:${port}`;
    throw new FerryError('ADDRESS_TAKEN', { where, why: networkWords(error) }, { cause: error });
  }
  const bound = served.server.address();
  const got = bound === null || typeof bound === 'string' ? port : bound.port;
  return { address: `http://${shownHost}:${got}/${served.token}/`, close: () => served.close() };
}

interface PanelServing {
  readonly panel: Panel;
  readonly token: string;
  /** Under which it may be asked for beside `localhost` and IP addresses, in small letters. */
  readonly names: ReadonlySet<string>;
  readonly log: ServerLog;
}

class PanelServer {
  readonly server: http.Server;
  readonly token: string;
  readonly #panel: Panel;
  readonly #names: ReadonlySet<string>;
  readonly #log: ServerLog;
  readonly #connections = new Connections(MOST_CONNECTIONS);
  readonly #watchers = new Set<http.ServerResponse>();
  #timer: NodeJS.Timeout | undefined;
  #last = '';

  constructor({ panel, token, names, log }: PanelServing) {
    this.#panel = panel;
    this.token = token;
    this.#names = names;
    this.#log = log;
    this.server = http.createServer(
      { headersTimeout: PATIENCE, requestTimeout: PATIENCE, maxHeaderSize: 16 * 1024 },
      (request, response) => {
        this.#answer(request, response).catch((error: unknown) => {
          log.error('panel.failed', { error });
          response.destroy();
        });
      },
    );
    this.server.on('connection', (socket) => this.#connected(socket));
  }

  close(): Promise<void> {
    clearInterval(this.#timer);
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  #connected(socket: net.Socket): void {
    if (!this.#connections.admit(socket)) {
      this.#log.warn('connection.refused', { carrier: 'panel', open: this.#connections.size });
      socket.destroy();
      return;
    }
    socket.on('close', () => this.#connections.leave(socket));
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const head = headOf(request);
    const refused = head === undefined ? undefined : gate(head, this.#names);
    if (head === undefined || refused !== undefined) {
      this.#refuse(response, refused?.status ?? 431);
      return;
    }
    const [, token = '', name, ...more] = head.target.split('/');
    if (!this.#isToken(token) || name === undefined || more.length > 0) {
      this.#refuse(response, 404);
      return;
    }
    const { socket } = request;
    this.#connections.note(socket, true);
    response.on('finish', () => this.#connections.note(socket, false));
    if (name === 'do') await this.#act(request, response, head.headers['content-type']);
    else if (request.method !== 'GET') this.#refuse(response, 405);
    else if (name === 'events') await this.#watch(response);
    else this.#give(response, name);
  }

  #isToken(text: string): boolean {
    const [given, wanted] = [Buffer.from(text), Buffer.from(this.token)];
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  #give(response: http.ServerResponse, name: string): void {
    const found = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
    if (found === undefined) {
      this.#refuse(response, 404);
      return;
    }
    response.writeHead(200, { ...HEADERS, 'content-type': found.type });
    response.end(fs.readFileSync(new URL(found.file, PAGE)));
  }

  /** A form of another site cannot send this type without asking first, which is never granted. */
  async #act(request: http.IncomingMessage, response: http.ServerResponse, type: string | undefined): Promise<void> {
    if (request.method !== 'POST' || type !== 'application/json') {
      this.#refuse(response, request.method === 'POST' ? 415 : 405);
      return;
    }
    const body = await bodyOf(request);
    if (body === 'gone') return;
    if (body === 'too long') {
      this.#refuse(response, 413);
      return;
    }
    const answer = this.#panel.act(json(body.toString()));
    response.writeHead(answer.ok ? 200 : 422, { ...HEADERS, 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
    await this.#tell();
  }

  async #watch(response: http.ServerResponse): Promise<void> {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
    this.#watchers.add(response);
    response.on('close', () => {
      this.#watchers.delete(response);
      if (this.#watchers.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    });
    this.#timer ??= setInterval(() => {
      this.#tell().catch((error: unknown) => this.#log.error('panel.failed', { error }));
    }, TICK);
    this.#last = '';
    await this.#tell();
  }

  /** Shows everybody what is new. Who takes too long is told later: there is always something newer. */
  async #tell(): Promise<void> {
    if (this.#watchers.size === 0) return;
    const shown = JSON.stringify(await this.#panel.shown());
    if (shown === this.#last) return;
    this.#last = shown;
    for (const watcher of this.#watchers) {
      if (watcher.writableNeedDrain) this.#last = '';
      else watcher.write(`data: ${shown}\n\n`);
    }
  }

  #refuse(response: http.ServerResponse, status: number): void {
    this.#log.warn('panel.refused', { status });
    response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=us-ascii', connection: 'close' });
    response.end(`${status} ${http.STATUS_CODES[status] ?? ''}\n`);
  }
}

/** What a request brings. `gone`: whoever sent it has left in the middle, and hears no answer. */
async function bodyOf(request: http.IncomingMessage): Promise<Buffer | 'gone' | 'too long'> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of request.iterator({ destroyOnReturn: false })) {
      pieces.push(piece);
      length += piece.length;
      if (length > LONGEST_FAULT_MESSAGE) return 'too long';
    }
  } catch (error) {
    if (request.destroyed) return 'gone';
    throw error;
  }
  return Buffer.concat(pieces);
}

/** Undefined for what is no JSON. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
