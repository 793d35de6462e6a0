import { describe, expect, it } from 'vitest';
import { ScsiDrive } from '../../../../dongle-firmware-sim/usb/storage/scsi-drive.ts';
import { bytesOf, perform, readyDrive, senseOf } from './storage-scene.ts';

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

const text = (words: string): string => Buffer.from(words).toString('hex');
const zeros = (count: number): string => '00'.repeat(count);
const STANDARD = `008006021f000000${text('Ferry   Transfer dongle 1.00')}`;
const CACHING = `081204${zeros(17)}`;
const CONTROL = `0a0a${zeros(10)}`;
const EXCEPTIONS = `1c0a${zeros(10)}`;

describe('a command that gives data', () => {
  it.each([
    ['REQUEST SENSE', '03 00 00 00 12 00', `70000000000000 0a${zeros(10)}`],
    ['INQUIRY', '12 00 00 00 24 00', STANDARD],
    ['INQUIRY, supported pages', '12 01 00 00 ff 00', '00000005 00 80 83 b0 b1'],
    ['INQUIRY, serial number', '12 01 80 00 ff 00', `00800008${text('9-000042')}`],
    ['INQUIRY, identification', '12 01 83 00 ff 00', `00830024 02010020${text('Ferry   Transfer dongle 9-000042')}`],
    ['INQUIRY, block limits', '12 01 b0 00 ff 00', `00b0003c${zeros(60)}`],
    ['INQUIRY, characteristics', '12 01 b1 00 ff 00', `00b1003c0001${zeros(58)}`],
    ['MODE SENSE(6), all', '1a 00 3f 00 ff 00', `2f001000${CACHING}${CONTROL}${EXCEPTIONS}`],
    ['MODE SENSE(6), all with subpages', '1a 00 3f ff ff 00', `2f001000${CACHING}${CONTROL}${EXCEPTIONS}`],
    ['MODE SENSE(6), caching', '1a 08 08 00 ff 00', `17001000${CACHING}`],
    ['MODE SENSE(6), control', '1a 00 0a 00 ff 00', `0f001000${CONTROL}`],
    ['MODE SENSE(6), exceptions', '1a 00 1c 00 ff 00', `0f001000${EXCEPTIONS}`],
    ['MODE SENSE(6), what can be changed', '1a 00 48 00 ff 00', `17001000 0812${zeros(18)}`],
    ['MODE SENSE(6), defaults', '1a 00 88 00 ff 00', `17001000${CACHING}`],
    ['MODE SENSE(10), caching', '5a 00 08 00 00 00 00 00 ff 00', `001a001000000000${CACHING}`],
    ['READ FORMAT CAPACITIES', '23 00 00 00 00 00 00 00 fc 00', '00000008 00000040 02000200'],
    ['READ CAPACITY(10)', '25 00 00 00 00 00 00 00 00 00', '0000003f 00000200'],
    ['READ CAPACITY(16)', '9e 10 00 00 00 00 00 00 00 00 00 00 00 20 00 00', `000000000000003f 00000200${zeros(20)}`],
    ['REPORT LUNS', 'a0 00 00 00 00 00 00 00 00 10 00 00', `00000008${zeros(12)}`],
    ['REPORT LUNS, all', 'a0 00 02 00 00 00 00 00 01 00 00 00', `00000008${zeros(12)}`],
    ['REPORT LUNS, well known', 'a0 00 01 00 00 00 00 00 01 00 00 00', zeros(8)],
  ])('%s', (_, cdb, expected) => {
    const { status, data } = perform(readyDrive().drive, cdb);
    expect({ status, data: hex(data) }).toEqual({ status: 'good', data: expected.replaceAll(' ', '') });
  });

  it.each([
    ['03 00 00 00 05 00', 5],
    ['12 00 00 00 05 00', 5],
    ['12 00 00 01 00 00', 36],
    ['12 01 80 00 06 00', 6],
    ['1a 00 3f 00 04 00', 4],
    ['5a 00 3f 00 00 00 00 00 08 00', 8],
    ['23 00 00 00 00 00 00 00 08 00', 8],
    ['9e 10 00 00 00 00 00 00 00 00 00 00 00 0c 00 00', 12],
    ['12 00 00 00 00 00', 0],
    ['5a 00 3f 00 00 00 00 00 00 00', 0],
  ])('%s cuts it to the allocation length, which is no failure', (cdb, length) => {
    const { status, data } = perform(readyDrive().drive, cdb);
    expect([status, data.length]).toEqual(['good', length]);
  });

  it('says that a medium is write protected', () => {
    const { drive } = readyDrive({ isWriteProtected: true });
    expect(hex(perform(drive, '1a 00 3f 00 04 00').data)).toBe('2f009000');
    expect(hex(perform(drive, '5a 00 3f 00 00 00 00 00 08 00').data)).toBe('0032009000000000');
  });

  it('takes only printable ASCII into what it says of itself, cut to what there is room for', () => {
    const identity = { vendor: 'Fährmann & Sons', product: 'a\tb', revision: '10.25', serial: '9'.repeat(40) };
    const never = () => undefined;
    const drive = new ScsiDrive(identity, { written: never, flushed: never, ejected: never, failed: never });
    const said = Buffer.from(perform(drive, '12 00 00 00 24 00').data.subarray(8)).toString('latin1');
    expect(said).toBe('F?hrmanna?b             10.2');
    expect(perform(drive, '12 01 80 00 ff 00').data).toHaveLength(4 + 32);
  });
});

