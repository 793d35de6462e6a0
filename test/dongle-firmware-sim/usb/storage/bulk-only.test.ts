import { describe, expect, it } from 'vitest';
import { type Command, commandWrapper, StorageHost } from './storage-host.ts';
import { READY, readyDrive } from './storage-scene.ts';

/** Two blocks from the fourth. */
const READ = '28 00 00 00 00 04 00 00 02 00';
const WRITE = '2a 00 00 00 00 04 00 00 02 00';
/** Beyond the medium: no data, and it fails. */
const READ_BEYOND = '28 00 00 00 00 40 00 00 01 00';
const WRITE_BEYOND = '2a 00 00 00 00 40 00 00 01 00';

function scene() {
  const { drive, medium, told } = readyDrive();
  medium.calls.length = 0;
  return { drive, medium, told, host: new StorageHost(drive) };
}

describe('the 13 cases of a data phase', () => {
  it.each<[string, Command, (number | 'stall')[], { status: number; residue: number }]>([
    ['1: Hn = Dn', { cdb: READY }, [], { status: 0, residue: 0 }],
    ['1: Hn = Dn, failed', { cdb: READ_BEYOND }, [], { status: 1, residue: 0 }],
    ['2: Hn < Di', { cdb: READ }, [], { status: 2, residue: 0 }],
    ['3: Hn < Do', { cdb: WRITE }, [], { status: 2, residue: 0 }],
    ['4: Hi > Dn', { cdb: READY, expects: 700 }, ['stall'], { status: 0, residue: 700 }],
    ['4: Hi > Dn, failed', { cdb: READ_BEYOND, expects: 512 }, ['stall'], { status: 1, residue: 512 }],
    ['5: Hi > Di', { cdb: READ, expects: 1500 }, [1024], { status: 0, residue: 476 }],
    ['6: Hi = Di', { cdb: READ, expects: 1024 }, [1024], { status: 0, residue: 0 }],
    ['7: Hi < Di', { cdb: READ, expects: 700 }, [700], { status: 2, residue: 0 }],
    ['8: Hi <> Do', { cdb: WRITE, expects: 1024 }, ['stall'], { status: 2, residue: 1024 }],
    ['9: Ho > Dn', { cdb: READY, sends: new Uint8Array(700) }, [700], { status: 0, residue: 700 }],
    ['9: Ho > Dn, failed', { cdb: WRITE_BEYOND, sends: new Uint8Array(512) }, [512], { status: 1, residue: 512 }],
    ['10: Ho <> Di', { cdb: READ, sends: new Uint8Array(1024) }, [1024], { status: 2, residue: 1024 }],
    ['11: Ho > Do', { cdb: WRITE, sends: new Uint8Array(1500) }, [1500], { status: 0, residue: 476 }],
    ['12: Ho = Do', { cdb: WRITE, sends: new Uint8Array(1024) }, [1024], { status: 0, residue: 0 }],
    ['13: Ho < Do', { cdb: WRITE, sends: new Uint8Array(700) }, [700], { status: 2, residue: 700 }],
  ])('%s ends as the transport says, and the next command is served', (_, command, transfers, end) => {
    const { host } = scene();
    expect(host.run({ ...command, tag: 0xfedcba98 })).toMatchObject({ transfers, ...end, tag: 0xfedcba98 });
    expect(host.run({ cdb: READ, expects: 1024 })).toMatchObject({ transfers: [1024], status: 0, residue: 0 });
  });

  it('write nothing where the host has another data phase in mind', () => {
    const { host, medium } = scene();
    host.run({ cdb: WRITE });
    host.run({ cdb: WRITE, expects: 1024 });
    host.run({ cdb: WRITE, sends: new Uint8Array(1023) });
    expect(medium.calls).toEqual([]);
  });

  it('read nothing where the host has another data phase in mind', () => {
    const { host, medium } = scene();
    host.run({ cdb: READ });
    host.run({ cdb: READ, sends: new Uint8Array(1024) });
    expect(medium.calls).toEqual([]);
  });

  it.each([700, 1100])(
    'write the blocks of the command alone where the host sends more, %i bytes at a time',
    (transfer) => {
      const { host, medium } = scene();
      const before = medium.bytes.slice();
      host.run({ cdb: WRITE, sends: new Uint8Array(5000).fill(0xaa) }, transfer);
      before.fill(0xaa, 4 * 512, 6 * 512);
      expect(medium.bytes).toEqual(before);
    },
  );
});

