import path from 'node:path';
import { openCarrier } from '../../carriers/open-carrier.ts';
import type { Listing } from '../../container/commands/list.ts';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { steadyClock, systemEnv } from '../../container/crypto/native/system-env.adapter.ts';
import { type MoveStores, moveStores } from '../../host/cli/move-places.adapter.ts';
import { unfinishedMoves } from '../../state-machines/index.ts';
import { FerryWorld } from '../end-to-end/ferry-world.ts';
import { ServedFerry } from '../end-to-end/served-ferry.ts';

export const PLACES = ['dongle', 'device', 'other'] as const;
export type Place = (typeof PLACES)[number];

export const PRODUCTS = [1001, 1002] as const;
/** Seats of each product that the vendor granted, all in all. */
export const SEATS = 12;

/** A dongle with two products and two devices, each served by a process of its own that may be killed. */
export class ServedWorld {
  readonly ferry = new FerryWorld();
  readonly #carrier: 'unix' | 'tcp';
  readonly #served = new Map<Place, ServedFerry>();
  readonly #addresses = new Map<Place, string>();

  constructor(carrier: 'unix' | 'tcp') {
    this.#carrier = carrier;
  }

  async setUp(): Promise<void> {
    const { ferry } = this;
    ferry.must('dongle', 'create', 'dongle', '--serial', '3-1234567');
    ferry.must('device', 'create', 'device', '--serial', '130-2459324738');
    ferry.must('device', 'create', 'other', '--serial', '130-1000000001');
    ferry.must('central', 'init', 'vendor', '--firm', '6000010:Example Automation');
    for (const product of PRODUCTS)
      ferry.must('central', 'issue', 'vendor', '--to', 'sim:dongle', '--item', `6000010:${product}x${SEATS}`);
    ferry.must('move', '--from', 'central:vendor', '--to', 'sim:dongle', '--all');
    for (const place of PLACES) await this.start(place);
  }

  /** Serves one again, where it was served before. */
  async start(place: Place): Promise<void> {
    if (this.#served.get(place)?.isRunning) return;
    const fresh = this.#carrier === 'tcp' ? 'tcp://127.0.0.1:0' : `unix:${path.join(this.ferry.folder, place)}.sock`;
    const kind = place === 'dongle' ? 'dongle' : 'device';
    const served = await ServedFerry.start(kind, path.join(this.ferry.folder, place), [
      this.#addresses.get(place) ?? fresh,
    ]);
    this.#served.set(place, served);
    this.#addresses.set(place, served.address);
  }

  async kill(place: Place): Promise<void> {
    await this.#served.get(place)?.kill();
  }

  address(place: Place): string {
    const address = this.#addresses.get(place);
    if (address === undefined) throw new Error(`${place} was never served`);
    return address;
  }

  async listing(place: Place): Promise<Listing> {
    const env = { crypto: nativeCrypto(), random: systemEnv().random, clock: steadyClock, patience: 30 };
    const client = openCarrier(this.address(place), env);
    try {
      return await client.call('list', {});
    } finally {
      await client.close();
    }
  }

  /** Whether an unfinished move is kept. */
  async keepsAny(): Promise<boolean> {
    return (await this.#moves().store.ids()).length > 0;
  }

  #moves(): MoveStores {
    return moveStores(path.join(this.ferry.folder, 'state'));
  }

  /** Those of which an unfinished move is kept. @throws Error when something that is kept cannot be read */
  async keptOf<O extends { readonly from: Place; readonly to: Place }>(orders: readonly O[]): Promise<readonly O[]> {
    const { store, notebook } = this.#moves();
    const moves = await unfinishedMoves(store, notebook);
    const damaged = moves.find(({ failure }) => failure !== null);
    if (damaged !== undefined) throw new Error(`what is kept of a move cannot be read: ${damaged.failure?.code}`);
    return orders.filter(({ from, to }) =>
      moves.some(({ note }) => note?.from === this.address(from) && note.to === this.address(to)),
    );
  }

  /** Ends every process. @returns exit codes, all 0 when each was able to end well */
  async end(): Promise<readonly (number | null)[]> {
    const exits = await Promise.all([...this.#served.values()].map((served) => served.stop()));
    this.ferry.remove();
    return exits;
  }
}
