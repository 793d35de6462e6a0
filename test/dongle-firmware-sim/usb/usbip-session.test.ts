import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDevlistRequest, encodeImportRequest } from '../../../carriers/usbip/device-messages.ts';
import { ReplyReader } from '../../../carriers/usbip/reply-reader.ts';
import { concatBytes } from '../../../container/model/bytes.ts';
import { HELD_LIMITS } from '../../../dongle-firmware-sim/usb/held-transfers.ts';
import { ECHO, EchoDevice, GIVE, KEEP, sourceBytes } from './echo-device.ts';
import { controlOf, inOf, outOf, SessionScene, unlinkOf } from './session-scene.ts';

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const report = (value: number): Uint8Array => new Uint8Array(64).fill(value);

describe('a USB/IP session', () => {
  it('lists the devices with their interfaces, and closes', () => {
    const scene = new SessionScene(
      new Map([
        ['1-1', new EchoDevice()],
        ['1-2', new EchoDevice()],
      ]),
    );
    scene.hear(encodeDevlistRequest());
    const reader = new ReplyReader('devlist');
    for (const { header } of scene.sent) reader.push(header);
    const common = { path: expect.any(String), busnum: 1, speed: 3, vendor: 0x1209, product: 1, release: 0x0102 };
    const interfaces = scene.device.description.interfaces;
    expect(reader.next()).toMatchObject({
      kind: 'devlist',
      devices: [
        { ...common, busid: '1-1', devnum: 1, configurations: 1, interfaces },
        { ...common, busid: '1-2', devnum: 2, configurations: 1, interfaces },
      ],
    });
    expect(scene.ending).toBe('ended');
    expect(scene.device.isAttached).toBe(false);
  });

  it('attaches the device that is imported, and says 320 bytes of it', () => {
    const scene = new SessionScene();
    scene.hear(encodeImportRequest('1-1'));
    expect(scene.sent.map(({ header }) => header.length)).toEqual([320]);
    expect(scene.device.isAttached).toBe(true);
    expect(scene.events).toEqual(['device.attached']);
    expect(scene.ending).toBe('open');
  });

  it('refuses a second import of a device with status 1 in 8 bytes, and leaves the first alone', () => {
    const devices = new Map([['1-1', new EchoDevice()]]);
    const first = SessionScene.attached(devices);
    const second = new SessionScene(devices);
    second.hear(encodeImportRequest('1-1'));
    expect(second.sent.map(({ header }) => [...header])).toEqual([[1, 0x11, 0, 3, 0, 0, 0, 1]]);
    expect(second.ending).toBe('ended');
    second.session.closed();
    expect(first.device.isAttached).toBe(true);
    expect(first.hear(outOf(1, ECHO.bulk, bytes(1)))).toEqual(['1: 0, 1 carried, 0 sent']);
  });

  it('refuses a device that there is not with another status, also in 8 bytes', () => {
    const scene = new SessionScene();
    scene.hear(encodeImportRequest('2-7'));
    expect(scene.sent.map(({ header }) => [...header])).toEqual([[1, 0x11, 0, 3, 0, 0, 0, 4]]);
    expect(scene.ending).toBe('ended');
  });

  it('frees the device at once when the connection is closed', () => {
    const devices = new Map([['1-1', new EchoDevice()]]);
    const first = SessionScene.attached(devices);
    first.session.closed();
    first.session.closed();
    expect(first.device.detached).toBe(1);
    const second = SessionScene.attached(devices);
    expect(second.session.isAttached).toBe(true);
    expect(first.events).toEqual(['device.attached', 'device.detached']);
  });

  it('says nothing more to a client that is gone', () => {
    const scene = SessionScene.attached();
    scene.hear(inOf(1, ECHO.reports));
    const { device } = scene;
    scene.session.closed();
    device.give(ECHO.reports, report(1));
    scene.session.arrived(inOf(2, ECHO.source));
    expect(scene.words).toEqual([]);
  });

  it('closes when the device is unplugged, and does not detach it from its next host', () => {
    const devices = new Map([['1-1', new EchoDevice()]]);
    const first = SessionScene.attached(devices);
    first.hear(inOf(1, ECHO.reports));
    first.device.unplug();
    expect(first.ending).toBe('ended');
    expect(first.events.at(-1)).toBe('device.unplugged');
    const second = SessionScene.attached(devices);
    first.session.closed();
    expect(second.device.isAttached).toBe(true);
    expect(second.device.detached).toBe(0);
    expect(first.words).toEqual([]);
  });
});