describe('a data phase', () => {
  it.each([1, 100, 512, 700, 1024, 4096])('gives in transfers of %i bytes the same bytes', (transfer) => {
    const { host, medium } = scene();
    const { data, status } = host.run({ cdb: READ, expects: 1024 }, transfer);
    expect({ data, status }).toEqual({ data: medium.bytes.slice(4 * 512, 6 * 512), status: 0 });
  });

  it.each([1, 100, 512, 700, 1024, 4096])('takes in transfers of %i bytes the same bytes', (transfer) => {
    const { host, medium } = scene();
    const sends = Uint8Array.from({ length: 1024 }, (_, at) => at * 7);
    expect(host.run({ cdb: WRITE, sends }, transfer)).toMatchObject({ status: 0, residue: 0 });
    expect(medium.bytes.slice(4 * 512, 6 * 512)).toEqual(sends);
  });

  it('of 60 blocks costs one use of the medium for each transfer', () => {
    const { host, medium } = scene();
    host.run({ cdb: '28 00 00 00 00 00 00 00 3c 00', expects: 30720 }, 16384);
    host.run({ cdb: '2a 00 00 00 00 00 00 00 3c 00', sends: new Uint8Array(30720) }, 16384);
    expect(medium.calls).toEqual(['read 0+32', 'read 32+28', 'write 0+32', 'write 32+28']);
  });

  it('that ends early with a full transfer shows its end by an empty one', () => {
    const { host } = scene();
    expect(host.run({ cdb: READ, expects: 2048 }, 1024)).toMatchObject({
      transfers: [1024, 0],
      status: 0,
      residue: 1024,
    });
  });

  it('that ends early answers what transfers are left of it with nothing, so that status meets its own', () => {
    const { host } = scene();
    host.out(commandWrapper({ cdb: READ, expects: 4096 }));
    const answers = [1500, 1500, 1096].map((length) => host.in(length));
    expect(answers.map((answer) => answer.length)).toEqual([1024, 0, 0]);
    expect(host.readStatus()).toMatchObject({ status: 0, residue: 3072 });
  });

  it('that ends early gives status to a host that asks for it at once', () => {
    const { host } = scene();
    host.out(commandWrapper({ cdb: READ, expects: 4096 }));
    expect(host.in(1500)).toHaveLength(1024);
    expect(host.readStatus()).toMatchObject({ status: 0, residue: 3072 });
  });

  it('is not moved by transfers without bytes', () => {
    const { host } = scene();
    host.out(commandWrapper({ cdb: READ, expects: 1024 }));
    expect([host.in(0), host.in(2000), host.in(0)].map((answer) => answer.length)).toEqual([0, 1024, 0]);
    expect(host.readStatus()).toMatchObject({ status: 0 });
    host.out(commandWrapper({ cdb: WRITE, sends: new Uint8Array(1024) }));
    expect([host.out(new Uint8Array(0)), host.in(13)]).toEqual([0, 'wait']);
    expect(host.out(new Uint8Array(1024))).toBe(1024);
    expect(host.readStatus()).toMatchObject({ status: 0, residue: 0 });
  });

  it('takes of a transfer that is too long what belongs to it', () => {
    const { host } = scene();
    host.out(commandWrapper({ cdb: WRITE, sends: new Uint8Array(1024) }));
    expect(host.out(new Uint8Array(1055))).toBe(1024);
    expect(host.readStatus()).toMatchObject({ status: 0, residue: 0 });
  });

  it('of reading that fails on the way stalls, and its residue is what was not given', () => {
    const { host, medium } = scene();
    host.out(commandWrapper({ cdb: READ, expects: 1024 }));
    expect(host.in(512)).toHaveLength(512);
    medium.failing = 'read';
    expect([host.in(512), host.in(512)]).toEqual(['stall', 'stall']);
    host.clearHalt();
    expect(host.readStatus()).toMatchObject({ status: 1, residue: 512 });
  });

  it('of writing that fails on the way is taken to its end, and its residue is what was not written', () => {
    const { host, medium } = scene();
    host.out(commandWrapper({ cdb: WRITE, sends: new Uint8Array(1024) }));
    host.out(new Uint8Array(700));
    medium.failing = 'write';
    expect(host.out(new Uint8Array(324))).toBe(324);
    expect(host.readStatus()).toMatchObject({ status: 1, residue: 512 });
    medium.failing = undefined;
    expect(host.run({ cdb: WRITE, sends: new Uint8Array(1024) })).toMatchObject({ status: 0 });
  });
});

