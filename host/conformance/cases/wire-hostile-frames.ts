import { call, fetch, hello, welcome } from '../../../container/commands/device/messages.ts';
import { COMMANDS } from '../../../container/commands/index.ts';
import { concatBytes, NO_BYTES } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { crc32 } from '../../../container/wire/crc32.ts';
import { encodeFrame, FRAME_HEADER, FRAME_PAYLOAD, type FrameKind } from '../../../container/wire/frame.ts';
import type { CaseFamily, ConformanceCase } from '../conformance-case.ts';
import { callFrame, helloFrame } from '../wire/raw-connection.ts';
import type { WireBench } from '../wire/wire-bench.ts';

const HASH = '5a'.repeat(32) as Hash;
const NONCE = new Uint8Array(8).fill(7);
const { code: LIST } = COMMANDS.list;

/** The records that a client sends, each as it should be. */
const RECORDS = {
  hello: hello.encode({ version: 1, nonce: NONCE }),
  call: call.encode({ command: LIST, size: 1, hash: null, body: Uint8Array.of(0x90) }),
  fetch: fetch.encode({ size: 20_000, hash: HASH, from: 0 }),
} as const;
const RECORD_KINDS = ['hello', 'call', 'fetch'] as const;

/** A frame whose header is altered, its checksum right again. */
function bent(alter: (header: Uint8Array) => void): Uint8Array {
  const frame = callFrame(1, 'list', {});
  alter(frame);
  new DataView(frame.buffer).setUint32(12, crc32(frame.subarray(0, 12), frame.subarray(FRAME_HEADER)));
  return frame;
}

function flipped(frame: Uint8Array, at: number): Uint8Array {
  const copy = frame.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** A case in which each of these ends the conversation, as its first bytes and after a welcome. */
function ending(
  id: string,
  title: string,
  section: string,
  hostile: () => readonly Uint8Array[],
): ConformanceCase<WireBench> {
  return {
    id,
    title,
    section,
    async run(wire) {
      for (const bytes of hostile()) await wire.endsAfter(bytes);
    },
  };
}

/** What a value may not be, for records of each kind: no MessagePack, another type, too few fields, a head that lies. */
const GARBLED: readonly Uint8Array[] = [
  NO_BYTES,
  Uint8Array.of(0xc1),
  Uint8Array.of(0xc0),
  Uint8Array.of(0x90),
  Uint8Array.of(0x92, 0xcb, 0, 0),
  Uint8Array.of(0x94, 1, 0xa3, 0x78),
  Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff),
  Uint8Array.of(0xc6, 0x7f, 0xff, 0xff, 0xff),
  new Uint8Array(2000).fill(0x91),
];