describe('a device that fails itself', () => {
  it('loses its client, with a line in the log, and no other device does', () => {
    const devices = new Map([
      ['1-1', new EchoDevice()],
      ['1-2', new EchoDevice()],
    ]);
    const defect = new Error('broken');
    devices.get('1-1')?.breakWith(defect);
    const other = new SessionScene(devices);
    other.hear(encodeImportRequest('1-2'));
    const scene = SessionScene.attached(devices);
    expect(scene.hear(inOf(1, ECHO.bulk))).toEqual([]);
    expect(scene.ending).toBe('aborted');
    expect(scene.told).toContainEqual({ event: 'device.failed', facts: { connection: 1, error: defect } });
    expect(devices.get('1-1')).toMatchObject({ isAttached: false, detached: 1 });
    expect(devices.get('1-2')).toMatchObject({ isAttached: true, detached: 0 });
    expect(other.ending).toBe('open');
  });
});

describe('a transfer', () => {
  it('to the device is answered with what it took, and no data', () => {
    const scene = SessionScene.attached();
    expect(scene.hear(outOf(7, ECHO.narrow, new Uint8Array(100)))).toEqual(['7: 0, 10 carried, 0 sent']);
    expect(scene.hear(outOf(8, ECHO.bulk, new Uint8Array(0)))).toEqual(['8: 0, 0 carried, 0 sent']);
  });

  it('from the device brings its bytes, which are not copied', () => {
    const scene = SessionScene.attached();
    expect(scene.hear(inOf(7, ECHO.source, 120 * 1024))).toEqual(['7: 0, 122880 carried, 122880 sent']);
    expect(scene.sent[0]?.data.buffer).toBe(sourceBytes(1).buffer);
  });

  it('that stalls is answered with the number of Linux for it', () => {
    const scene = SessionScene.attached();
    const words = scene.hear(
      inOf(1, ECHO.stalling),
      outOf(2, ECHO.stalling, bytes(1)),
      controlOf(3, { ...GIVE, request: 9, length: 4 }),
    );
    expect(words).toEqual(['1: -32, 0 carried, 0 sent', '2: -32, 0 carried, 0 sent', '3: -32, 0 carried, 0 sent']);
  });

  it('of control carries its setup, and data either way', () => {
    const scene = SessionScene.attached();
    const words = scene.hear(
      controlOf(1, { ...KEEP, length: 3 }, bytes(5, 6, 7)),
      controlOf(2, { ...GIVE, length: 2 }),
      controlOf(3, { ...KEEP, length: 0 }, bytes()),
      controlOf(4, { ...GIVE, length: 64 }),
    );
    expect(words).toEqual([
      '1: 0, 3 carried, 0 sent',
      '2: 0, 2 carried, 2 sent',
      '3: 0, 0 carried, 0 sent',
      '4: 0, 0 carried, 0 sent',
    ]);
    expect(scene.sent[1]?.data).toEqual(bytes(5, 6));
  });

  it('without an answer is held, keeps none of another endpoint waiting, and has its answer in order', () => {
    const scene = SessionScene.attached();
    expect(scene.hear(inOf(1, ECHO.reports), inOf(2, ECHO.reports), inOf(3, ECHO.reports))).toEqual([]);
    expect(scene.hear(outOf(4, ECHO.bulk, bytes(1, 2)), inOf(5, ECHO.bulk))).toEqual([
      '4: 0, 2 carried, 0 sent',
      '5: 0, 2 carried, 2 sent',
    ]);
    scene.device.give(ECHO.reports, report(0xa1));
    scene.device.give(ECHO.reports, report(0xa2));
    expect(scene.words.slice(2)).toEqual(['1: 0, 64 carried, 64 sent', '2: 0, 64 carried, 64 sent']);
    expect(scene.sent.slice(2).map(({ data }) => data[0])).toEqual([0xa1, 0xa2]);
  });

  it('to which the device answers more than was asked for fails, and brings nothing', () => {
    const scene = SessionScene.attached();
    scene.hear(inOf(1, ECHO.reports, 8));
    scene.device.give(ECHO.reports, report(1));
    expect(scene.words).toEqual(['1: -75, 0 carried, 0 sent']);
  });
});

