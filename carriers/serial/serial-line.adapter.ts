import { FerryError } from '../../container/errors.ts';
import { networkWords } from '../network-words.ts';
import { optionalPackage } from '../optional-package.ts';
import { SerialStream } from './serial-stream.ts';

export interface SerialAddress {
  readonly device: string;
  /** Bits per second. */
  readonly baudRate: number;
}

/**
 * Opens a serial line for this program alone: eight bits, no parity, one stop bit.
 *
 * @throws PACKAGE_MISSING, and the code given when the line cannot be had
 */
export async function openSerialLine(
  { device, baudRate }: SerialAddress,
  code: 'CARRIER_UNREACHABLE' | 'ADDRESS_TAKEN',
): Promise<SerialStream> {
  const { SerialPort: Port } = await serialPackage();
  const port = new Port({ path: device, baudRate, lock: true, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => {
      if (error === null) resolve();
      else reject(new FerryError(code, { where: serialText({ device, baudRate }), why: why(error) }, { cause: error }));
    });
  });
  return new SerialStream(port);
}

export function serialText({ device, baudRate }: SerialAddress): string {
  return `serial:${device}?baud=${baudRate}`;
}

function serialPackage(): Promise<typeof import('serialport')> {
  return optionalPackage('A serial line', 'serialport', () => import('serialport'));
}

/** The package tells the system's answer in its text only, such as `Error: No such file or directory, cannot open /dev/x`. */
function why(error: Error): string {
  return networkWords(error)
    .replace(/^Error:? /, '')
    .replace(/,? [Cc]annot (open|lock) .*$/, '');
}
