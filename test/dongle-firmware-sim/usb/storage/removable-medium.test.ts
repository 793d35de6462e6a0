import { describe, expect, it } from 'vitest';
import { ScsiDrive } from '../../../../dongle-firmware-sim/usb/storage/scsi-drive.ts';
import { MemoryMedium } from './memory-medium.ts';
import { bytesOf, IDENTITY, perform, READY, readyDrive, senseOf } from './storage-scene.ts';

const EJECT = '1b 00 00 00 02 00';
const STOP = '1b 00 00 00 00 00';
const PREVENT = '1e 00 00 00 01 00';
const ALLOW = '1e 00 00 00 00 00';
const WRITE = '2a 00 00 00 00 00 00 00 02 00';

describe('a medium that the host ejects', () => {
  it('is flushed, then gone, and then the owner is told', () => {
    const { drive, medium, told } = readyDrive();
    expect(perform(drive, EJECT).status).toBe('good');
    expect([medium.calls, told, drive.isMediumPresent]).toEqual([['flush'], ['ejected'], false]);
    expect([perform(drive, READY).status, senseOf(drive)]).toEqual(['check condition', '02/3a/00']);
  });

  it('stays where the host has asked that it stay, until it allows it', () => {
    const { drive, told } = readyDrive();
    expect(perform(drive, PREVENT).status).toBe('good');
    expect([perform(drive, EJECT).status, senseOf(drive)]).toEqual(['check condition', '05/53/02']);
    expect([drive.isMediumPresent, drive.isRemovalPrevented, told]).toEqual([true, true, []]);
    perform(drive, ALLOW);
    expect([perform(drive, EJECT).status, drive.isRemovalPrevented, told]).toEqual(['good', false, ['ejected']]);
  });

  it('may be replaced by the owner while it is told, so that the host sees a change', () => {
    const after = new MemoryMedium(16);
    const never = () => undefined;
    const ejected = () => drive.insert(after, { isWriteProtected: true });
    const drive: ScsiDrive = new ScsiDrive(IDENTITY, { written: never, flushed: never, ejected, failed: never });
    drive.insert(new MemoryMedium(8), { isWriteProtected: false });
    perform(drive, READY);
    perform(drive, READY);
    expect(perform(drive, EJECT).status).toBe('good');
    expect([perform(drive, READY).status, senseOf(drive)]).toEqual(['check condition', '06/28/00']);
    expect(perform(drive, '25 00 00 00 00 00 00 00 00 00').data[3]).toBe(15);
  });
});

describe('a drive that the host stops', () => {
  it('has flushed its medium, which stays and can be used', () => {
    const { drive, medium, told } = readyDrive();
    expect(perform(drive, STOP).status).toBe('good');
    expect([medium.calls, told]).toEqual([['flush'], ['flushed']]);
    expect(perform(drive, READY).status).toBe('good');
  });

  it('flushes nothing where the host does not want that', () => {
    const { drive, medium, told } = readyDrive();
    expect(perform(drive, '1b 00 00 00 04 00').status).toBe('good');
    expect([medium.calls, told]).toEqual([[], []]);
  });

  it.each(['1b 00 00 00 01 00', '1b 00 00 00 03 00'])('starts again: %s', (cdb) => {
    const { drive, told } = readyDrive();
    expect([perform(drive, cdb).status, told]).toEqual(['good', []]);
  });
});

describe('a medium that the owner takes out', () => {
  it('of a command that reads fails it there, and is not read any more', () => {
    const { drive, medium } = readyDrive();
    const command = drive.begin(0, bytesOf('28 00 00 00 00 00 00 00 02 00'));
    if (command.direction !== 'in') throw new Error('it reads nothing');
    expect(command.read(512)).toHaveLength(512);
    drive.remove();
    expect([command.read(512), senseOf(drive), medium.calls]).toEqual(['check condition', '02/3a/00', ['read 0+1']]);
  });

  it.each([
    ['another one', (_: MemoryMedium) => new MemoryMedium(64)],
    ['the same one', (medium: MemoryMedium) => medium],
  ])('of a command that writes fails it there, and %s after it is not written', (_, next) => {
    const { drive, medium, told } = readyDrive();
    const command = drive.begin(0, bytesOf(WRITE));
    if (command.direction !== 'out') throw new Error('it writes nothing');
    command.take(new Uint8Array(512));
    const after = next(medium);
    drive.insert(after, { isWriteProtected: false });
    after.calls.length = 0;
    command.take(new Uint8Array(512));
    expect(command.finish()).toEqual({ status: 'check condition', processed: 512 });
    expect([after.calls, told]).toEqual([[], ['written']]);
  });

  it('goes although the host has asked that it stay: that binds the owner by its own will alone', () => {
    const { drive, medium } = readyDrive();
    perform(drive, PREVENT);
    drive.remove();
    expect([drive.isMediumPresent, drive.isRemovalPrevented]).toEqual([false, true]);
    drive.insert(medium, { isWriteProtected: false });
    expect([perform(drive, EJECT).status, senseOf(drive)]).toEqual(['check condition', '06/28/00']);
  });
});
