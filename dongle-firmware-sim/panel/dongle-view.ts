import type { Facts } from '../../carriers/server/server-port.ts';
import type { ContainerClient } from '../../container/commands/client.ts';
import type { Listing } from '../../container/commands/list.ts';
import { type ContainerState, stateHash } from '../../container/engine/state.ts';
import { shownOrders } from '../../container/engine/work-orders.ts';
import { FerryError } from '../../container/errors.ts';
import type { FaultBoard, SetFault, Traffic } from '../usb/faults/fault-board.ts';

/** What its light does: nothing out of its socket or without power; it flickers while there is work, and blinks when it is to be found. */
export type Light = 'off' | 'on' | 'working' | 'blinking';

/** Something that happened to a dongle. */
export interface Happened {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** As in the log, `subject.pastTense`. */
  readonly event: string;
  /** Which command, fault or reason. */
  readonly detail: string;
}

/** All that the panel shows of one dongle. JSON. */
export interface ShownDongle {
  readonly serial: string;
  /** Where computers reach it. */
  readonly address: string;
  readonly isPluggedIn: boolean;
  /** The real device that it waits for, if it does. */
  readonly awaited: string | null;
  readonly hasPower: boolean;
  /** Whether a computer has it. */
  readonly hasHost: boolean;
  readonly light: Light;
  /** Whether its state does not match its anchor, or was proven to be set back. */
  readonly isLocked: boolean;
  readonly freeMemory: number;
  readonly capacity: number;
  readonly items: readonly ShownItem[];
  readonly transit: readonly ShownTransit[];
  readonly orders: readonly ShownWorkOrder[];
  readonly traffic: Traffic;
  readonly faults: readonly SetFault[];
  /** Latest first. */
  readonly happened: readonly Happened[];
}

interface ShownItem {
  readonly firmCode: number;
  readonly firm: string;
  readonly productCode: number;
  readonly text: string;
  readonly held: number;
  readonly pending: number;
}

interface ShownTransit {
  /** Serial number of the target. */
  readonly target: string;
  readonly sequence: number;
  readonly firmCode: number;
  readonly seats: number;
  readonly isCancelled: boolean;
}

interface ShownWorkOrder {
  readonly id: number;
  /** As items are written: FIRM:PRODUCTxN. */
  readonly items: readonly string[];
  readonly served: number;
  readonly most: number;
}

export interface DongleViewOptions {
  readonly serial: string;
  readonly address: string;
  readonly client: ContainerClient;
  readonly state: () => ContainerState;
  readonly faults: FaultBoard;
  /** Milliseconds since 1970. */
  readonly time: () => number;
}

/** How many of the latest are shown. */
const MOST_HAPPENED = 40;
/** Milliseconds for which its light shows what has happened. */
const FLICKER = 400;
const BLINK = 3000;
/** What happens to a dongle beside faults, of all that its log tells. */
const OF_INTEREST = /^(command|led|mail|volume|container|fault)\./;

/** Watches one dongle for the panel. */
export class DongleView {
  readonly #options: DongleViewOptions;
  #happened: readonly Happened[] = [];
  #hasHost = false;
  #isMailOpen = false;
  #blinkedAt = Number.NEGATIVE_INFINITY;
  #workedAt = Number.NEGATIVE_INFINITY;
  #moved = 0;
  #asking: Promise<void> | undefined;
  #listed: { readonly hash: string; readonly listing: Listing } | undefined;

  constructor(options: DongleViewOptions) {
    this.#options = options;
  }

  /** A computer takes it, or is gone. */
  hosted(isThere: boolean): void {
    this.#hasHost = isThere;
    this.#add(isThere ? 'computer.attached' : 'computer.detached', '');
  }

  /** What the log of the dongle tells. */
  told(event: string, facts: Facts = {}): void {
    if (event === 'led.blinked') this.#blinkedAt = this.#options.time();
    if (event.startsWith('mail.')) this.#isMailOpen = event === 'mail.opened';
    if (event === 'command.ended') this.#workedAt = this.#options.time();
    if (OF_INTEREST.test(event)) this.#add(event, detailOf(facts));
  }

  async shown(): Promise<ShownDongle> {
    const { serial, address, faults, state } = this.#options;
    const listing = await this.#listing();
    const { traffic } = faults;
    return {
      serial,
      address,
      isPluggedIn: !faults.isGone,
      awaited: faults.awaited ?? null,
      hasPower: faults.hasPower,
      hasHost: this.#hasHost,
      light: this.#light(traffic),
      isLocked: listing === undefined ? false : listing.locked || listing.rolledBack,
      freeMemory: listing?.freeMemory ?? 0,
      capacity: listing?.capacity ?? 0,
      items: listing === undefined ? [] : itemsOf(listing),
      transit: listing === undefined ? [] : transitOf(listing),
      orders: shownOrders(state()).map(({ id, items, served, most }) => ({
        id,
        items: items.map((one) => `${one.firmCode}:${one.productCode}x${one.quantity}`),
        served: served.length,
        most,
      })),
      traffic,
      faults: faults.list(),
      happened: this.#happened,
    };
  }

  /**
   * Asked for again only where the state is another one, once at a time. Without power nobody asks, and for a slow flash nobody
   * waits who knows something: the other dongles are shown meanwhile.
   */
  async #listing(): Promise<Listing | undefined> {
    const { state, faults } = this.#options;
    const hash = `${stateHash(state())} ${faults.isFull}`;
    if (this.#listed?.hash === hash || !faults.hasPower) return this.#listed?.listing;
    this.#asking ??= this.#ask(hash).finally(() => {
      this.#asking = undefined;
    });
    if (this.#listed === undefined || !faults.isFlashBusy) await this.#asking;
    return this.#listed?.listing;
  }

  async #ask(hash: string): Promise<void> {
    const { client } = this.#options;
    try {
      this.#listed = { hash, listing: await client.call('list', {}) };
    } catch (error) {
      // What is wrong with it, the log says; the panel goes on with what it knew.
      if (!(error instanceof FerryError)) throw error;
    }
  }

  #light({ reportsIn, reportsOut, sectorsRead, sectorsWritten }: Traffic): Light {
    const { faults, time } = this.#options;
    const moved = reportsIn + reportsOut + sectorsRead + sectorsWritten;
    if (moved !== this.#moved) this.#workedAt = time();
    this.#moved = moved;
    if (faults.isGone || faults.awaited !== undefined) return 'off';
    if (time() - this.#blinkedAt < BLINK) return 'blinking';
    return this.#isMailOpen || time() - this.#workedAt < FLICKER ? 'working' : 'on';
  }

  #add(event: string, detail: string): void {
    const one = { at: this.#options.time(), event, detail };
    this.#happened = [one, ...this.#happened].slice(0, MOST_HAPPENED);
  }
}

function detailOf({ command, code, fault }: Facts): string {
  return [command, code, fault].filter((one) => typeof one === 'string').join(': ');
}

function itemsOf({ holdings, firms }: Listing): readonly ShownItem[] {
  return holdings.map(({ firmCode, productCode, text, quantity, pending }) => ({
    firmCode,
    firm: firms.find((firm) => firm.firmCode === firmCode)?.name ?? '',
    productCode,
    text,
    held: quantity,
    pending,
  }));
}

function transitOf({ transit }: Listing): readonly ShownTransit[] {
  return transit.map(({ serial, sequence, firmCode, quantities, cancelled }) => ({
    target: serial,
    sequence,
    firmCode,
    seats: quantities.reduce((sum, seats) => sum + seats, 0),
    isCancelled: cancelled,
  }));
}
