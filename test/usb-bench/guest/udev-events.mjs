import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** Longer than the slowest device needs on an emulated processor that is shared. */
const PATIENCE_MS = 60_000;

/**
 * What udev says of devices, after it has made their nodes and links. Begin to listen before what is to be heard.
 *
 * Nothing is lost between two calls of `next`; each event is given out once.
 */
export class UdevEvents {
  #program;
  #events = [];
  #wakeUp = () => undefined;
  #text = '';

  /** @returns once it listens */
  static async listen() {
    const events = new UdevEvents();
    // Through a pipe it would keep what it says until it has much of it.
    events.#program = spawn('stdbuf', ['-oL', 'udevadm', 'monitor', '--udev', '--property'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.on('exit', () => events.#program.kill());
    const hasBegun = new Promise((resolve, reject) => {
      events.#program.once('error', reject);
      events.#program.stdout.once('data', resolve);
    });
    events.#program.stdout.setEncoding('utf8').on('data', (part) => events.#hear(part));
    await hasBegun;
    return events;
  }

  /** Ends listening: otherwise the program would not end. */
  close() {
    this.#program.kill();
  }

  /**
   * The next event that fits; those before it are given up.
   *
   * @param what it is, in words for the error when none comes
   * @returns its properties, as ACTION, SUBSYSTEM, DEVNAME, DEVPATH
   */
  async next(what, fits) {
    let timer;
    const isLate = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${what}: not within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
    });
    try {
      for (;;) {
        const at = this.#events.findIndex(fits);
        if (at !== -1) return this.#events.splice(0, at + 1)[at];
        const somethingHeard = new Promise((resolve) => {
          this.#wakeUp = resolve;
        });
        await Promise.race([somethingHeard, isLate]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * One event of each kind, in whichever order they come.
   *
   * @param wanted names with what fits
   * @returns the events by these names
   */
  async all(what, wanted) {
    const found = {};
    const open = new Map(Object.entries(wanted));
    while (open.size > 0) {
      const event = await this.next(`${what} (${[...open.keys()].join(' and ')})`, (candidate) =>
        [...open.values()].some((fits) => fits(candidate)),
      );
      const [name] = [...open].find(([, fits]) => fits(event));
      found[name] = event;
      open.delete(name);
    }
    return found;
  }

  #hear(part) {
    this.#text += part;
    const blocks = this.#text.split('\n\n');
    this.#text = blocks.pop();
    for (const block of blocks) {
      const properties = Object.fromEntries(
        [...block.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
      );
      if (properties.ACTION !== undefined) this.#events.push(properties);
    }
    this.#wakeUp();
  }
}

/** Fits a disk, or the raw HID node, that was added below a bus of which the path has this in it. */
export const added = {
  disk: (bus) => (event) => isOf(event, 'add', bus) && event.SUBSYSTEM === 'block' && event.DEVTYPE === 'disk',
  hidraw: (bus) => (event) => isOf(event, 'add', bus) && event.SUBSYSTEM === 'hidraw',
};

/** Fits the end of a whole USB device, by its folder in /sys or, where it is the only one, its bus. */
export const removed = (device) => (event) =>
  event.ACTION === 'remove' &&
  event.DEVTYPE === 'usb_device' &&
  (path.join('/sys', event.DEVPATH) === device || event.DEVPATH.includes(`/${device}`));

/** Fits a disk that has a file system now, of what happened after a number that the kernel counts events by. */
export const readable = (disk, after) => (event) =>
  event.DEVNAME === disk && event.ID_FS_TYPE !== undefined && Number(event.SEQNUM) > after;

/** The number of the last event. */
export function lastEvent() {
  return Number(fs.readFileSync('/sys/kernel/uevent_seqnum', 'utf8'));
}

function isOf(event, action, bus) {
  return event.ACTION === action && event.DEVPATH.includes(`/${bus}`);
}
