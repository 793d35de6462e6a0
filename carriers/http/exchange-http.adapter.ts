import http from 'node:http';
import { FerryError } from '../../container/errors.ts';
import { isLate, type Pace } from '../../container/wire/pace.ts';
import { networkWords } from '../network-words.ts';
import { QuietTimer } from '../stream/quiet-timer.adapter.ts';
import { collectBody } from './collect-body.ts';
import type { Exchange, HttpRequest } from './http-client.ts';
import type { HttpAnswer } from './http-message.ts';

const HEADER_BYTES = 16 * 1024;

/**
 * Requests over connections of their own: no redirects, no proxies, nothing kept.
 *
 * @param where the service in errors
 * @param pace how slow the service may be
 */
export function exchangeHttp(where: string, pace: Pace): Exchange {
  return (asked) => new OneExchange(asked, where, pace).answer();
}

class OneExchange {
  readonly #asked: HttpRequest;
  readonly #where: string;
  readonly #pace: Pace;
  readonly #timer = new QuietTimer();
  #isConnected = false;

  constructor(asked: HttpRequest, where: string, pace: Pace) {
    this.#asked = asked;
    this.#where = where;
    this.#pace = pace;
  }

  async answer(): Promise<HttpAnswer> {
    const { method, url, headers, body } = this.#asked;
    const request = http.request(url, { method, headers, agent: false, maxHeaderSize: HEADER_BYTES });
    try {
      return await new Promise<HttpAnswer>((resolve, reject) => {
        const fail = (error: unknown): void => reject(this.#failure(error));
        const { patience, rate } = this.#pace;
        const wait = (seconds: number): void =>
          this.#timer.start(seconds, () => reject(new FerryError('CARRIER_TIMEOUT', { where: this.#where, seconds })));
        const answering = (): void => wait(patience);
        // What was written may be on its way still.
        const sending = (): void => wait(patience + Math.ceil(body.length / rate));
        wait(patience);
        request.on('socket', (socket) => {
          socket.on('connect', () => {
            this.#isConnected = true;
            sending();
          });
          socket.on('drain', sending);
        });
        request.on('error', fail);
        request.on('response', (response) => {
          answering();
          this.#read(response, answering).then(resolve, fail);
        });
        request.end(body);
      });
    } finally {
      this.#timer.stop();
      request.destroy();
    }
  }

  async #read(response: http.IncomingMessage, arrived: () => void): Promise<HttpAnswer> {
    const { answerBytes } = this.#asked;
    const since = this.#pace.now();
    const body = await collectBody(response, answerBytes, (size) => {
      arrived();
      if (isLate(this.#pace, since, size)) throw new FerryError('CARRIER_SLOW', { where: this.#where });
    });
    if (body === undefined) throw this.#garbled(`it answers with more than ${answerBytes} bytes`);
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name, String(value).toLowerCase()]),
    );
    return { status: response.statusCode ?? 0, headers, body };
  }

  #failure(error: unknown): FerryError {
    if (error instanceof FerryError) return error;
    const code = (error as { readonly code?: unknown }).code;
    if (typeof code === 'string' && code.startsWith('HPE_')) return this.#garbled('it is not HTTP');
    const told = { where: this.#where, why: networkWords(error) };
    return new FerryError(this.#isConnected ? 'CARRIER_LOST' : 'CARRIER_UNREACHABLE', told, { cause: error });
  }

  #garbled(why: string): FerryError {
    return new FerryError('CARRIER_GARBLED', { where: this.#where, why });
  }
}
