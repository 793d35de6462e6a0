import { applyReport } from '../../container/commands/apply.ts';
import type { ContainerClient } from '../../container/commands/client.ts';
import type { RequestTo, ResponseTo } from '../../container/commands/codecs-of.ts';
import { contextCommand } from '../../container/commands/context.ts';
import type { CommandName } from '../../container/commands/index.ts';
import { listing } from '../../container/commands/list.ts';
import { FerryError } from '../../container/errors.ts';
import type { Codec } from '../../container/files/codec.ts';
import { NO_BYTES } from '../../container/model/bytes.ts';
import { wrongAddress } from '../address.ts';
import { errorIn } from './error-document.ts';
import { type HttpAnswer, MEDIA } from './http-message.ts';
import { serialsIn } from './serials-document.ts';

/** A request of the client's. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Bytes that the answer may have. */
  readonly answerBytes: number;
}

/** Makes one request. @throws CARRIER_UNREACHABLE, CARRIER_LOST, CARRIER_TIMEOUT, CARRIER_GARBLED */
export type Exchange = (request: HttpRequest) => Promise<HttpAnswer>;

/** Bytes of the longest answers: a whole listing, and what is short. */
const LONG_ANSWER = 64 * 1024 * 1024;
const SHORT_ANSWER = 1024 * 1024;
const MOST_NAMED = 8;

/**
 * The container of a device service as a client: `list`, `context` and `apply`, one request each. The service is not
 * trusted: whatever it answers is bounded and checked.
 */
export class HttpClient implements ContainerClient {
  readonly #url: string;
  readonly #exchange: Exchange;
  #container: string | undefined;

  /** @param url of the service, or of one of its containers: `.../containers/130-1234567` */
  constructor(url: string, exchange: Exchange) {
    this.#url = url;
    this.#exchange = exchange;
    if (/\/containers\/\d{1,5}-\d{1,10}$/.test(url)) this.#container = url;
  }

  /** @throws COMMAND_NOT_OFFERED, ADDRESS_WRONG when several containers are served there, NO_CONTAINER */
  async call<N extends CommandName>(name: N, request: RequestTo<N>): Promise<ResponseTo<N>> {
    const answer = await this.#carryOut(name, request as never);
    return answer as ResponseTo<N>;
  }

  async close(): Promise<void> {
    // Each request has a connection of its own, which ends with it.
  }

  #carryOut(name: CommandName, request: unknown): Promise<unknown> {
    switch (name) {
      case 'list':
        return this.#ask({ method: 'GET', path: '' }, NO_BYTES, listing);
      case 'context':
        return this.#context(request as RequestTo<'context'>);
      case 'apply':
        return this.#ask({ method: 'PUT', path: '/update' }, (request as RequestTo<'apply'>).update, applyReport);
      default:
        throw new FerryError('COMMAND_NOT_OFFERED', { where: this.#url, command: name });
    }
  }

  async #context({ certificate, firmCode }: RequestTo<'context'>): Promise<ResponseTo<'context'>> {
    // Over HTTP nobody cannot be named; the answer is the one that a container gives.
    if (certificate === null && firmCode === null)
      throw new FerryError('ISSUER_UNKNOWN', { here: this.#url, issuer: 'firm (none)' });
    const query = certificate === null && firmCode !== null ? `?firm=${firmCode}` : '';
    return this.#ask({ method: 'POST', path: `/context${query}` }, certificate ?? NO_BYTES, contextCommand.response);
  }

  async #ask<T>(
    { method, path }: { readonly method: HttpRequest['method']; readonly path: string },
    body: Uint8Array,
    codec: Codec<T>,
  ): Promise<T> {
    const url = `${await this.#whichContainer()}${path}`;
    const answer = await this.#send({ method, url, body, accept: MEDIA.answer, answerBytes: LONG_ANSWER });
    const read = codec.decode(answer.body);
    if (read.ok) return read.value;
    throw this.#garbled(String(read.details.what));
  }

  /** The one container that is served there, found out once. */
  async #whichContainer(): Promise<string> {
    if (this.#container !== undefined) return this.#container;
    const url = `${this.#url}/containers`;
    const found = await this.#send({
      method: 'GET',
      url,
      body: NO_BYTES,
      accept: MEDIA.json,
      answerBytes: SHORT_ANSWER,
    });
    const serials = serialsIn(found.body);
    if (serials === undefined) throw this.#garbled('it is no list of serial numbers');
    const [one, ...others] = serials;
    if (one === undefined) throw new FerryError('NO_CONTAINER', { where: this.#url });
    if (others.length > 0) {
      const named = serials.slice(0, MOST_NAMED).join(', ');
      const why = `${serials.length} containers are served there; add /containers/SERIAL with one of ${named}`;
      throw wrongAddress(this.#url, why, ['http://HOST/containers/SERIAL']);
    }
    this.#container = `${url}/${one}`;
    return this.#container;
  }

  async #send({
    method,
    url,
    body,
    accept,
    answerBytes,
  }: Omit<HttpRequest, 'headers'> & { readonly accept: string }): Promise<HttpAnswer> {
    const sent = method === 'GET' ? {} : { 'content-type': MEDIA.bytes, 'content-length': String(body.length) };
    const answer = await this.#exchange({ method, url, body, answerBytes, headers: { accept, ...sent } });
    const media = answer.headers['content-type']?.split(';')[0]?.trim();
    if (answer.status === 200) {
      if (media === accept) return answer;
      throw this.#garbled(`it answers with ${media === undefined ? 'no media type' : 'another media type'}`);
    }
    const isError = answer.status >= 400 && media === MEDIA.json;
    const error = isError ? errorIn(answer.body, this.#url) : undefined;
    throw error ?? this.#garbled(`it answers with HTTP status ${answer.status}`);
  }

  #garbled(why: string): FerryError {
    return new FerryError('CARRIER_GARBLED', { where: this.#url, why });
  }
}