describe('order on the bulk endpoints', () => {
  it('lets status wait until the data came, and the next command until status is read, and says each time when', () => {
    const { host } = scene();
    let ready = 0;
    host.device.onReady = () => {
      ready += 1;
    };
    expect([host.in(13), ready]).toEqual(['wait', 0]);
    host.out(commandWrapper({ cdb: WRITE, sends: new Uint8Array(1024) }));
    host.out(new Uint8Array(1000));
    expect([host.in(13), ready]).toEqual(['wait', 0]);
    host.out(new Uint8Array(24));
    expect([host.out(commandWrapper({ cdb: READY })), ready]).toEqual(['wait', 1]);
    expect(host.readStatus()).toMatchObject({ status: 0 });
    expect([host.out(commandWrapper({ cdb: READY })), ready]).toEqual([31, 3]);
    expect([host.out(commandWrapper({ cdb: READ, expects: 1024 })), ready]).toEqual(['wait', 3]);
  });

  it('lets the next command wait while there is data to be read or a halt to be cleared', () => {
    const { host } = scene();
    host.out(commandWrapper({ cdb: READ, expects: 1024 }));
    expect(host.out(commandWrapper({ cdb: READY }))).toBe('wait');
    host.in(1024);
    host.readStatus();
    host.out(commandWrapper({ cdb: READY, expects: 1024 }));
    expect([host.in(1024), host.out(commandWrapper({ cdb: READY }))]).toEqual(['stall', 'wait']);
  });

  it('never cuts status: it stalls a transfer without room for it and gives it whole afterwards, also into a larger one', () => {
    const { host } = scene();
    host.out(commandWrapper({ cdb: READY }));
    expect([host.in(12), host.in(13)]).toEqual(['stall', 'stall']);
    host.device.haltCleared(0x02);
    expect(host.in(13)).toBe('stall');
    host.clearHalt();
    expect(host.in(512)).toHaveLength(13);
  });

  it('is not changed by the clearing of a halt that was none', () => {
    const { host } = scene();
    host.clearHalt();
    host.out(commandWrapper({ cdb: READ, expects: 1024 }));
    host.clearHalt();
    expect(host.in(1024)).toHaveLength(1024);
    host.clearHalt();
    expect(host.readStatus()).toMatchObject({ status: 0 });
  });
});

