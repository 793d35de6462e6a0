/** A program in `guest/checks/` that makes claims about USB in the guest. */
export interface Check {
  /** Its file, without ending. */
  readonly name: string;
  /** The dongle as a USB device, or devices that take in memory sticks. */
  readonly about: 'usb' | 'sticks';
  /** What it shows, for the help. */
  readonly shows: string;
  /** What the host has to provide: QEMU's memory stick; two dongles that are loaded and served; folders of a loaded dongle and its vendor. */
  readonly needs: readonly ('stick' | 'dongles' | 'folders')[];
  /** Seconds on a slow computer that is busy with other things, too. */
  readonly limit: number;
}

/** Every check, in the order in which they run. */
export const CHECKS: readonly Check[] = [
  { name: 'start', about: 'usb', shows: 'the guest, its modules, the built program', needs: [], limit: 120 },
  { name: 'stick', about: 'usb', shows: 'an ordinary memory stick', needs: ['stick'], limit: 120 },
  {
    name: 'headless',
    about: 'sticks',
    shows: 'a device that mounts sticks by itself, without systemd',
    needs: ['stick', 'folders'],
    limit: 900,
  },
  { name: 'gadget', about: 'usb', shows: "the kernel's own HID and mass storage functions", needs: [], limit: 120 },
  {
    name: 'relayed',
    about: 'usb',
    shows: 'what is claimed of a dongle, of those functions over USB/IP',
    needs: [],
    limit: 300,
  },
  { name: 'board', about: 'usb', shows: 'ferry dongle serve --gadget', needs: ['folders'], limit: 900 },
  { name: 'bound', about: 'usb', shows: 'ferry dongle serve --bind', needs: ['folders'], limit: 900 },
  { name: 'attach', about: 'usb', shows: 'a served dongle, attached over USB/IP', needs: ['dongles'], limit: 300 },
  { name: 'carriers', about: 'usb', shows: 'the program at usbip://, hid: and usb:', needs: ['dongles'], limit: 180 },
  {
    name: 'plugging',
    about: 'usb',
    shows: 'the program finds a dongle, and who may open it',
    needs: ['dongles'],
    limit: 420,
  },
  { name: 'watching', about: 'usb', shows: 'the program shows a dongle come and go', needs: ['dongles'], limit: 180 },
  {
    name: 'pulled-out',
    about: 'usb',
    shows: 'a move waits for a dongle and goes on',
    needs: ['dongles', 'folders'],
    limit: 420,
  },
  { name: 'volume', about: 'usb', shows: 'the volume of a served dongle', needs: ['dongles'], limit: 300 },
  { name: 'both', about: 'usb', shows: 'two served dongles at once', needs: ['dongles'], limit: 180 },
  {
    name: 'move',
    about: 'usb',
    shows: 'moves over hid: and usb:, plugged out in the middle',
    needs: ['dongles'],
    limit: 900,
  },
  {
    name: 'mailbox',
    about: 'usb',
    shows: 'a move through files alone, pulled out in the middle',
    needs: ['dongles'],
    limit: 900,
  },
  {
    name: 'replug',
    about: 'usb',
    shows: 'a dongle plugged in and out again and again',
    needs: ['dongles'],
    limit: 900,
  },
  {
    name: 'service',
    about: 'sticks',
    shows: 'the same with systemd, and its service',
    needs: ['stick', 'folders'],
    limit: 900,
  },
];
