import { COMMANDS } from '../../../container/commands/index.ts';
import { holds, same } from '../check.ts';
import type { CaseFamily } from '../conformance-case.ts';
import { announcedCall, callFrame, helloFrame, nameOf } from '../wire/raw-connection.ts';
import type { WireBench } from '../wire/wire-bench.ts';
import { rubbish } from './wire-calls.ts';

const FLOOD = 1000;
const HELD = 200;
/** Connections that are opened at the same time. */
const AT_ONCE = 20;

/** Clients that take more than their share, or give less. */
export const wireCrowd: CaseFamily<WireBench> = {
  name: 'wire, crowd',
  about: 'Clients that ask for too much or say too little keep nobody else out.',
  cases: [
    {
      id: 'wire-flood',
      title: 'Of a thousand calls sent at once those that are answered are so in order, until the conversation ends',
      section: 'Conversation',
      async run(wire) {
        const connection = await wire.greeted();
        const nobody = { certificate: null, firmCode: null };
        const calls = Array.from({ length: FLOOD }, (_, at) => callFrame(at + 1, 'context', nobody));
        await connection.send(...calls);
        for (let id = 1; id <= FLOOD; id++) {
          const frame = await connection.next(`a failure of call ${id}, or the end of the connection`);
          if (frame === undefined || (frame.kind === 'failure' && frame.call === 0)) return;
          same('the next frame', nameOf(frame), `"failure" of call ${id}`);
        }
      },
    },
    {
      id: 'wire-held-open',
      title: 'While two hundred connections are held open, an ordinary client is served',
      section: 'Wire',
      async run(wire) {
        await wire.needsSeveral();
        let open = 0;
        for (let count = 0; count < HELD; count += AT_ONCE)
          await Promise.all(
            Array.from({ length: AT_ONCE }, async (_, at) => {
              const connection = await wire.tried();
              if (connection === undefined) return;
              open += 1;
              if (at % 2 === 0) await connection.send(helloFrame(connection.nonce()));
            }),
          );
        holds(open > 0, 'connections that were opened', 'some', 'none');
        await wire.servesOthers();
      },
    },
    {
      id: 'wire-half-frame',
      title: 'A connection that sends half a frame, or half a request, and stays silent keeps nobody out',
      section: 'Conversation',
      async run(wire) {
        await wire.needsSeveral();
        const [first, second, third] = [await wire.connect(), await wire.greeted(), await wire.greeted()];
        const frame = callFrame(1, 'list', {});
        await first.send(helloFrame(first.nonce()).subarray(0, 20));
        await second.send(frame.subarray(0, frame.length - 1));
        const body = rubbish(wire, 30 * 1024);
        await third.send(announcedCall(1, COMMANDS.apply.code, body.length, wire.hashOf(body)));
        await third.asked(1);
        await wire.servesOthers();
        await (await wire.greeted()).lists(1);
        await second.send(frame.subarray(frame.length - 1));
        await second.answered(1);
      },
    },
  ],
};
