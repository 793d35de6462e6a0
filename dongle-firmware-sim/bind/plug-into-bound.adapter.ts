import type { Duplex } from 'node:stream';
import { networkWords } from '../../carriers/network-words.ts';
import type { WayIn } from '../../carriers/server/container-server.ts';
import { rareWarnings } from '../../carriers/server/rare-warnings.ts';
import type { ServedContainer } from '../../carriers/server/run-container-server.adapter.ts';
import type { ServerLog } from '../../carriers/server/server-port.ts';
import { steadyClock } from '../../container/crypto/native/system-env.adapter.ts';
import { FerryError } from '../../container/errors.ts';
import { channelPorts } from '../usb/dongle-ports.adapter.ts';
import type { SocketedDongle } from '../usb/plug-into-usbip.adapter.ts';
import { ReportChannels } from '../usb/report-channels.ts';
import type { UsbSocket } from '../usb/usbip-bus.ts';
import { BoundRelay } from './bound-relay.ts';
import { type BoundTo, BoundWatch } from './bound-watch.ts';
import { type HidBus, type PluggedEntry, SYSTEM_HID_BUS } from './hid-bus.adapter.ts';
import { whyUnfit } from './report-shape.ts';

export interface BoundOptions {
  readonly to: BoundTo;
  /** Where the dongle is plugged in as long as the device is, if anywhere. */
  readonly sockets: SocketedDongle | undefined;
  readonly log: ServerLog;
  readonly bus?: HidBus;
  /** Is told for which device it waits, from the beginning on, and undefined when that is there. */
  readonly onAwaited?: (device: string | undefined) => void;
}

/** Milliseconds between two looks at what is plugged in. */
const LOOK_EVERY = 500;

/**
 * Binds a dongle to a real HID device: it exists as long as that is plugged in, and no fault keeps it out of its own socket.
 *
 * @see docs/hardware.md
 */
export function boundPlug(options: BoundOptions): (served: ServedContainer) => WayIn {
  const { to, sockets, bus = SYSTEM_HID_BUS, onAwaited = () => undefined } = options;
  const log = rareWarnings(options.log, steadyClock);
  return (served) => ({
    carrier: 'usb',
    isOpen: sockets?.isOpen ?? false,
    open: async (serial, serve) => {
      if (!bus.isThere()) log.warn('usb.missing', { serial });
      const relay = new EntryRelay({ bus, log, served, serial, serve, lost: (lost) => watch.lost(lost) });
      let bound: PluggedEntry | undefined;
      const onPlugged = (isIn: boolean): void => {
        if (isIn && bound !== undefined) relay.begin(bound);
        else relay.end();
      };
      const socket = (await sockets?.open(served, serial, serve, onPlugged)) ?? noSocket(boundText(to), onPlugged);
      const watch = new BoundWatch({
        to,
        list: () => bus.list(),
        onThere: (entry) => {
          log.info('device.bound', { serial, device: entry.path });
          bound = entry;
          onAwaited(undefined);
          socket.plugIn();
        },
        onGone: () => {
          log.info('device.unbound', { serial });
          bound = undefined;
          onAwaited(boundText(to));
          socket.pullOut();
        },
      });
      onAwaited(boundText(to));
      try {
        await watch.look();
        if (bound === undefined) log.info('device.awaited', { serial, device: boundText(to) });
      } catch (error) {
        await socket.close();
        throw error;
      }
      const looks = setInterval(() => {
        relay.tryAgain();
        watch.look().catch((error) => log.warn('device.unlisted', { serial, why: String(error) }));
      }, LOOK_EVERY);
      return {
        address: socket.address,
        close: async () => {
          clearInterval(looks);
          watch.end();
          await socket.close();
        },
      };
    },
  });
}

/** What a dongle has in place of a socket when it is reached through its device alone. */
function noSocket(address: string, onPlugged: (isIn: boolean) => void): UsbSocket {
  return {
    address,
    plugIn: () => onPlugged(true),
    pullOut: () => onPlugged(false),
    close: async () => undefined,
  };
}

interface EntryRelayOptions {
  readonly bus: HidBus;
  readonly served: ServedContainer;
  readonly serial: string;
  readonly serve: (stream: Duplex) => void;
  readonly log: ServerLog;
  readonly lost: (plug: string) => void;
}

/** The relay of the device that is there, as far as its reports are a dongle's. */
class EntryRelay {
  readonly #options: EntryRelayOptions;
  #relay: BoundRelay | undefined;
  /** Counts plugging in and pulling out, so that what was opened for an earlier turn is let go. */
  #turn = 0;
  /** One that could not be opened, as its node is another user's at first. */
  #unopened: PluggedEntry | undefined;
  #warned: string | undefined;

  constructor(options: EntryRelayOptions) {
    this.#options = options;
  }

  begin(entry: PluggedEntry): void {
    this.#turn += 1;
    const why = whyUnfit(this.#options.bus.shapeOf(entry));
    if (why === undefined) void this.#open(entry);
    else this.#warn(entry, why);
  }

  /** Opens what could not be opened. */
  tryAgain(): void {
    const entry = this.#unopened;
    this.#unopened = undefined;
    if (entry !== undefined) void this.#open(entry);
  }

  end(): void {
    this.#turn += 1;
    this.#unopened = undefined;
    this.#relay?.stop();
    this.#relay = undefined;
  }

  async #open(entry: PluggedEntry): Promise<void> {
    const { bus, served, serial, serve, log, lost } = this.#options;
    const turn = this.#turn;
    try {
      const port = await bus.open(entry);
      if (this.#turn !== turn) return await port.close();
      const sink = new ReportChannels(channelPorts(served, serial, log, serve));
      this.#relay = new BoundRelay(port, sink, () => lost(entry.plug));
      log.info('device.relayed', { serial, device: entry.path });
    } catch (error) {
      if (this.#turn !== turn) return;
      this.#unopened = entry;
      this.#warn(entry, error instanceof FerryError ? error.message : networkWords(error));
    }
  }

  #warn({ path: device, plug }: PluggedEntry, why: string): void {
    if (this.#warned === plug) return;
    this.#warned = plug;
    this.#options.log.warn('device.unrelayed', { serial: this.#options.serial, device, why });
  }
}

function boundText({ vendor, product, serial }: BoundTo): string {
  const hex = (id: number): string => id.toString(16).padStart(4, '0');
  return `hid:${hex(vendor)}:${hex(product)}${serial === undefined ? '' : `:${serial}`}`;
}