describe('an unlink', () => {
  it('of a held transfer takes it back, is answered with -104, and the transfer never is', () => {
    const scene = SessionScene.attached();
    expect(scene.hear(inOf(1, ECHO.reports), inOf(2, ECHO.reports), unlinkOf(3, 1))).toEqual(['3 unlink: -104']);
    expect(scene.device.cancelled).toBe(1);
    scene.device.give(ECHO.reports, report(7));
    scene.device.give(ECHO.reports, report(8));
    expect(scene.words).toEqual(['3 unlink: -104', '2: 0, 64 carried, 64 sent']);
    expect(scene.sent[1]?.data[0]).toBe(7);
  });

  it('of an answered transfer is answered with 0, behind the answer', () => {
    const scene = SessionScene.attached();
    expect(scene.hear(inOf(1, ECHO.source, 8), unlinkOf(2, 1))).toEqual(['1: 0, 8 carried, 8 sent', '2 unlink: 0']);
  });

  it('of a transfer that there never was is answered with 0', () => {
    expect(SessionScene.attached().hear(unlinkOf(2, 77))).toEqual(['2 unlink: 0']);
  });

  it('makes the number of its transfer free for another one', () => {
    const scene = SessionScene.attached();
    expect(scene.hear(inOf(1, ECHO.reports), unlinkOf(2, 1), inOf(1, ECHO.source, 3))).toEqual([
      '2 unlink: -104',
      '1: 0, 3 carried, 3 sent',
    ]);
  });
});

describe('what no USB host says', () => {
  const withDevid = (command: Uint8Array): Uint8Array => {
    const wrong = Uint8Array.from(command);
    wrong[11] = 9;
    return wrong;
  };
  const many = Array.from({ length: HELD_LIMITS.transfers + 1 }, (_, at) => inOf(at + 1, ECHO.reports));
  const large = Array.from({ length: 9 }, (_, at) => inOf(at + 1, ECHO.reports, 4 * 1024 * 1024));
  const repeated = [inOf(5, ECHO.reports), inOf(5, ECHO.reports)];
  it.each([
    ['no command', [new Uint8Array(48).fill(0xff)], 'it has the unknown command 4294967295'],
    [
      'an operation after an import',
      [encodeDevlistRequest(), new Uint8Array(40)],
      'it has the unknown command 17924101',
    ],
    ['a transfer for another device', [withDevid(inOf(1, ECHO.bulk))], 'a transfer is for the device 65545'],
    ['an unlink for another device', [withDevid(unlinkOf(2, 1))], 'an unlink is for the device 65545'],
    ['a number that is under way', repeated, 'the transfer 5 is under way already'],
    ['too many transfers', many, 'more than 1024 transfers are under way'],
    ['too many bytes', large, 'more than 33554432 bytes are under way'],
    [
      'a control transfer both ways',
      [controlOf(1, { ...GIVE, length: 1 }, bytes(1))],
      'a control transfer goes both ways',
    ],
    [
      'too little data of control',
      [controlOf(1, { ...KEEP, length: 2 }, bytes(1))],
      'a control transfer has 1 bytes of 2',
    ],
  ])('closes its connection with a line in the log: %s', (_, said, why) => {
    const devices = new Map([
      ['1-1', new EchoDevice()],
      ['1-2', new EchoDevice()],
    ]);
    const other = new SessionScene(devices);
    other.hear(encodeImportRequest('1-2'));
    const scene = SessionScene.attached(devices);
    scene.hear(...said);
    expect(scene.ending).toBe('aborted');
    expect(scene.told).toContainEqual({ event: 'connection.garbled', facts: { connection: 1, why } });
    expect(scene.device).toMatchObject({ isAttached: false, detached: 1 });
    expect(devices.get('1-2')).toMatchObject({ isAttached: true, detached: 0 });
    const before = scene.sent.length;
    expect(scene.hear(inOf(2000, ECHO.source))).toEqual([]);
    expect(scene.sent).toHaveLength(before);
  });

  it('never crashes a session, nor touches a device of another one, whatever it is', () => {
    const commands = fc.uint8Array({ maxLength: 200 }).map((rest) => concatBytes(bytes(0, 0, 0, 1), rest));
    const requests = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      commands,
      fc
        .tuple(fc.nat(9), fc.nat(6), fc.uint8Array({ maxLength: 90 }))
        .map(([seqnum, endpoint, data]) => outOf(seqnum, endpoint, data)),
      fc.tuple(fc.nat(9), fc.nat(6), fc.nat(5000)).map(([seqnum, endpoint, length]) => inOf(seqnum, endpoint, length)),
      fc.tuple(fc.nat(9), fc.nat(9)).map(([seqnum, target]) => unlinkOf(seqnum, target)),
    );
    fc.assert(
      fc.property(fc.array(requests, { maxLength: 12 }), (said) => {
        const devices = new Map([
          ['1-1', new EchoDevice()],
          ['1-2', new EchoDevice()],
        ]);
        const other = new SessionScene(devices);
        other.hear(encodeImportRequest('1-2'));
        const scene = SessionScene.attached(devices);
        for (const one of said) scene.hear(one);
        scene.session.closed();
        expect(devices.get('1-1')).toMatchObject({ isAttached: false, detached: 1 });
        expect(devices.get('1-2')).toMatchObject({ isAttached: true, detached: 0 });
      }),
    );
  });
});

