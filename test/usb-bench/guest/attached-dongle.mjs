import { need, run } from './claims.mjs';
import { added, lastEvent, readable, removed, UdevEvents } from './udev-events.mjs';
import { usbDeviceOf } from './usb-device.mjs';
import { attach, detach, USBIP_BUS } from './usbip.mjs';

/** A dongle of a USB/IP server that this computer takes and gives back, any number of times. */
export class AttachedDongle {
  #server;
  #events;
  /** Its folder in /sys, of the last time. */
  #device;

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
    const kinds = { disk: added.disk(USBIP_BUS), hidraw: added.hidraw(USBIP_BUS) };
    const nodes = await this.#events.all('the dongle', kinds);
    this.#device = usbDeviceOf(nodes.hidraw);
    return nodes;
  }

  /** @returns once udev has seen it go */
  async plugOut() {
    await detach(this.#device);
    await this.#events.next('the end of the dongle', removed(this.#device));
  }

  /** @param disk the event of its disk @returns once there is a volume in it: a dongle that works on its volume has none */
  async medium({ DEVNAME, SEQNUM, ID_FS_TYPE }) {
    if (ID_FS_TYPE === undefined) await this.#events.next('its volume', readable(DEVNAME, Number(SEQNUM)));
  }

  /** Lets `work` take the volume out of its disk. @returns once there is one again */
  async newMedium(disk, work) {
    await run('udevadm', 'settle');
    const before = lastEvent();
    await work();
    await this.#events.next('its volume after that', readable(disk, before));
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
