import { describe, expect, it } from 'vitest';
import { explain, FerryError } from '../../../container/errors.ts';
import {
  CONTAINER_SCHEMES,
  isPlaceOf,
  isSameAddress,
  parseAddress,
  parseListening,
  type Scheme,
} from '../../../host/cli/addresses.ts';

const CONTAINERS =
  'sim:DIR, unix:PATH, tcp://HOST:PORT, tls://HOST:PORT, exec:COMMAND, serial:DEVICE, http://HOST, hid:SERIAL, ' +
  'usb:SERIAL, usbip://HOST:PORT/BUSID';

function refusalOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (error instanceof FerryError) return { why: error.details.why, ...explain(error.code, error.details) };
    throw error;
  }
  return undefined;
}

describe('an address', () => {
  it.each<[string, string]>([
    ['sim:', 'it names no folder'],
    ['unix:', 'it names no socket'],
    ['exec:', 'it names no command'],
    ['serial:', 'it names no serial line'],
    ['tcp:', 'it needs a host and a port, //HOST:PORT'],
    ['http:', 'it is no URL'],
    ['hid:', 'it names no dongle'],
    ['usb:', 'it names no dongle'],
    [
      'usbip://plc',
      'it needs a host and the bus id of a dongle there, //HOST:PORT/BUSID; `ferry list usbip://HOST:PORT` shows them',
    ],
    [
      'usbip://plc:3240/bus',
      'it needs a host and the bus id of a dongle there, //HOST:PORT/BUSID; `ferry list usbip://HOST:PORT` shows them',
    ],
    ['usbip://plc:0/1-1', 'port 0 is nobody’s: use the port that the other side shows'],
    ['nonsense', 'it does not begin with a scheme that is known'],
    ['tcp://:0', 'port 0 is nobody’s: use the port that the other side shows'],
    ['tls://plc:0', 'port 0 is nobody’s: use the port that the other side shows'],
    ['http://:0/path', 'port 0 is nobody’s: use the port that the other side shows'],
  ])('%s of a container: %s, and these are those that there are', (text, why) => {
    expect(refusalOf(() => parseAddress(text, CONTAINER_SCHEMES))).toMatchObject({
      why,
      exit: 2,
      remedy: `Addresses that work here: ${CONTAINERS}.`,
    });
  });

  it.each<[string, readonly Scheme[], string]>([
    ['folder:a', ['sim'], 'sim:DIR'],
    ['sim:a', ['tls'], 'tls://HOST:PORT'],
    ['unix:a', ['sim', 'folder', 'central'], 'sim:DIR, folder:DIR, central:DIR'],
  ])('%s is answered with those that work there', (text, allowed, forms) => {
    expect(refusalOf(() => parseAddress(text, allowed))?.remedy).toBe(`Addresses that work here: ${forms}.`);
  });

  it('to be served at may have port 0, and is of a carrier that listens', () => {
    expect(parseListening('tcp://:0')).toMatchObject({ port: 0 });
    expect(refusalOf(() => parseListening('exec:cat'))?.remedy).toBe(
      'Addresses that work here: unix:PATH, tcp://HOST:PORT, tls://HOST:PORT, serial:DEVICE, http://HOST.',
    );
    for (const plug of ['hid:3-1', 'usb:3-1', 'usbip://:3240/1-1'])
      expect(refusalOf(() => parseListening(plug))).toMatchObject({ exit: 2 });
    expect(refusalOf(() => parseListening('unix:'))?.why).toBe('it names no socket');
  });
});

describe('the place that an error names', () => {
  it.each([
    ['tcp://127.0.0.1:7430', 'tcp://:7430'],
    ['tls://[::1]:7430', 'tls://[::1]:7430'],
    ['http://127.0.0.1', 'http://'],
    ['serial:/dev/ttyS0?baud=115200', 'serial:/dev/ttyS0'],
    ['device', 'sim:device'],
  ])('%s is that of %s', (where, address) => {
    expect(isPlaceOf(where, address)).toBe(true);
  });

  it.each([
    ['tcp://127.0.0.1:7430', 'tcp://:7431'],
    ['tcp://127.0.0.1:7430', 'tls://127.0.0.1:7430'],
    ['exec:ssh other', 'exec:ssh plc'],
    ['tcp://127.0.0.1:7430', 'tcp://:port'],
  ])('%s is not that of %s', (where, address) => {
    expect(isPlaceOf(where, address)).toBe(false);
  });
});

describe('two addresses', () => {
  it.each([
    ['usbip://:3240/1-1', 'usbip://127.0.0.1/1-1', true],
    ['usbip://localhost:3240/1-1', 'usbip://[::1]/1-1', true],
    ['hid:3-1', 'usb:3-1', true],
    ['tcp://:7430', 'tcp://localhost:7430', true],
    ['usbip://:3240/1-1', 'usbip://:3240/1-2', false],
    ['usbip://plc/1-1', 'usbip://other/1-1', false],
    ['hid:3-1', 'hid:3-2', false],
    ['exec:x', 'exec:x', false],
    ['sim:a', 'sim:a', false],
    ['usbip:', 'usbip:', false],
  ])('%s and %s are known to be the same: %s', (one, other, isSame) => {
    expect(isSameAddress(one, other)).toBe(isSame);
  });
});