describe('what is no command', () => {
  const good = commandWrapper({ cdb: READY });
  const changed = (offset: number, value: number): Uint8Array => Uint8Array.from(good).fill(value, offset, offset + 1);

  it.each([
    ['too short', good.subarray(0, 30)],
    ['too long', new Uint8Array(32)],
    ['empty', new Uint8Array(0)],
    ['of another signature', changed(3, 0x53)],
    ['with a reserved flag', changed(12, 0x40)],
    ['with a reserved bit at the logical unit', changed(13, 0x10)],
    ['for a logical unit that there is not', changed(13, 1)],
    ['without a command', changed(14, 0)],
    ['with 17 bytes of command', changed(14, 17)],
    ['with a reserved bit at the length', changed(14, 0x86)],
  ])('%s stalls what is asked for and drops what is sent, until reset recovery', (_, bytes) => {
    const { host } = scene();
    expect(host.out(bytes)).toBe(bytes.length);
    expect([host.in(13), host.out(good), host.in(13)]).toEqual(['stall', 31, 'stall']);
    host.clearHalt();
    expect([host.in(13), host.out(good)]).toEqual(['stall', 31]);
    host.resetRecovery();
    expect(host.in(13)).toBe('wait');
    expect(host.run({ cdb: READ, expects: 1024 })).toMatchObject({ status: 0, residue: 0 });
  });
});

describe('requests of the mass storage class', () => {
  const maxLun = { requestType: 0xa1, request: 0xfe, value: 0, index: 1, length: 1 };
  const reset = { requestType: 0x21, request: 0xff, value: 0, index: 1, length: 0 };

  it('tell that there is one logical unit', () => {
    expect(scene().host.device.request(maxLun)).toEqual(Uint8Array.of(0));
  });

  it.each([
    { ...maxLun, value: 1 },
    { ...maxLun, index: 0 },
    { ...maxLun, length: 0 },
    { ...maxLun, requestType: 0x21 },
    { ...reset, value: 1 },
    { ...reset, index: 0 },
    { ...reset, length: 1 },
    { ...reset, requestType: 0xa1 },
    { ...reset, request: 0xfd },
  ])('are refused unless they are as the transport has them: %o', (setup) => {
    expect(scene().host.device.request(setup)).toBe('stall');
  });

  it('drop a command that has begun, and tell who waits, but leave the drive as it is', () => {
    const { host, drive } = scene();
    host.run({ cdb: '1e 00 00 00 01 00' });
    host.out(commandWrapper({ cdb: WRITE, sends: new Uint8Array(1024) }));
    let ready = 0;
    host.device.onReady = () => {
      ready += 1;
    };
    expect(host.device.request(reset)).toHaveLength(0);
    expect(ready).toBe(1);
    expect(host.run({ cdb: READY })).toMatchObject({ status: 0 });
    expect(drive.isRemovalPrevented).toBe(true);
  });
});

describe('a device that is configured anew', () => {
  it.each<[string, (host: StorageHost) => void]>([
    ['between commands', () => undefined],
    ['after what was no command', (host) => host.out(new Uint8Array(3))],
    ['in a data phase to the host', (host) => host.out(commandWrapper({ cdb: READ, expects: 1024 }))],
    ['in a data phase from the host', (host) => host.out(commandWrapper({ cdb: WRITE, sends: new Uint8Array(1024) }))],
    ['with a halt', (host) => host.out(commandWrapper({ cdb: READY, expects: 1024 }))],
    ['with a status unread', (host) => host.out(commandWrapper({ cdb: READY }))],
  ])('%s begins from the start, with the drive just switched on', (_, before) => {
    const { host, drive } = scene();
    host.run({ cdb: '1e 00 00 00 01 00' });
    before(host);
    host.device.reset();
    expect(host.in(13)).toBe('wait');
    expect(host.run({ cdb: READY })).toMatchObject({ status: 1 });
    const { data } = host.run({ cdb: '03 00 00 00 12 00', expects: 18 });
    expect([data[2], data[12], data[13]]).toEqual([6, 0x29, 0]);
    expect(drive.isRemovalPrevented).toBe(false);
    expect(host.run({ cdb: READY })).toMatchObject({ status: 0 });
  });
});
