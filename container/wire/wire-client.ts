import type { ContainerClient } from '../commands/client.ts';
import { codecsOf, type RequestTo, type ResponseTo } from '../commands/codecs-of.ts';
import type { CommandName } from '../commands/index.ts';
import { FerryError } from '../errors.ts';
import { type BytePipe, PipeCaller, type PipeOptions } from './call-over-pipe.ts';
import { Transfer } from './transfer.ts';

/** A served container, and how to reach it. */
export interface WireAddress extends PipeOptions {
  /** Opens a way to it. @throws CARRIER_UNREACHABLE and what the carrier throws */
  open(): Promise<BytePipe>;
}

/** After these, another way to the other side may go on. */
const BROKEN: ReadonlySet<string> = new Set(['CARRIER_LOST', 'CARRIER_TIMEOUT', 'CARRIER_GARBLED', 'BODY_GONE']);

/** After these, this way is not gone on with. */
const OVER: ReadonlySet<string> = new Set([...BROKEN, 'CARRIER_SLOW']);

/**
 * A served container as a client. It connects with the first call, and makes one call at a time.
 *
 * A call whose connection breaks goes on over a new one as long as each brings the carried files further, and begins again
 * once when it was made over a connection that had been idle. Otherwise it fails. A command that is more when it is carried
 * out twice fails at once, with OUTCOME_UNKNOWN. One that takes too long, over however many connections, fails with CARRIER_SLOW.
 */
export class WireClient implements ContainerClient {
  readonly #address: WireAddress;
  #caller: PipeCaller | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(address: WireAddress) {
    this.#address = address;
  }

  call<N extends CommandName>(name: N, request: RequestTo<N>): Promise<ResponseTo<N>> {
    const { code, once, request: encoder, response } = codecsOf(name);
    const bytes = encoder.encode(request);
    const carry = () => (once ? this.#carryOnce(name, code, bytes) : this.#carry(code, bytes));
    const turn = this.#last.then(carry, carry);
    this.#last = turn;
    return turn.then((answer) => {
      const read = response.decode(answer);
      if (read.ok) return read.value;
      throw new FerryError('CARRIER_GARBLED', { where: this.#address.where, why: String(read.details.what) });
    });
  }

  /** Ends a call that is under way, too: it rejects with CARRIER_LOST, as every later one does. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#leave();
  }

  async #leave(): Promise<void> {
    const caller = this.#caller;
    this.#caller = undefined;
    await caller?.close();
  }

  async #carryOnce(name: CommandName, command: number, request: Uint8Array): Promise<Uint8Array> {
    const caller = await this.#reach();
    try {
      return await caller.call(command, request, new Transfer());
    } catch (error) {
      if (!(error instanceof FerryError) || !OVER.has(error.code)) throw error;
      await this.#leave();
      throw new FerryError('OUTCOME_UNKNOWN', { where: this.#address.where, command: name }, { cause: error });
    }
  }

  async #carry(command: number, request: Uint8Array): Promise<Uint8Array> {
    let transfer = new Transfer();
    let isIdle = this.#caller !== undefined;
    for (;;) {
      const caller = await this.#reach();
      const before = transfer.progress;
      try {
        return await caller.call(command, request, transfer);
      } catch (error) {
        if (!(error instanceof FerryError) || !OVER.has(error.code)) throw error;
        await this.#leave();
        if (!BROKEN.has(error.code)) throw error;
        if (error.code === 'BODY_GONE') transfer.part = undefined;
        if (this.#isClosed || (transfer.progress === before && !isIdle)) throw error;
        // What the idle connection took to be found broken is not the new one's.
        if (transfer.progress === before) transfer = new Transfer();
        isIdle = false;
      }
    }
  }

  async #reach(): Promise<PipeCaller> {
    if (this.#isClosed) throw this.#closedHere();
    if (this.#caller !== undefined) return this.#caller;
    const pipe = await this.#address.open();
    try {
      const caller = await PipeCaller.open(pipe, this.#address);
      if (this.#isClosed) throw this.#closedHere();
      this.#caller = caller;
      return caller;
    } catch (error) {
      await pipe.close(error instanceof FerryError ? error : undefined);
      throw error;
    }
  }

  #closedHere(): FerryError {
    return new FerryError('CARRIER_LOST', { where: this.#address.where, why: 'it was closed here' });
  }
}
