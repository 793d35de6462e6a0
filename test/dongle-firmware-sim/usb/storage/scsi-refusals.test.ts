import { describe, expect, it } from 'vitest';
import { ScsiDrive } from '../../../../dongle-firmware-sim/usb/storage/scsi-drive.ts';
import { MemoryMedium } from './memory-medium.ts';
import { bytesOf, IDENTITY, perform, READY, readyDrive, senseOf } from './storage-scene.ts';

const EJECT = '1b 00 00 00 02 00';
const never = () => undefined;

/** A drive that was just switched on, empty. */
function newDrive(): ScsiDrive {
  return new ScsiDrive(IDENTITY, { written: never, flushed: never, ejected: never, failed: never });
}

/** The sense of a command that is expected to fail. */
function failure(drive: ScsiDrive, cdb: string): string {
  expect(perform(drive, cdb).status).toBe('check condition');
  return senseOf(drive);
}

describe('a command is refused', () => {
  it.each([
    ['an operation code that there is not', '08 00 00 00 01 00', '05/20/00'],
    ['the highest operation code', 'ff 00 00 00 00 00', '05/20/00'],
    ['a CDB that is too short', '28 00 00 00 00 00 00 00 01', '05/24/00'],
    ['a linked command', '00 00 00 00 00 01', '05/24/00'],
    ['auto contingent allegiance', '28 00 00 00 00 00 00 00 01 04', '05/24/00'],
    ['sense data in the format with descriptors', '03 01 00 00 12 00', '05/24/00'],
    ['INQUIRY of a page without asking for pages', '12 00 80 00 24 00', '05/24/00'],
    ['INQUIRY of command support data', '12 02 00 00 24 00', '05/24/00'],
    ['INQUIRY of a page that there is not', '12 01 b2 00 24 00', '05/24/00'],
    ['MODE SENSE of a page that there is not', '1a 00 01 00 ff 00', '05/24/00'],
    ['MODE SENSE of a subpage that there is not', '1a 00 0a 01 ff 00', '05/24/00'],
    ['MODE SENSE of all subpages of one page', '1a 00 0a ff ff 00', '05/24/00'],
    ['MODE SENSE of one subpage of all pages', '1a 00 3f 01 ff 00', '05/24/00'],
    ['MODE SENSE of saved values', '1a 00 c8 00 ff 00', '05/39/00'],
    ['MODE SENSE(10) of saved values', '5a 00 ff 00 00 00 00 00 ff 00', '05/39/00'],
    ['MODE SELECT to save', '15 11 00 00 04 00', '05/24/00'],
    ['MODE SELECT in no page format', '55 00 00 00 00 00 00 00 08 00', '05/24/00'],
    ['a power condition', '1b 00 00 00 31 00', '05/24/00'],
    ['prevention of what there is not', '1e 00 00 00 02 00', '05/24/00'],
    ['READ CAPACITY(10) of a part', '25 00 00 00 00 00 00 00 01 00', '05/24/00'],
    ['READ CAPACITY(10) at an address', '25 00 00 00 00 01 00 00 00 00', '05/24/00'],
    ['READ CAPACITY(16) of a part', '9e 10 00 00 00 00 00 00 00 00 00 00 00 20 01 00', '05/24/00'],
    ['READ CAPACITY(16) at a high address', '9e 10 00 00 00 01 00 00 00 00 00 00 00 20 00 00', '05/24/00'],
    ['READ CAPACITY(16) at a low address', '9e 10 00 00 00 00 00 00 00 01 00 00 00 20 00 00', '05/24/00'],
    ['another service action', '9e 12 00 00 00 00 00 00 00 00 00 00 00 20 00 00', '05/24/00'],
    ['REPORT LUNS of what there is not', 'a0 00 03 00 00 00 00 00 00 10 00 00', '05/24/00'],
    ['REPORT LUNS with too little room', 'a0 00 00 00 00 00 00 00 00 0f 00 00', '05/24/00'],
    ['reading with protection information', '28 20 00 00 00 00 00 00 01 00', '05/24/00'],
    ['writing with protection information', '2a 20 00 00 00 00 00 00 01 00', '05/24/00'],
    ['comparing one block with many', '2f 06 00 00 00 00 00 00 01 00', '05/24/00'],
    ['a reserved way of comparing', '2f 04 00 00 00 00 00 00 01 00', '05/24/00'],
  ])('for %s', (_, cdb, sense) => {
    expect(failure(readyDrive().drive, cdb)).toBe(sense);
  });

  it.each([
    ['READ(10), first behind', '28 00 00 00 00 40 00 00 01 00'],
    ['READ(10), none behind', '28 00 00 00 00 40 00 00 00 00'],
    ['READ(10), one too many', '28 00 00 00 00 3e 00 00 03 00'],
    ['READ(10), farthest', '28 00 ff ff ff ff 00 ff ff 00'],
    ['WRITE(10)', '2a 00 00 00 00 3f 00 00 02 00'],
    ['VERIFY(10)', '2f 00 00 00 00 3f 00 00 02 00'],
    ['SYNCHRONIZE CACHE(10)', '35 00 00 00 00 3f 00 00 02 00'],
    ['READ(12), longest', 'a8 00 00 00 00 00 ff ff ff ff 00 00'],
    ['WRITE(12)', 'aa 00 00 00 00 3f 00 00 00 02 00 00'],
    ['READ(16), high half', '88 00 00 00 00 01 00 00 00 00 00 00 00 01 00 00'],
    ['READ(16), farthest', '88 00 ff ff ff ff ff ff ff ff ff ff ff ff 00 00'],
    ['WRITE(16)', '8a 00 00 00 00 00 00 00 00 3f 00 00 00 02 00 00'],
    ['VERIFY(16)', '8f 00 00 00 00 00 00 00 00 3f 00 00 00 02 00 00'],
    ['SYNCHRONIZE CACHE(16)', '91 00 00 00 00 00 00 00 00 3f 00 00 00 02 00 00'],
  ])('for blocks beyond the medium: %s', (_, cdb) => {
    const { drive, medium } = readyDrive();
    expect(failure(drive, cdb)).toBe('05/21/00');
    expect(medium.calls).toEqual([]);
  });

  it.each([
    READY,
    '1b 00 00 00 01 00',
    '1b 00 00 00 03 00',
    '23 00 00 00 00 00 00 00 fc 00',
    '25 00 00 00 00 00 00 00 00 00',
    '28 00 00 00 00 00 00 00 01 00',
    '2a 00 00 00 00 00 00 00 01 00',
    '2f 00 00 00 00 00 00 00 01 00',
    '35 00 00 00 00 00 00 00 00 00',
    '88 00 00 00 00 00 00 00 00 00 00 00 00 01 00 00',
    '91 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00',
    '9e 10 00 00 00 00 00 00 00 00 00 00 00 20 00 00',
  ])('for a medium that is absent: %s', (cdb) => {
    const { drive } = readyDrive();
    drive.remove();
    expect(failure(drive, cdb)).toBe('02/3a/00');
  });

  it.each([
    '12 00 00 00 24 00',
    '15 10 00 00 00 00',
    '1a 00 3f 00 ff 00',
    '1b 00 00 00 00 00',
    EJECT,
    '1e 00 00 00 01 00',
    'a0 00 00 00 00 00 00 00 00 10 00 00',
  ])('not for a medium that is absent where it needs none: %s', (cdb) => {
    const { drive, told } = readyDrive();
    drive.remove();
    expect([perform(drive, cdb).status, told]).toEqual(['good', []]);
  });

  it.each([
    ['2a 00 00 00 00 00 00 00 01 00', 512],
    ['2a 00 00 00 00 00 00 00 00 00', 0],
    ['aa 00 00 00 00 00 00 00 00 01 00 00', 512],
    ['8a 00 00 00 00 00 00 00 00 00 00 00 00 01 00 00', 512],
  ])('for a medium that is write protected, and not for the next one: %s', (cdb, length) => {
    const { drive, medium } = readyDrive({ isWriteProtected: true });
    expect(failure(drive, cdb)).toBe('07/27/00');
    expect(perform(drive, '28 00 00 00 00 00 00 00 01 00').status).toBe('good');
    drive.insert(medium, { isWriteProtected: false });
    perform(drive, READY);
    expect(perform(drive, cdb, new Uint8Array(length)).status).toBe('good');
  });
});

