import { onTestFinished } from 'vitest';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { DongleView } from '../../../dongle-firmware-sim/panel/dongle-view.ts';
import { listenPanel } from '../../../dongle-firmware-sim/panel/listen-panel.adapter.ts';
import { Panel } from '../../../dongle-firmware-sim/panel/panel.ts';
import { makeContainer } from '../../world/parties.ts';
import { FaultScene } from '../usb/faults/fault-scene.ts';

export const SERIAL = '3-1234567';

/** A panel with one dongle, whose time the test moves on, and which keeps its answers back while its flash is slow. */
export class PanelScene {
  readonly faults = new FaultScene();
  readonly panel = new Panel();
  readonly container = makeContainer('dongle', 1234567);
  readonly warned: string[] = [];
  readonly view: DongleView;
  time = 1_000_000;
  asked = 0;

  constructor() {
    const { container } = this.container;
    const inner = container.client(undefined, 'unattended');
    const client: ContainerClient = {
      call: (name, request) => {
        this.asked += 1;
        return inner.call(name, request).finally(() => this.faults.board.flashDone());
      },
      close: async () => undefined,
    };
    this.view = new DongleView({
      serial: SERIAL,
      address: 'usbip://127.0.0.1:3240/1-1',
      client,
      state: () => container.state,
      faults: this.faults.board,
      time: () => this.time,
    });
    this.panel.add(SERIAL, { view: this.view, faults: this.faults.board });
  }

  /** Serves it until the test is over. @returns its address, with the secret */
  async listen(host = '127.0.0.1'): Promise<string> {
    const log = {
      info: () => undefined,
      warn: (event: string) => void this.warned.push(event),
      error: (event: string) => void this.warned.push(event),
    };
    const listening = await listenPanel({ host, port: 0 }, this.panel, log);
    onTestFinished(() => listening.close());
    return listening.address;
  }
}
