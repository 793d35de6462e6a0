import { codecsOf } from '../../../container/commands/codecs-of.ts';
import { COMMANDS } from '../../../container/commands/index.ts';
import { FORMAT } from '../../../container/model/limits.ts';
import { encodeFrame } from '../../../container/wire/frame.ts';
import { same } from '../check.ts';
import type { CaseFamily } from '../conformance-case.ts';
import { announcedCall, callFrame, helloFrame, nameOf, windowFrames } from '../wire/raw-connection.ts';
import type { WireBench } from '../wire/wire-bench.ts';

const CALLS = 1000;
const { code: APPLY } = COMMANDS.apply;

/** A request that is announced, and that no container takes. */
export function rubbish(wire: WireBench, size: number): Uint8Array {
  const { random } = wire.bench.tools.env;
  const { request } = codecsOf('apply');
  return request.encode({ update: random(Math.min(size, FORMAT.fileBytes)) });
}

/** Conversations as an honest client holds them. */
export const wireCalls: CaseFamily<WireBench> = {
  name: 'wire',
  about: 'The device protocol over a stream of bytes, as an honest client speaks it.',
  cases: [
    {
      id: 'wire-hello',
      title: 'A hello is answered by a welcome with its nonce, before anything else is said',
      section: 'Conversation',
      async run(wire) {
        await (await wire.greeted()).close();
        await wire.greeted();
      },
    },
    {
      id: 'wire-calls',
      title: 'Calls are answered in their order, each under its own number, however the numbers grow',
      section: 'Conversation',
      async run(wire) {
        const connection = await wire.greeted();
        for (const id of [1, 2, 3, 500, 0x7fffffff, 0xffffffff]) await connection.lists(id);
      },
    },
    {
      id: 'wire-many-calls',
      title: 'A thousand calls follow each other on one connection',
      section: 'Conversation',
      async run(wire) {
        const connection = await wire.greeted();
        const nobody = { certificate: null, firmCode: null };
        for (let id = 1; id <= CALLS; id++) {
          await connection.send(callFrame(id, 'context', nobody));
          await connection.refused(id);
        }
        await connection.lists(CALLS + 1);
      },
    },
    {
      id: 'wire-bytes',
      title: 'Frames that arrive byte by byte are the same frames',
      section: 'Frames',
      async run(wire) {
        const connection = await wire.connect();
        const nonce = connection.nonce();
        for (const byte of helloFrame(nonce)) await connection.send(Uint8Array.of(byte));
        connection.welcomes(await connection.expect('welcome', 0), nonce);
        for (const byte of callFrame(1, 'list', {})) await connection.send(Uint8Array.of(byte));
        await connection.answered(1);
      },
    },
    {
      id: 'wire-one-piece',
      title: 'Many frames that arrive in one piece, the last one cut in two, are the same frames',
      section: 'Frames',
      async run(wire) {
        const connection = await wire.greeted();
        const body = rubbish(wire, 200 * 1024);
        await connection.send(announcedCall(1, APPLY, body.length, wire.hashOf(body)));
        await connection.asked(1);
        const frames = windowFrames(1, body, 0);
        const last = frames.pop() ?? body;
        await connection.send(...frames, last.subarray(0, 9));
        await connection.send(last.subarray(9));
        await connection.refused(1);
        await connection.lists(2);
      },
    },
    {
      id: 'wire-cancel',
      title: 'A request that is cancelled while it is sent is not answered, and the next call is',
      section: 'Conversation',
      async run(wire) {
        const connection = await wire.greeted();
        for (const id of [1, 3]) {
          const body = rubbish(wire, 20 * 1024);
          await connection.send(announcedCall(id, APPLY, body.length, wire.hashOf(body)));
          await connection.asked(id);
          await connection.send(encodeFrame('data', id, body.subarray(0, 10_000)), encodeFrame('cancel', id));
          await connection.lists(id + 1);
        }
      },
    },
    {
      id: 'wire-cancel-late',
      title: 'A cancel that comes after the answer changes nothing',
      section: 'Conversation',
      async run(wire) {
        const connection = await wire.greeted();
        await connection.lists(1);
        await connection.send(encodeFrame('cancel', 1), callFrame(2, 'list', {}));
        await connection.answered(2);
      },
    },
    {
      id: 'wire-hello-again',
      title: 'A second hello begins anew or ends the conversation, and what had begun before it is never finished',
      section: 'Conversation',
      async run(wire) {
        const connection = await wire.greeted();
        const body = rubbish(wire, 20 * 1024);
        await connection.send(announcedCall(7, APPLY, body.length, wire.hashOf(body)));
        await connection.asked(7);
        const nonce = connection.nonce();
        await connection.send(encodeFrame('data', 7, body.subarray(0, 10_000)), helloFrame(nonce));
        const frame = await connection.next('a welcome');
        if (frame?.kind !== 'welcome') return same('the next frame', nameOf(frame), '"failure" of call 0');
        connection.welcomes(frame, nonce);
        await connection.lists(1);
      },
    },
    {
      id: 'wire-two-connections',
      title: 'Two connections at once have nothing to do with each other, though their calls have the same numbers',
      section: 'Conversation',
      async run(wire) {
        await wire.needsSeveral();
        const [one, other] = [await wire.greeted(), await wire.greeted()];
        const bodies = [rubbish(wire, 40 * 1024), rubbish(wire, 50 * 1024)] as const;
        await one.send(announcedCall(1, APPLY, bodies[0].length, wire.hashOf(bodies[0])));
        await one.asked(1);
        await other.lists(1);
        await other.send(announcedCall(2, APPLY, bodies[1].length, wire.hashOf(bodies[1])));
        await other.asked(2);
        await one.send(...windowFrames(1, bodies[0], 0));
        await one.refused(1);
        await one.lists(2);
        await wire.servesOthers();
        await other.send(...windowFrames(2, bodies[1], 0));
        await other.refused(2);
        await Promise.all([one.lists(3), other.lists(3)]);
      },
    },
  ],
};
