/**
 * The thread of a `Relay`: passes USB/IP on in both directions, and looks for the transfer at which it stops.
 *
 * A thread, since the one of the check may stand still in a system call that waits for the dongle.
 */
import net from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** @see Documentation/usb/usbip_protocol.rst of Linux */
const IMPORT_SIZE = 40;
const HEADER_SIZE = 48;
const SUBMIT = 1;
const OUT = 0;
/** The endpoint that takes reports. */
const REPORTS = 1;

/** Transfers to the dongle that come before the one to stop at, and what counts as one; undefined: it does not stop. */
let stop;
let isHeld = false;

let reports = 0;

parentPort.on('message', (wanted) => {
  if (wanted === 'reports') {
    parentPort.postMessage({ reports });
    return;
  }
  stop = wanted;
  isHeld = false;
});

const listener = net.createServer((computer) => {
  const dongle = net.connect(workerData);
  const ways = [pass(computer, dongle, stopSearch()), pass(dongle, computer, (bytes) => bytes)];
  for (const socket of [computer, dongle]) {
    socket.setNoDelay(true);
    // Whatever ends one of them is an unplugged dongle to the other.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      for (const each of [computer, dongle]) each.destroy();
    });
  }
  return ways;
});
listener.listen(0, '127.0.0.1', () => parentPort.postMessage({ port: listener.address().port }));

function pass(from, to, look) {
  from.on('data', (bytes) => {
    if (isHeld) return;
    const passed = look(bytes);
    if (passed.length > 0) to.write(passed);
  });
}

/** @returns takes what comes from the computer, and gives what of it goes on */
function stopSearch() {
  let rest = Buffer.alloc(0);
  let isImported = false;
  return (bytes) => {
    const all = Buffer.concat([rest, bytes]);
    let at = 0;
    for (;;) {
      const size = isImported ? sizeOfMessage(all, at) : IMPORT_SIZE;
      if (size === undefined || at + size > all.length) break;
      if (isImported && isStop(all, at, size)) {
        isHeld = true;
        parentPort.postMessage({ held: true });
        return all.subarray(0, at);
      }
      isImported = true;
      at += size;
    }
    rest = all.subarray(at);
    return all.subarray(0, at);
  };
}

function sizeOfMessage(bytes, at) {
  if (at + HEADER_SIZE > bytes.length) return undefined;
  return HEADER_SIZE + (isOut(bytes, at) ? bytes.readUInt32BE(at + 24) : 0);
}

function isOut(bytes, at) {
  return bytes.readUInt32BE(at) === SUBMIT && bytes.readUInt32BE(at + 12) === OUT;
}

function isStop(bytes, at, size) {
  if (!isOut(bytes, at)) return false;
  const endpoint = bytes.readUInt32BE(at + 16);
  if (endpoint === REPORTS) reports++;
  if (stop === undefined || endpoint !== stop.endpoint) return false;
  if (size - HEADER_SIZE < stop.least) return false;
  return stop.before-- === 0;
}