describe('a command on blocks', () => {
  it.each([
    ['READ(10)', '28 00 00 00 00 3e 00 00 02 00'],
    ['READ(12)', 'a8 00 00 00 00 3e 00 00 00 02 00 00'],
    ['READ(16)', '88 00 00 00 00 00 00 00 00 3e 00 00 00 02 00 00'],
  ])('%s gives the blocks at its address', (_, cdb) => {
    const { drive, medium } = readyDrive();
    expect(perform(drive, cdb)).toEqual({ status: 'good', data: medium.bytes.slice(62 * 512) });
  });

  it.each([
    ['WRITE(10)', '2a 00 00 00 00 3e 00 00 02 00'],
    ['WRITE(12)', 'aa 00 00 00 00 3e 00 00 00 02 00 00'],
    ['WRITE(16)', '8a 00 00 00 00 00 00 00 00 3e 00 00 00 02 00 00'],
  ])('%s writes the blocks at its address, tells the owner, and flushes nothing', (_, cdb) => {
    const { drive, medium, told } = readyDrive();
    const expected = medium.bytes.slice().fill(9, 62 * 512);
    expect(perform(drive, cdb, new Uint8Array(1024).fill(9)).status).toBe('good');
    expect([medium.bytes, medium.calls, told]).toEqual([expected, ['write 62+2'], ['written']]);
  });

  it.each([
    ['WRITE(10)', '2a 08 00 00 00 3e 00 00 02 00'],
    ['WRITE(12)', 'aa 08 00 00 00 3e 00 00 00 02 00 00'],
    ['WRITE(16)', '8a 08 00 00 00 00 00 00 00 3e 00 00 00 02 00 00'],
  ])('%s with forced unit access is durable when it ends', (_, cdb) => {
    const { drive, medium, told } = readyDrive();
    perform(drive, cdb, new Uint8Array(1024));
    expect([medium.calls, told]).toEqual([['write 62+2', 'flush'], ['written']]);
  });

  it.each([
    ['VERIFY(10)', '2f 00 00 00 00 3e 00 00 02 00'],
    ['VERIFY(16)', '8f 00 00 00 00 00 00 00 00 3e 00 00 00 02 00 00'],
  ])('%s reads the blocks and gives none', (_, cdb) => {
    const { drive, medium } = readyDrive();
    expect(perform(drive, cdb)).toMatchObject({ status: 'good', data: new Uint8Array(0) });
    expect(medium.calls).toEqual(['read 62+2']);
  });

  it.each([
    ['VERIFY(10)', '2f 02 00 00 00 3e 00 00 02 00'],
    ['VERIFY(16)', '8f 02 00 00 00 00 00 00 00 3e 00 00 00 02 00 00'],
  ])('%s with data compares, and fails at a byte that differs', (_, cdb) => {
    const { drive, medium, told } = readyDrive();
    const stored = medium.bytes.slice(62 * 512);
    expect(perform(drive, cdb, stored).status).toBe('good');
    stored[1023] = ~(stored[1023] ?? 0);
    expect([perform(drive, cdb, stored).status, senseOf(drive)]).toEqual(['check condition', '0e/1d/00']);
    expect(told).toEqual([]);
  });

  it.each([
    ['SYNCHRONIZE CACHE(10)', '35 00 00 00 00 00 00 00 00 00'],
    ['SYNCHRONIZE CACHE(10) of a part, at once', '35 02 00 00 00 04 00 00 02 00'],
    ['SYNCHRONIZE CACHE(16)', '91 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00'],
  ])('%s ends when the medium is flushed, and tells the owner then', (_, cdb) => {
    const { drive, medium, told } = readyDrive();
    expect(perform(drive, cdb)).toMatchObject({ status: 'good' });
    expect([medium.calls, told]).toEqual([['flush'], ['flushed']]);
  });

  it.each([
    ['READ(10)', '28 00 00 00 00 04 00 00 00 00'],
    ['WRITE(10)', '2a 00 00 00 00 04 00 00 00 00'],
    ['VERIFY(10)', '2f 02 00 00 00 04 00 00 00 00'],
  ])('%s of no blocks is done, and does nothing', (_, cdb) => {
    const { drive, medium, told } = readyDrive();
    expect(perform(drive, cdb)).toMatchObject({ status: 'good' });
    expect([medium.calls, told]).toEqual([[], []]);
  });
});

