import {
  runContainerServer,
  type Served,
  type ServeOptions,
} from '../../carriers/server/run-container-server.adapter.ts';
import { openFaultyDongle } from '../firmware/open-dongle.adapter.ts';
import { FaultBoard } from './faults/fault-board.ts';
import { answerFaultRequest } from './faults/fault-messages.ts';
import { type UsbipOptions, usbipPlug } from './plug-into-usbip.adapter.ts';

/** How one more dongle is served on a bench. */
export interface BenchServeOptions extends ServeOptions {
  /** Faults as they are written, whose moments count from the one at which it can be reached. */
  readonly faults?: readonly string[];
}

/** A USB/IP server with dongles that fail on command. */
export interface DongleBench {
  /** Serves one more dongle. @throws what `openDongle` throws; ADDRESS_TAKEN */
  serve(options: BenchServeOptions, onReady: (served: Served) => void): Promise<void>;
}

export function openBench(options: UsbipOptions): DongleBench {
  const plug = usbipPlug(options);
  return {
    serve: async ({ faults: script = [], ...serving }, onReady) => {
      const { log } = serving;
      const faults = new FaultBoard({
        now: () => performance.now(),
        after,
        tell: (event, fault) => log.info(event, { fault }),
      });
      await runContainerServer(
        (env) => openFaultyDongle(serving.folder, env, faults),
        {
          ...serving,
          settled: () => faults.flashDone(),
          ways: [(served) => plug(served, { log, faults, after, onHost: () => undefined })],
        },
        (served) => {
          onReady(served);
          if (script.length > 0) answerFaultRequest(faults, { ask: 'set', faults: script });
        },
      );
    },
  };
}

function after(seconds: number, over: () => void): () => void {
  const timer = setTimeout(over, seconds * 1000).unref();
  return () => clearTimeout(timer);
}
