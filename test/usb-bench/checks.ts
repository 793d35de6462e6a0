/** A program in `guest/checks/` that makes claims about USB in the guest. */
export interface Check {
  /** Its file, without ending. */
  readonly name: string;
  /** What it shows, for the help. */
  readonly shows: string;
  /** What the host has to provide: QEMU's memory stick; two dongles that are loaded and served; folders of a loaded dongle and its vendor. */
  readonly needs: readonly ('stick' | 'dongles' | 'folders')[];
  /** Seconds on a slow computer that is busy with other things, too. */
  readonly limit: number;
}

/** Every check, in the order in which they run. */
export const CHECKS: readonly Check[] = [
  { name: 'start', shows: 'the guest, its modules, the built program', needs: [], limit: 120 },
  { name: 'stick', shows: 'an ordinary memory stick', needs: ['stick'], limit: 120 },
  {
    name: 'headless',
    shows: 'a device that mounts sticks by itself, without systemd',
    needs: ['stick', 'folders'],
    limit: 900,
  },
  { name: 'gadget', shows: "the kernel's own HID and mass storage functions", needs: [], limit: 120 },
  {
    name: 'relayed',
    shows: 'what is claimed of a dongle, of those functions over USB/IP',
    needs: [],
    limit: 300,
  },
  { name: 'board', shows: 'ferry dongle serve --gadget', needs: ['folders'], limit: 900 },
  { name: 'bound', shows: 'ferry dongle serve --bind', needs: ['folders'], limit: 900 },
  { name: 'attach', shows: 'a served dongle, attached over USB/IP', needs: ['dongles'], limit: 300 },
  { name: 'carriers', shows: 'the program at usbip://, hid: and usb:', needs: ['dongles'], limit: 180 },
  { name: 'plugging', shows: 'the program finds a dongle, and who may open it', needs: ['dongles'], limit: 420 },
  { name: 'watching', shows: 'the program shows a dongle come and go', needs: ['dongles'], limit: 180 },
  { name: 'pulled-out', shows: 'a move waits for a dongle and goes on', needs: ['dongles', 'folders'], limit: 420 },
  { name: 'volume', shows: 'the volume of a served dongle', needs: ['dongles'], limit: 300 },
  { name: 'both', shows: 'two served dongles at once', needs: ['dongles'], limit: 180 },
  { name: 'move', shows: 'moves over hid: and usb:, plugged out in the middle', needs: ['dongles'], limit: 900 },
  { name: 'mailbox', shows: 'a move through files alone, pulled out in the middle', needs: ['dongles'], limit: 900 },
  { name: 'replug', shows: 'a dongle plugged in and out again and again', needs: ['dongles'], limit: 900 },
  {
    name: 'service',
    shows: 'the same with systemd, and its service',
    needs: ['stick', 'folders'],
    limit: 900,
  },
];
