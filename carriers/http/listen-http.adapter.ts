import http from 'node:http';
import type net from 'node:net';
import { FerryError } from '../../container/errors.ts';
import type { BodyRoom } from '../../container/wire/body-room.ts';
import { networkWords } from '../network-words.ts';
import type { ServerLimits, ServerLog } from '../server/server-port.ts';
import { type Listening, listening } from '../socket/listen-socket.adapter.ts';
import type { Connections } from '../stream/connections.ts';
import type { DeviceService } from './device-service.ts';
import { type HttpAnswer, refusal, SERVICE, wrongRequest } from './http-message.ts';
import { rawAnswer } from './raw-answer.ts';
import { readBody } from './read-body.adapter.ts';
import { headOf, MOST_HEADERS } from './request-head.ts';

/** What a device service shares with the other carriers of its container. */
export interface HttpServing {
  readonly service: DeviceService;
  readonly log: ServerLog;
  readonly limits: ServerLimits;
  readonly connections: Connections;
  /** For the bodies of requests. */
  readonly room: BodyRoom;
  /** A number for a connection that was made. */
  number(): number;
}

/** Bytes of all headers of a request together. */
const HEADER_BYTES = 16 * 1024;
/** So many times the time for a pause may a whole request take. */
const WHOLE_REQUEST = 12;

/** Serves the device service at `http://HOST:PORT`. @throws ADDRESS_TAKEN */
export async function listenHttp(url: string, serving: HttpServing): Promise<Listening> {
  const { hostname, port, pathname } = new URL(url);
  if (pathname !== '/') throw new FerryError('ADDRESS_TAKEN', { where: url, why: 'it is served without a path' });
  const server = new HttpServer(serving);
  try {
    await listening(server.server, { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port === '' ? 80 : port) });
  } catch (error) {
    throw new FerryError('ADDRESS_TAKEN', { where: url, why: networkWords(error) }, { cause: error });
  }
  const bound = server.server.address();
  const got = bound === null || typeof bound === 'string' ? port : bound.port;
  return { address: `http://${hostname}:${got}`, close: () => server.close() };
}

interface Connection {
  readonly number: number;
  /** Whether a whole answer went out over it. */
  isServed: boolean;
  answer: 'none' | 'made' | 'sent';
}

class HttpServer {
  readonly server: http.Server;
  readonly #serving: HttpServing;
  readonly #open = new Map<net.Socket, Connection>();
  #isClosing = false;

  constructor(serving: HttpServing) {
    this.#serving = serving;
    const owed = serving.limits.owed * 1000;
    this.server = http.createServer({
      maxHeaderSize: HEADER_BYTES,
      headersTimeout: owed,
      requestTimeout: owed * WHOLE_REQUEST,
      keepAliveTimeout: owed,
      connectionsCheckingInterval: owed / 2,
    });
    // Headers beyond a count are dropped silently by Node, and with them what the gate looks at: they are refused below.
    this.server.maxHeadersCount = 0;
    this.server.timeout = owed;
    this.server.on('connection', (socket) => this.#connected(socket));
    this.server.on('request', (request, response) => this.#take(request, response, false));
    this.server.on('checkContinue', (request, response) => this.#take(request, response, true));
    this.server.on('clientError', (error, socket) => this.#failed(error, socket as net.Socket));
    this.server.on('timeout', (socket) => this.#quiet(socket));
  }

  close(): Promise<void> {
    this.#isClosing = true;
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  #connected(socket: net.Socket): void {
    const { connections, log, number } = this.#serving;
    const connection = number();
    if (!connections.admit(socket)) {
      log.warn('connection.refused', { connection, carrier: 'http', open: connections.size });
      socket.end(rawAnswer(busy()));
      return;
    }
    log.info('connection.opened', { connection, carrier: 'http' });
    this.#open.set(socket, { number: connection, isServed: false, answer: 'none' });
    socket.on('close', () => {
      connections.leave(socket);
      this.#open.delete(socket);
      log.info('connection.closed', { connection });
    });
  }

  #take(request: http.IncomingMessage, response: http.ServerResponse, isAsking: boolean): void {
    const connection = this.#open.get(request.socket);
    if (connection === undefined) {
      request.socket.destroy();
      return;
    }
    response.on('error', () => request.socket.destroy());
    this.#answer(request, response, connection, isAsking).catch((error: unknown) => {
      this.#serving.log.error('request.failed', { connection: connection.number, error });
      request.socket.destroy();
    });
  }

  async #answer(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    connection: Connection,
    isAsking: boolean,
  ): Promise<void> {
    const { service, connections, log, room } = this.#serving;
    const head = headOf(request);
    if (head === undefined) return this.#refuse(response, connection, tooManyHeaders());
    const admission = service.admit(head);
    if ('refused' in admission) return this.#refuse(response, connection, admission.refused);
    if (isAsking) response.writeContinue();
    const body = await readBody(request, room, admission.admitted.bodyBytes);
    if (body === 'gone') return;
    if (body === 'full') return this.#refuse(response, connection, busy());
    connections.note(request.socket, true);
    connection.answer = 'made';
    const told = {
      command: (facts: object) => log.info('command.ended', { connection: connection.number, ...facts }),
      defect: (error: unknown) => log.error('command.failed', { connection: connection.number, error }),
    };
    this.#send(response, connection, await service.answer(admission.admitted, body, told));
  }

  #refuse(response: http.ServerResponse, connection: Connection, answer: HttpAnswer): void {
    this.#serving.log.warn('request.refused', { connection: connection.number, status: answer.status });
    this.#send(response, connection, answer);
  }

  /** What is left of a body that was refused is read and dropped, so that the client gets to see why. */
  #send(response: http.ServerResponse, connection: Connection, { status, headers, body }: HttpAnswer): void {
    connection.answer = 'sent';
    const { socket } = response;
    response.on('finish', () => {
      connection.answer = 'none';
      connection.isServed = true;
      if (socket !== null) this.#serving.connections.note(socket, false);
    });
    response.writeHead(status, this.#isClosing ? { ...headers, connection: 'close' } : headers);
    response.end(body);
  }

  /** A request that never became one. */
  #failed(error: Error & { readonly code?: string }, socket: net.Socket): void {
    const connection = this.#open.get(socket);
    const isHeard = socket.writable && connection?.answer === 'none' && !connection.isServed;
    if (connection === undefined || !isHeard || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const answer = answerToFault(error.code);
    this.#serving.log.warn('request.refused', { connection: connection.number, status: answer.status });
    socket.end(rawAnswer(answer));
  }

  /** Nothing came, or an answer was not taken; what is still being worked at goes on. */
  #quiet(socket: net.Socket): void {
    const connection = this.#open.get(socket);
    if (connection?.answer === 'made') return;
    this.#failed(Object.assign(new Error('nothing came'), { code: TIMEOUT }), socket);
  }
}

const TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT';

function answerToFault(code: string | undefined): HttpAnswer {
  if (code === TIMEOUT) return wrongRequest(408, 'it did not arrive in time');
  if (code === 'HPE_HEADER_OVERFLOW') return wrongRequest(431, `its headers have more than ${HEADER_BYTES} bytes`);
  return wrongRequest(400, 'it is not HTTP');
}

function tooManyHeaders(): HttpAnswer {
  return wrongRequest(431, `it has more than ${MOST_HEADERS} headers`);
}

function busy(): HttpAnswer {
  return refusal(503, new FerryError('CARRIER_BUSY', { where: SERVICE }), { 'retry-after': '5' });
}