describe('a medium that fails', () => {
  it.each([
    ['read', '28 00 00 00 00 04 00 00 01 00', '03/11/00', 4],
    ['read', '2f 00 00 00 00 04 00 00 01 00', '03/11/00', 4],
    ['read', '2f 02 00 00 00 04 00 00 01 00', '03/11/00', 4],
    ['write', '2a 00 00 00 00 04 00 00 01 00', '03/0c/00', 4],
    ['flush', '2a 08 00 00 00 04 00 00 01 00', '03/0c/00', undefined],
    ['flush', '35 00 00 00 00 00 00 00 00 00', '03/0c/00', undefined],
    ['flush', '1b 00 00 00 00 00', '03/0c/00', undefined],
    ['flush', EJECT, '03/0c/00', undefined],
  ] as const)('to %s fails %s, and the host learns at which block', (failing, cdb, sense, lba) => {
    const { drive, medium, told } = readyDrive();
    medium.failing = failing;
    expect(perform(drive, cdb, new Uint8Array(/^(2a|2f 02)/.test(cdb) ? 512 : 0)).status).toBe('check condition');
    const { data } = perform(drive, '03 00 00 00 12 00');
    expect([data[2], data[12]]).toEqual(sense.split('/', 2).map((digits) => Number.parseInt(digits, 16)));
    expect([data[0], data[6]]).toEqual(lba === undefined ? [0x70, 0] : [0xf0, lba]);
    expect(told.filter((word) => word !== 'written')).toEqual(['STORE_WRITE_FAILED']);
    expect(drive.isMediumPresent).toBe(true);
  });

  it('to write for a moment is not written any more by that command, nor flushed', () => {
    const { drive, medium } = readyDrive();
    const command = drive.begin(0, bytesOf('2a 08 00 00 00 04 00 00 03 00'));
    if (command.direction !== 'out') throw new Error('it writes nothing');
    command.take(new Uint8Array(512));
    medium.failing = 'write';
    command.take(new Uint8Array(512));
    medium.failing = undefined;
    command.take(new Uint8Array(512));
    expect(command.finish()).toEqual({ status: 'check condition', processed: 512 });
    expect([medium.calls, senseOf(drive)]).toEqual([['write 4+1'], '03/0c/00']);
  });

  it('by a defect of this program is not taken for a fault of the medium', () => {
    const drive = newDrive();
    const medium = new MemoryMedium(8);
    medium.read = () => {
      throw new TypeError('a defect');
    };
    drive.insert(medium, { isWriteProtected: false });
    perform(drive, READY);
    perform(drive, READY);
    expect(() => perform(drive, '28 00 00 00 00 00 00 00 01 00')).toThrow('a defect');
  });
});