describe('every transfer that a client asks for', () => {
  it('is answered or taken back, once', () => {
    const steps = fc.oneof(
      fc.record({ step: fc.constant('in' as const), endpoint: fc.constantFrom(ECHO.reports, ECHO.bulk, ECHO.source) }),
      fc.record({
        step: fc.constant('out' as const),
        endpoint: fc.constantFrom(ECHO.bulk, ECHO.narrow, ECHO.stalling),
      }),
      fc.record({ step: fc.constant('unlink' as const), back: fc.integer({ min: 1, max: 8 }) }),
      fc.record({ step: fc.constant('report' as const) }),
    );
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 40 }), fc.boolean(), (list, isAtOnce) => {
        const scene = SessionScene.attached();
        const ends = new Map<number, number>();
        const said: Uint8Array[] = [];
        list.forEach((one, at) => {
          const seqnum = at + 100;
          if (one.step === 'in') said.push(inOf(seqnum, one.endpoint));
          else if (one.step === 'out') said.push(outOf(seqnum, one.endpoint, bytes(at)));
          else if (one.step === 'unlink') said.push(unlinkOf(seqnum, seqnum - one.back));
          else if (!isAtOnce) scene.device.give(ECHO.reports, report(at));
          if (!isAtOnce) scene.hear(...said.splice(0));
        });
        scene.hear(...said);
        for (const [at, one] of list.entries()) if (one.step === 'in') scene.hear(unlinkOf(at + 1000, at + 100));
        for (const word of scene.words) {
          const [, unlink, status] = /^(\d+) unlink: (-?\d+)$/.exec(word) ?? [];
          const target = unlink === undefined ? Number.parseInt(word, 10) : targetOf(Number(unlink), list);
          if (status !== '0') ends.set(target, (ends.get(target) ?? 0) + 1);
        }
        const asked = list.flatMap((one, at) => (one.step === 'in' || one.step === 'out' ? [at + 100] : []));
        expect([...ends].sort()).toEqual(asked.map((seqnum) => [seqnum, 1]).sort());
      }),
    );
  });
});

function targetOf(unlink: number, list: readonly { readonly step: string; readonly back?: number }[]): number {
  return unlink >= 1000 ? unlink - 900 : unlink - (list[unlink - 100]?.back ?? 0);
}

describe('a client that does not take what it is sent', () => {
  it('is asked for nothing more until it does, and then has everything in order', () => {
    const scene = SessionScene.attached();
    scene.isFull = true;
    expect(scene.hear(inOf(1, ECHO.source, 8), inOf(2, ECHO.source, 8), inOf(3, ECHO.source, 8))).toHaveLength(1);
    expect(scene.hear(inOf(4, ECHO.source, 8))).toEqual([]);
    expect(scene.session.drained()).toBe(false);
    expect(scene.words).toHaveLength(2);
    scene.isFull = false;
    expect(scene.session.drained()).toBe(true);
    expect(scene.words.map((word) => word[0])).toEqual(['1', '2', '3', '4']);
  });
});
