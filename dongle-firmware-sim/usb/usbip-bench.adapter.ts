import type { WayIn } from '../../carriers/server/container-server.ts';
import {
  runContainerServer,
  type Served,
  type ServedContainer,
  type ServeOptions,
} from '../../carriers/server/run-container-server.adapter.ts';
import type { Facts, ServerLog } from '../../carriers/server/server-port.ts';
import type { Listening } from '../../carriers/socket/listen-socket.adapter.ts';
import type { BoundTo } from '../bind/bound-watch.ts';
import { boundPlug } from '../bind/plug-into-bound.adapter.ts';
import { openFaultyDongle } from '../firmware/open-dongle.adapter.ts';
import { DongleView } from '../panel/dongle-view.ts';
import { listenPanel } from '../panel/listen-panel.adapter.ts';
import { Panel } from '../panel/panel.ts';
import { FaultBoard } from './faults/fault-board.ts';
import { parseScript } from './faults/fault-step.ts';
import { type DongleWatch, pluggedIn, type UsbipOptions, usbipSockets } from './plug-into-usbip.adapter.ts';
import { openUsbTrace } from './trace/usb-trace.adapter.ts';

/** How one more dongle is served on a bench. */
export interface BenchServeOptions extends ServeOptions {
  /** Faults as they are written, whose moments count from the one at which it can be reached. */
  readonly faults?: readonly string[];
}

export interface BenchOptions extends UsbipOptions {
  /** The real device while which is plugged in the dongles exist; always where it is left out. */
  readonly bind: BoundTo | undefined;
  /** Where the front panel is; none where it is left out. */
  readonly panel?: { readonly host: string; readonly port: number };
  /** The file that all USB traffic is written to; none where it is left out. */
  readonly trace?: string;
}

/** A USB/IP server with dongles that fail on command. */
export interface DongleBench {
  /** Address of the front panel, with the secret that opens it; no part of any log. */
  readonly panel: string | undefined;
  /** Serves one more dongle. @throws what `openDongle` throws; ADDRESS_TAKEN */
  serve(options: BenchServeOptions, onReady: (served: Served) => void): Promise<void>;
  /** Closes the panel and the trace. */
  close(): Promise<void>;
}

/** @throws ADDRESS_TAKEN of the panel; OUTPUT_REFUSED, FILE_UNWRITABLE of the trace */
export async function openBench({
  panel: place,
  bind: to,
  trace: file,
  ...options
}: BenchOptions): Promise<DongleBench> {
  const trace = file === undefined ? undefined : openUsbTrace(file, options.interval, options.log);
  const sockets = usbipSockets(options, trace?.tap);
  const plug = (watch: DongleWatch): Plug => {
    const one = sockets(watch);
    const onAwaited = (device: string | undefined): void => {
      watch.faults.awaited = device;
    };
    return to === undefined ? pluggedIn(one) : boundPlug({ to, sockets: one, log: watch.log, onAwaited });
  };
  const panel = new Panel();
  let listening: Listening | undefined;
  try {
    if (place !== undefined) listening = await listenPanel(place, panel, options.log);
  } catch (error) {
    await trace?.close();
    throw error;
  }
  return {
    panel: listening?.address,
    serve: (serving, onReady) => serveOne(plug, panel, serving, onReady),
    close: async () => {
      await listening?.close();
      await trace?.close();
    },
  };
}

/** What plugs a dongle in. */
type Plug = (served: ServedContainer) => WayIn;

async function serveOne(
  plug: (watch: DongleWatch) => Plug,
  panel: Panel,
  { faults: script = [], ...serving }: BenchServeOptions,
  onReady: (served: Served) => void,
): Promise<void> {
  let view: DongleView | undefined;
  const log = watched(serving.log, (event, facts) => view?.told(event, facts));
  const faults = new FaultBoard({
    now: () => performance.now(),
    after,
    tell: (event, fault) => log.info(event, { fault }),
  });
  const plugOne = plug({ log, faults, after, onHost: (isThere) => view?.hosted(isThere) });
  const way: Plug = (served) => {
    const { open, ...one } = plugOne(served);
    return {
      ...one,
      open: async (serial, onStream) => {
        const { address, close } = await open(serial, onStream);
        const client = served.client('unattended');
        view = new DongleView({ serial, address, client, state: () => served.state(), faults, time: () => Date.now() });
        // Later, a fault may keep the answer back.
        await view.shown();
        panel.add(serial, { view, faults });
        const leave = async (): Promise<void> => {
          panel.remove(serial);
          await close();
        };
        return { address, close: leave };
      },
    };
  };
  await runContainerServer(
    (env) => openFaultyDongle(serving.folder, env, faults),
    { ...serving, log, settled: () => faults.flashDone(), ways: [way] },
    (served) => {
      onReady(faults.awaited === undefined ? served : { ...served, awaits: faults.awaited });
      const read = parseScript(script.join('\n'));
      if ('steps' in read) faults.set(read.steps);
    },
  );
}

/** A log of which somebody else is told, too. */
function watched(log: ServerLog, told: (event: string, facts?: Facts) => void): ServerLog {
  const both =
    (level: keyof ServerLog) =>
    (event: string, facts?: Facts): void => {
      log[level](event, facts);
      told(event, facts);
    };
  return { info: both('info'), warn: both('warn'), error: both('error') };
}

function after(seconds: number, over: () => void): () => void {
  const timer = setTimeout(over, seconds * 1000).unref();
  return () => clearTimeout(timer);
}
