import type { Duplex } from 'node:stream';
import type { Listening } from '../socket/listen-socket.adapter.ts';
import { openSerialLine, type SerialAddress, serialText } from './serial-line.adapter.ts';

/** Serves whoever is at the other end of a serial line, one after the other. @throws ADDRESS_TAKEN, PACKAGE_MISSING */
export async function listenSerial(address: SerialAddress, onLine: (line: Duplex) => void): Promise<Listening> {
  const port = await openSerialLine(address, 'ADDRESS_TAKEN');
  onLine(port);
  return {
    address: serialText(address),
    close: () =>
      new Promise((resolve) => {
        if (port.closed) resolve();
        else port.once('close', () => resolve());
      }),
  };
}
