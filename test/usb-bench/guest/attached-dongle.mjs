import { need } from './claims.mjs';
import { added, removed, UdevEvents } from './udev-events.mjs';
import { attach, detach, USBIP_BUS } from './usbip.mjs';

/** A dongle of a USB/IP server that this computer takes and gives back, any number of times. */
export class AttachedDongle {
  #server;
  #events;

  /** @param server host, port and bus id @returns once it listens to udev; nothing is taken yet */
  static async of(server) {
    const dongle = new AttachedDongle();
    dongle.#server = server;
    dongle.#events = await UdevEvents.listen();
    return dongle;
  }

  /** @returns the events of its disk and its raw HID node, once udev has made both */
  async plugIn() {
    await attach(this.#server);
    return this.#events.all('the dongle', { disk: added.disk(USBIP_BUS), hidraw: added.hidraw(USBIP_BUS) });
  }

  /** @returns once udev has seen it go */
  async plugOut() {
    await detach();
    await this.#events.next('the end of the dongle', removed(USBIP_BUS));
  }

  /** Claims that it comes and goes, and lets `work` have its nodes in between. */
  async while(work) {
    const nodes = await need('it appears as a disk and a raw HID node when it is attached', () => this.plugIn());
    await work(nodes);
    await need('both are gone when it is detached', () => this.plugOut());
  }

  /** Ends listening to udev. */
  close() {
    this.#events.close();
  }
}
