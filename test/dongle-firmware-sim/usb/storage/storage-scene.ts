import { ScsiDrive } from '../../../../dongle-firmware-sim/usb/storage/scsi-drive.ts';
import { MemoryMedium } from './memory-medium.ts';

export const IDENTITY = { vendor: 'Ferry', product: 'Transfer dongle', revision: '1.00', serial: '9-000042' };

/** TEST UNIT READY. */
export const READY = '00 00 00 00 00 00';

/** A drive with a medium of 64 blocks, whose unit attention conditions were reported, and what its owner was told. */
export function readyDrive({ isWriteProtected = false } = {}) {
  const told: string[] = [];
  const drive = new ScsiDrive(IDENTITY, {
    written: () => told.push('written'),
    flushed: () => told.push('flushed'),
    ejected: () => told.push('ejected'),
    failed: ({ code }) => told.push(code),
  });
  const medium = new MemoryMedium(64);
  drive.insert(medium, { isWriteProtected });
  for (let failed = perform(drive, READY); failed.status !== 'good'; failed = perform(drive, READY));
  return { drive, medium, told };
}

export function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

export interface Performed {
  readonly status: 'good' | 'check condition';
  readonly data: Uint8Array;
}

/** Carries out a command by itself, without a transport. `sent` is what the host sends of its own. */
export function perform(drive: ScsiDrive, cdb: string, sent: Uint8Array = new Uint8Array(0), lun = 0): Performed {
  const command = drive.begin(lun, bytesOf(`ffff ${cdb}`).subarray(2));
  const none = new Uint8Array(0);
  switch (command.direction) {
    case 'none':
      return { status: command.status, data: none };
    case 'in': {
      const data = command.read(command.length);
      return data === 'check condition' ? { status: data, data: none } : { status: 'good', data };
    }
    case 'out':
      if (sent.length !== command.length) throw new Error(`it wants ${command.length} bytes, not ${sent.length}`);
      command.take(sent);
      return { status: command.finish().status, data: none };
  }
}

/** Why the last command failed, as key/code/qualifier in hexadecimal digits. */
export function senseOf(drive: ScsiDrive): string {
  const { data } = perform(drive, '03 00 00 00 12 00');
  return [data[2], data[12], data[13]].map((byte) => (byte ?? 0).toString(16).padStart(2, '0')).join('/');
}
