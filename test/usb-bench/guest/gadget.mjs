import fs from 'node:fs';
import path from 'node:path';
import { run } from './claims.mjs';
import { DONGLE_REPORTS } from './descriptors.mjs';

const CONFIGFS = '/sys/kernel/config';
const GADGET = `${CONFIGFS}/usb_gadget/dongle`;
const CONFIGURATION = `${GADGET}/configs/c.1`;
const FUNCTIONS = ['hid.usb0', 'mass_storage.usb0'];

/** The bus that dummy_hcd makes: what is attached there is a device of this same kernel. */
export const GADGET_BUS = 'dummy_hcd';

/**
 * Makes a device with the two interfaces of a dongle out of the kernel's own parts, without any program of ours: what the
 * kernel does with that one is right by definition. It appears when it is plugged in, and is taken apart when the check ends.
 *
 * @param medium the file behind its disk
 * @see Documentation/usb/gadget_configfs.rst of Linux
 */
export async function makeGadget(medium) {
  await run('modprobe', '--all', 'dummy_hcd', 'libcomposite', 'usb_f_hid', 'usb_f_mass_storage');
  if (!fs.existsSync(path.dirname(GADGET))) await run('mount', '-t', 'configfs', 'none', CONFIGFS);
  process.on('exit', takeApart);
  fill(GADGET, {
    idVendor: '0x1209',
    idProduct: '0x0001',
    bcdUSB: '0x0200',
    'strings/0x409': { manufacturer: 'Bench', product: 'Gadget', serialnumber: 'GADGET1' },
    'functions/hid.usb0': {
      protocol: '0',
      subclass: '0',
      report_length: '64',
      report_desc: Buffer.from(DONGLE_REPORTS.replaceAll(' ', ''), 'hex'),
    },
    'functions/mass_storage.usb0': { stall: '1', 'lun.0': { removable: '1', file: medium } },
    'configs/c.1/strings/0x409': { configuration: 'dongle' },
  });
  for (const name of FUNCTIONS) fs.symlinkSync(`${GADGET}/functions/${name}`, `${CONFIGURATION}/${name}`);
}

/** Plugs it in, or out. */
export function plugGadget(isIn) {
  fs.writeFileSync(`${GADGET}/UDC`, isIn ? 'dummy_udc.0' : '\n');
}

/** In the opposite order: the kernel keeps what something else still needs. */
function takeApart() {
  if (fs.readFileSync(`${GADGET}/UDC`, 'utf8').trim() !== '') plugGadget(false);
  for (const name of FUNCTIONS) fs.rmSync(`${CONFIGURATION}/${name}`, { force: true });
  const folders = ['configs/c.1/strings/0x409', 'configs/c.1', ...FUNCTIONS.map((name) => `functions/${name}`)];
  for (const folder of [...folders, 'strings/0x409', '.']) fs.rmdirSync(path.join(GADGET, folder));
}

/** Makes folders, and writes the attributes that the kernel then has in them. */
function fill(folder, content) {
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, value] of Object.entries(content)) {
    const at = path.join(folder, name);
    if (typeof value === 'string' || Buffer.isBuffer(value)) fs.writeFileSync(at, value);
    else fill(at, value);
  }
}
