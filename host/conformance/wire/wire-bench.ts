import type { Listing } from '../../../container/commands/list.ts';
import { FerryError } from '../../../container/errors.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { ConnectionLost } from '../asked-container.ts';
import type { Bench } from '../bench.ts';
import { CaseFailure, CaseSkipped, holds, same } from '../check.ts';
import type { CaseFamily } from '../conformance-case.ts';
import { callFrame, helloFrame, nameOf, RawConnection } from './raw-connection.ts';
import type { WireDoor } from './wire-door.ts';

/** Where a conversation is hostile: with its first bytes, or after its welcome. */
export type Place = 'first' | 'greeted';

/** Number of a call that comes after all others of a case. */
const LATER = 0x7fff;

/** What a case of the wire works with: connections of its own, beside the bench of the three transactions. */
export class WireBench {
  readonly bench: Bench;
  readonly door: WireDoor;
  readonly #connections: RawConnection[] = [];
  #before: Promise<Listing> | undefined;
  #servesSeveral: boolean | undefined;
  /** A connection that is welcome again after what ended its conversation. */
  #line: RawConnection | undefined;

  constructor(bench: Bench, door: WireDoor) {
    this.bench = bench;
    this.door = door;
  }

  /** Opens a connection; nothing is said yet. From the first one of a case on, nothing in the container may change. */
  async connect(): Promise<RawConnection> {
    await this.#remember();
    await this.#leaveLine();
    const opened = await this.#opened();
    if (opened instanceof FerryError) throw new CaseFailure('a new connection', 'accepted', opened.message);
    return opened;
  }

  /** Opens one more connection beside others; undefined where the container has enough of them. */
  async tried(): Promise<RawConnection | undefined> {
    await this.#remember();
    const opened = await this.#opened();
    return opened instanceof FerryError ? undefined : opened;
  }

  /** Connections may be opened at the same time. */
  #remember(): Promise<Listing> {
    this.#before ??= this.listedFreshly();
    return this.#before;
  }

  async #opened(): Promise<RawConnection | FerryError> {
    try {
      const { random } = this.bench.tools.env;
      const connection = new RawConnection(await this.door.open(), { patience: this.door.patience, random });
      this.#connections.push(connection);
      return connection;
    } catch (error) {
      if (error instanceof FerryError) return error;
      throw error;
    }
  }

  /** There may be no other connection beside a line. */
  async #leaveLine(): Promise<void> {
    await this.#line?.close();
    this.#line = undefined;
  }

  /** Opens a connection that was welcome. */
  async greeted(): Promise<RawConnection> {
    const connection = await this.connect();
    await connection.greet();
    return connection;
  }

  /** The listing, asked for by an ordinary client over a connection of its own. */
  async listedFreshly(): Promise<Listing> {
    await this.door.release();
    const listing = await this.bench.list();
    await this.door.release();
    return listing;
  }

  /** An ordinary client that comes now is served, and finds what was there before. @throws CaseFailure */
  async servesOthers(): Promise<void> {
    const before = await this.#remember();
    same('the listing', await this.listedFreshly(), before);
  }

  /** @throws CaseSkipped where a connection has no other beside it, as with a program that is the container's one writer */
  async needsSeveral(): Promise<void> {
    if (!this.door.isLine) return;
    this.#servesSeveral ??= await this.#probe();
    if (!this.#servesSeveral) throw new CaseSkipped('at this address there is one connection at a time');
  }

  async #probe(): Promise<boolean> {
    await this.greeted();
    try {
      await this.greeted();
      return true;
    } catch (error) {
      if (error instanceof CaseFailure) return false;
      throw error;
    } finally {
      await this.closeAll();
    }
  }

  /**
   * The conversation is over: a failure of call 0 says so, and nothing more is answered before another hello.
   *
   * @returns whether the connection is open still, and was welcome again
   * @throws CaseFailure
   */
  async ends(connection: RawConnection): Promise<boolean> {
    if (!this.door.isLine) connection.fails(await connection.expect('failure', 0));
    const nonce = connection.nonce();
    await connection.send(callFrame(LATER, 'list', {}), helloFrame(nonce));
    for (;;) {
      const frame = await connection.next('the end of the connection');
      if (frame === undefined) return false;
      if (frame.kind === 'failure' && frame.call === 0) {
        connection.fails(frame);
        continue;
      }
      same('the next frame', nameOf(frame), '"welcome" of call 0');
      connection.welcomes(frame, nonce);
      return true;
    }
  }

  /** A conversation that begins with these bytes, or has them after its welcome, is over. @throws CaseFailure */
  async endsAfter(bytes: Uint8Array, places: readonly Place[] = ['first', 'greeted']): Promise<void> {
    for (const place of places) {
      const connection = place === 'first' ? await this.connect() : (this.#line ?? (await this.greeted()));
      this.#line = undefined;
      await connection.send(bytes);
      // A line is used on: each connection may be a program that has to be started.
      if ((await this.ends(connection)) && this.door.isLine && place === 'greeted') this.#line = connection;
      else await connection.close();
    }
  }

  /** Closes all connections of a case; an ordinary client is served then, and nothing was changed. @throws CaseFailure */
  async finish(): Promise<void> {
    await this.closeAll();
    if (this.#before !== undefined) await this.servesOthers();
    this.#before = undefined;
  }

  async closeAll(): Promise<void> {
    this.#line = undefined;
    await Promise.all(this.#connections.splice(0).map((connection) => connection.close()));
  }

  /** After a case that failed. */
  forget(): void {
    this.#before = undefined;
  }

  hashOf(body: Uint8Array): Hash {
    return toHex(this.bench.tools.crypto.sha256(body)) as Hash;
  }
}

/** The families with cases that leave no connection behind, and after which an ordinary client is served as before. */
export function guarded(families: readonly CaseFamily<WireBench>[]): readonly CaseFamily<WireBench>[] {
  return families.map((family) => ({
    ...family,
    cases: family.cases.map((one) => ({
      ...one,
      run: async (wire: WireBench) => {
        try {
          await one.run(wire);
          await wire.finish();
        } catch (error) {
          await wire.closeAll();
          wire.forget();
          if (error instanceof ConnectionLost)
            throw new CaseFailure('an ordinary client', 'served', `refused: ${error.cause.message}`);
          throw error;
        }
      },
    })),
  }));
}

/** An update file of that many bytes that the container has taken already; taking it again changes nothing. */
export async function takenFile(bench: Bench, make: () => Uint8Array): Promise<Uint8Array> {
  const { firm } = bench;
  await bench.takes(firm, []);
  const before = firm.issued;
  const file = make();
  await bench.takes(firm, new Array<'CANCELLED'>(firm.issued - before).fill('CANCELLED'), { file });
  holds(firm.issued > before, 'entries of the file', 'some', 'none');
  return file;
}