describe('sense data', () => {
  it('is told once', () => {
    const { drive } = readyDrive();
    perform(drive, 'ff 00 00 00 00 00');
    expect([senseOf(drive), senseOf(drive)]).toEqual(['05/20/00', '00/00/00']);
  });

  it('is gone after a reset', () => {
    const { drive } = readyDrive();
    perform(drive, 'ff 00 00 00 00 00');
    drive.reset();
    expect(senseOf(drive)).toBe('06/29/00');
  });

  it.each([READY, '12 00 00 00 24 00', 'a0 00 00 00 00 00 00 00 00 10 00 00'])('is gone after %s', (cdb) => {
    const { drive } = readyDrive();
    perform(drive, 'ff 00 00 00 00 00');
    perform(drive, cdb);
    expect(senseOf(drive)).toBe('00/00/00');
  });
});

describe('a unit attention condition', () => {
  it('fails one command each: switched on first, then the medium', () => {
    const drive = newDrive();
    drive.insert(new MemoryMedium(8), { isWriteProtected: false });
    expect([failure(drive, READY), failure(drive, READY)]).toEqual(['06/29/00', '06/28/00']);
    expect(perform(drive, READY).status).toBe('good');
  });

  it('comes before every other reason, and the command does nothing', () => {
    const { drive, medium, told } = readyDrive();
    for (const cdb of ['ff 00 00 00 00 00', '28 00 00 00 00 40 00 00 01 00', EJECT, '1e 00 00 00 01 00']) {
      drive.insert(medium, { isWriteProtected: false });
      expect(failure(drive, cdb)).toBe('06/28/00');
    }
    expect([drive.isMediumPresent, drive.isRemovalPrevented, told]).toEqual([true, false, []]);
  });

  it.each(['12 00 00 00 24 00', 'a0 00 00 00 00 00 00 00 00 10 00 00'])('lets %s pass, and stays', (cdb) => {
    const { drive, medium } = readyDrive();
    drive.insert(medium, { isWriteProtected: false });
    expect(perform(drive, cdb).status).toBe('good');
    expect(failure(drive, READY)).toBe('06/28/00');
  });

  it('is reported by REQUEST SENSE as well, after why a command failed', () => {
    const { drive, medium } = readyDrive();
    perform(drive, 'ff 00 00 00 00 00');
    drive.insert(medium, { isWriteProtected: false });
    expect([senseOf(drive), senseOf(drive), senseOf(drive)]).toEqual(['05/20/00', '06/28/00', '00/00/00']);
  });

  it('is one, however often the medium was changed', () => {
    const { drive, medium } = readyDrive();
    drive.insert(medium, { isWriteProtected: false });
    drive.remove();
    drive.insert(medium, { isWriteProtected: false });
    expect(failure(drive, READY)).toBe('06/28/00');
    expect(perform(drive, READY).status).toBe('good');
  });

  it('of a change is forgotten by a reset: the host reads everything anew', () => {
    const { drive, medium } = readyDrive();
    drive.insert(medium, { isWriteProtected: false });
    perform(drive, 'ff 00 00 00 00 00');
    drive.insert(medium, { isWriteProtected: false });
    drive.reset();
    expect(failure(drive, READY)).toBe('06/29/00');
    expect(perform(drive, READY).status).toBe('good');
  });
});

describe('a logical unit that there is not', () => {
  it('says so to INQUIRY and REQUEST SENSE, and fails everything else', () => {
    const { drive } = readyDrive();
    const inquiry = perform(drive, '12 00 00 00 24 00', undefined, 1);
    expect([inquiry.data[0], inquiry.data.length]).toEqual([0x7f, 36]);
    expect(perform(drive, READY, undefined, 1).status).toBe('check condition');
    const { data } = perform(drive, '03 00 00 00 12 00', undefined, 1);
    expect([data[2], data[12], data[13]]).toEqual([5, 0x25, 0]);
    expect(senseOf(drive)).toBe('00/00/00');
  });
});