/** Bytes and frames that no client sends. Each ends the conversation with a failure of call 0, and nobody else notices. */
export const wireHostileFrames: CaseFamily<WireBench> = {
  name: 'wire, hostile frames',
  about: 'What is no frame, or out of turn, ends that conversation with a failure of call 0, and nobody else notices.',
  cases: [
    {
      id: 'wire-no-hello',
      title: 'A conversation that does not begin with a hello is over',
      section: 'Conversation',
      async run(wire) {
        const kinds = ['data', 'cancel'] as const;
        const frames = [
          callFrame(1, 'list', {}),
          encodeFrame('fetch', 1, RECORDS.fetch),
          ...kinds.map((kind) => encodeFrame(kind, 1)),
        ];
        for (const frame of frames) await wire.endsAfter(frame, ['first']);
      },
    },
    {
      id: 'wire-version',
      title: 'A hello of a version that is not spoken is answered with a failure of call 0',
      section: 'Conversation',
      async run(wire) {
        for (const version of [0, 2, 65535]) await wire.endsAfter(helloFrame(NONCE, version), ['first']);
      },
    },
    ending('wire-magic', 'What does not begin with the magic ends the conversation', 'Frames', () => [
      bent((header) => header.set([0x4d], 0)),
      bent((header) => header.set([0x47], 1)),
      new TextEncoder().encode('GET / HTTP/1.1\r\nHost: device\r\n\r\n'),
    ]),
    ending('wire-framing', 'Another version of the framing ends the conversation', 'Frames', () =>
      [0, 2, 255].map((version) => bent((header) => header.set([version], 2))),
    ),
    ending('wire-kind', 'A frame of an unknown kind ends the conversation', 'Frames', () =>
      [0, 10, 255].map((kind) => bent((header) => header.set([kind], 3))),
    ),
    ending('wire-long-payload', 'A frame that announces more than 32,768 bytes ends the conversation', 'Frames', () =>
      [FRAME_PAYLOAD + 1, 0x7fffffff, 0xffffffff].map((length) => {
        const frame = callFrame(1, 'list', {});
        new DataView(frame.buffer).setUint32(8, length);
        return frame;
      }),
    ),
    ending('wire-checksum', 'A frame whose checksum is wrong anywhere ends the conversation', 'Frames', () => {
      const frame = callFrame(1, 'list', {});
      return [4, 7, 12, 15, FRAME_HEADER, frame.length - 1].map((at) => flipped(frame, at));
    }),
    {
      id: 'wire-server-frames',
      title: 'Frames that only a server sends end the conversation',
      section: 'Frames',
      async run(wire) {
        const kinds = ['welcome', 'more', 'answer', 'failure'] as const satisfies readonly FrameKind[];
        const payload = welcome.encode({ version: 1, nonce: NONCE });
        for (const kind of kinds) await wire.endsAfter(encodeFrame(kind, 1, payload), ['greeted']);
      },
    },
    {
      id: 'wire-garbled-record',
      title: 'A record that is outside its schema ends the conversation',
      section: 'Conversation',
      async run(wire) {
        for (const kind of RECORD_KINDS)
          for (const garbled of GARBLED)
            await wire.endsAfter(encodeFrame(kind, kind === 'hello' ? 0 : 1, garbled), [
              kind === 'hello' ? 'first' : 'greeted',
            ]);
      },
    },
    {
      id: 'wire-trailing-bytes',
      title: 'A record with bytes behind its end, or cut short, ends the conversation',
      section: 'Encoding',
      async run(wire) {
        for (const kind of RECORD_KINDS) {
          const record = RECORDS[kind];
          for (const payload of [
            concatBytes(record, Uint8Array.of(0)),
            concatBytes(record, record),
            record.subarray(0, -1),
          ])
            await wire.endsAfter(encodeFrame(kind, kind === 'hello' ? 0 : 1, payload), [
              kind === 'hello' ? 'first' : 'greeted',
            ]);
        }
      },
    },
    {
      id: 'wire-inline-too-long',
      title: 'A call with a body of more than 16,384 bytes inside ends the conversation',
      section: 'Conversation',
      async run(wire) {
        const size = 16 * 1024 + 1;
        const head = Uint8Array.of(0x94, LIST, 0xcd, size >> 8, size & 0xff, 0xc0, 0xc5, size >> 8, size & 0xff);
        await wire.endsAfter(encodeFrame('call', 1, concatBytes(head, new Uint8Array(size))), ['greeted']);
      },
    },
    {
      id: 'wire-truncated',
      title: 'A connection that closes within a frame leaves nothing behind',
      section: 'Frames',
      async run(wire) {
        const frame = callFrame(1, 'list', {});
        for (const length of [1, 3, FRAME_HEADER, frame.length - 1]) {
          for (const open of [() => wire.connect(), () => wire.greeted()]) {
            const connection = await open();
            await connection.send(frame.subarray(0, length));
            await connection.close();
          }
        }
      },
    },
    {
      id: 'wire-noise',
      title: 'Noise ends the conversation',
      section: 'Frames',
      async run(wire) {
        const { random } = wire.bench.tools.env;
        for (let count = 0; count < 4; count++) {
          const noise = random(64);
          noise[0] = 0;
          await wire.endsAfter(noise);
        }
      },
    },
  ],
};