describe('MODE SELECT', () => {
  const short = (list: string): string => `15 10 00 00 ${bytesOf(list).length.toString(16).padStart(2, '0')} 00`;
  const long = (list: string): string =>
    `55 10 00 00 00 00 00 ${bytesOf(list).length.toString(16).padStart(4, '0')} 00`;

  it.each([
    ['(6), nothing', '15 10 00 00 00 00', ''],
    ['(6), a header', short('00000000'), '00000000'],
    ['(6), caching', short(`00000000${CACHING}`), `00000000${CACHING}`],
    ['(6), what MODE SENSE(6) gives', short(`00001000${CACHING}${CONTROL}`), `00001000${CACHING}${CONTROL}`],
    ['(10), what MODE SENSE(10) gives', long(`0000001000000000${EXCEPTIONS}`), `0000001000000000${EXCEPTIONS}`],
  ])('%s takes values that are as they are', (_, cdb, list) => {
    expect(perform(readyDrive().drive, cdb, bytesOf(list)).status).toBe('good');
  });

  it.each([
    ['a header that is cut', short('000000'), '000000', '05/1a/00'],
    ['a long header that is cut', long('00000000000000'), '00000000000000', '05/1a/00'],
    ['a page that is cut', short(`00000000${CACHING.slice(2)}`), `00000000${CACHING.slice(0, -2)}`, '05/1a/00'],
    ['a value that cannot be changed', short(`00000000${CACHING}`), `00000000081200${zeros(17)}`, '05/26/00'],
    ['another length of a page', short(`00000000${CONTROL}`), `000000000a09${zeros(10)}`, '05/26/00'],
    ['a page that there is not', short(`000000000106${zeros(6)}`), `000000000106${zeros(6)}`, '05/26/00'],
    ['a subpage', short(`000000004a01${zeros(10)}`), `000000004a01${zeros(10)}`, '05/26/00'],
    ['a block descriptor', short(`00000008${zeros(8)}`), `00000008${zeros(8)}`, '05/26/00'],
    ['a long block descriptor', long(`0000000000000100${CACHING}`), `0000000000000100${CACHING}`, '05/26/00'],
    ['another type of medium', short('00010000'), '00010000', '05/26/00'],
    ['another type of medium, long', long('0000010000000000'), '0000010000000000', '05/26/00'],
  ])('refuses %s', (_, cdb, list, sense) => {
    const { drive } = readyDrive();
    expect([perform(drive, cdb, bytesOf(list)).status, senseOf(drive)]).toEqual(['check condition', sense]);
  });
});
