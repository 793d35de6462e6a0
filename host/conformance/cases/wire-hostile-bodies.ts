import { codecsOf } from '../../../container/commands/codecs-of.ts';
import { call, fetch, MESSAGE } from '../../../container/commands/device/messages.ts';
import { COMMANDS } from '../../../container/commands/index.ts';
import { concatBytes, NO_BYTES, toHex } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { encodeFrame } from '../../../container/wire/frame.ts';
import { same } from '../check.ts';
import type { CaseFamily } from '../conformance-case.ts';
import { fileOfSize } from '../makers/padding.ts';
import {
  announcedCall,
  callFrame,
  endOf,
  nameOf,
  type RawConnection,
  rawCall,
  windowFrames,
} from '../wire/raw-connection.ts';
import type { WireBench } from '../wire/wire-bench.ts';
import { rubbish } from './wire-calls.ts';

const { code: APPLY } = COMMANDS.apply;
const { code: LIST } = COMMANDS.list;

/** What one connection did with something hostile: whoever is still welcome is served on it. */
async function goesOn(connection: RawConnection, isOpen: boolean, id: number): Promise<void> {
  if (isOpen) await connection.lists(id);
}

/** A request to apply a genuine file that the container has not taken, and must not take by mistake. */
async function untaken({ bench }: WireBench): Promise<{ readonly body: Uint8Array; settle(): Promise<void> }> {
  const { firm } = bench;
  await bench.takes(firm, []);
  const before = firm.issued;
  const file = fileOfSize(firm, 20 * 1024);
  const outcomes = new Array<'CANCELLED'>(firm.issued - before).fill('CANCELLED');
  const settle = async (): Promise<void> => {
    await bench.takes(firm, outcomes, { file });
  };
  return { body: codecsOf('apply').request.encode({ update: file }), settle };
}

/** Bodies that are not what was announced. None of them is carried out. */
export const wireHostileBodies: CaseFamily<WireBench> = {
  name: 'wire, hostile bodies',
  about: 'Bodies that are not what was announced are never carried out, and answers that are none are never given.',
  cases: [
    {
      id: 'wire-other-hash',
      title: 'A request that does not have the hash that was announced is refused and not carried out',
      section: 'Conversation',
      async run(wire) {
        const { body, settle } = await untaken(wire);
        const connection = await wire.greeted();
        const wrong = toHex(wire.bench.tools.env.random(32)) as Hash;
        await connection.send(announcedCall(1, APPLY, body.length, wrong));
        await connection.asked(1);
        await connection.send(...windowFrames(1, body, 0));
        await goesOn(connection, await connection.refusedOrOver(1), 2);
        await wire.finish();
        await settle();
      },
    },
    {
      id: 'wire-data-beyond',
      title: 'More data than was announced is refused and not carried out',
      section: 'Conversation',
      async run(wire) {
        const { body, settle } = await untaken(wire);
        const connection = await wire.greeted();
        await connection.send(announcedCall(1, APPLY, body.length, wire.hashOf(body)));
        await connection.asked(1);
        const more = concatBytes(body.subarray(15_000), new Uint8Array(100));
        const frames = [body.subarray(0, 15_000), more].map((data) => encodeFrame('data', 1, data));
        await connection.send(...frames);
        await goesOn(connection, await connection.refusedOrOver(1), 2);
        await wire.finish();
        await settle();
      },
    },
    {
      id: 'wire-other-size',
      title: 'A call whose body has another size than it says is refused',
      section: 'Conversation',
      async run(wire) {
        const body = Uint8Array.of(0x90);
        for (const size of [0, 2, 16 * 1024, 0xffffffff]) {
          const connection = await wire.greeted();
          await connection.send(encodeFrame('call', 1, call.encode({ command: LIST, size, hash: null, body })));
          await goesOn(connection, await connection.refusedOrOver(1), 2);
          await connection.close();
        }
      },
    },
    {
      id: 'wire-request-too-long',
      title: 'A request of more than 4 MiB is refused when it is announced',
      section: 'Conversation',
      async run(wire) {
        for (const size of [MESSAGE.requestBytes + 1, 0x7fffffff, 0xffffffff]) {
          const connection = await wire.greeted();
          await connection.send(announcedCall(1, APPLY, size, toHex(new Uint8Array(32).fill(9)) as Hash));
          await goesOn(connection, await connection.refusedOrOver(1), 2);
          await connection.close();
        }
      },
    },
    {
      id: 'wire-garbled-request',
      title: 'A request that is outside the schema of its command is refused',
      section: 'Conversation',
      async run(wire) {
        const garbled = [
          NO_BYTES,
          Uint8Array.of(0xc1),
          Uint8Array.of(0x90, 0),
          Uint8Array.of(0x91, 0xc0),
          Uint8Array.of(0x81, 1, 2),
        ];
        for (const body of garbled)
          for (const command of [LIST, APPLY]) {
            const connection = await wire.greeted();
            await connection.send(rawCall(1, command, body));
            await goesOn(connection, await connection.refusedOrOver(1), 2);
            await connection.close();
          }
      },
    },
    {
      id: 'wire-stray-data',
      title: 'Data that belongs to no call is never answered but with the end of the conversation',
      section: 'Conversation',
      async run(wire) {
        const body = rubbish(wire, 20 * 1024);
        const connection = await wire.greeted();
        await connection.send(...windowFrames(1, body, 0), callFrame(2, 'list', {}));
        const frame = await endOf(connection, 2);
        if (frame !== undefined) same('the next frame', nameOf(frame), '"answer" of call 2');
      },
    },
    {
      id: 'wire-fetch-unknown',
      title: 'An answer that nobody was given cannot be fetched, and the conversation goes on',
      section: 'Conversation',
      async run(wire) {
        const connection = await wire.greeted();
        const hash = toHex(wire.bench.tools.env.random(32)) as Hash;
        let id = 0;
        for (const [size, from] of [
          [20_000, 0],
          [20_000, 16_384],
          [0xffffffff, 0xfffffffe],
        ] as const) {
          await connection.send(encodeFrame('fetch', ++id, fetch.encode({ size, hash, from })));
          await connection.refused(id);
          await connection.lists(++id);
        }
      },
    },
  ],
};
