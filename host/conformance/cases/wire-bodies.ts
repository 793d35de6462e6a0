import { codecsOf, type ResponseTo } from '../../../container/commands/codecs-of.ts';
import { type Body, fetch, MESSAGE } from '../../../container/commands/device/messages.ts';
import { COMMANDS } from '../../../container/commands/index.ts';
import type { Codec } from '../../../container/files/codec.ts';
import { concatBytes } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { FORMAT } from '../../../container/model/limits.ts';
import { encodeFrame } from '../../../container/wire/frame.ts';
import { CaseFailure, holds, same } from '../check.ts';
import type { CaseFamily } from '../conformance-case.ts';
import { fileOfSize } from '../makers/padding.ts';
import {
  announcedCall,
  callFrame,
  type RawConnection,
  rawCall,
  understood,
  windowFrames,
} from '../wire/raw-connection.ts';
import { takenFile, type WireBench } from '../wire/wire-bench.ts';
import { rubbish } from './wire-calls.ts';

const { code: APPLY } = COMMANDS.apply;
/** Licenses that are added at a time until a listing is long enough. */
const AT_ONCE = 8;

/** A request to apply a file that was taken before, of so many bytes. */
async function repeatedApply(wire: WireBench, size: number): Promise<Uint8Array> {
  const { request } = codecsOf('apply');
  const around = request.encode({ update: new Uint8Array(size - 8) }).length - (size - 8);
  const update = await takenFile(wire.bench, () => fileOfSize(wire.bench.firm, size - around));
  const body = request.encode({ update });
  same('bytes of the request', body.length, size);
  return body;
}

/** The whole body of an answer, which is fetched over that connection where it is only announced. */
async function wholeBody(wire: WireBench, connection: RawConnection, id: number, body: Body): Promise<Uint8Array> {
  if (body.hash === null) return body.body;
  const bytes = await fetched(connection, id, { size: body.size, hash: body.hash, from: 0 });
  same('the hash of what was fetched', wire.hashOf(bytes), body.hash);
  return bytes;
}

interface Rest {
  readonly size: number;
  readonly hash: Hash;
  readonly from: number;
}

/** A body from that place to its end, window by window. @throws CaseFailure */
async function fetched(connection: RawConnection, id: number, { size, hash, from }: Rest): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let at = from;
  while (at < size) {
    const end = Math.min(size, at + MESSAGE.windowBytes);
    await connection.send(encodeFrame('fetch', id, fetch.encode({ size, hash, from: at })));
    while (at < end) {
      const { payload } = await connection.expect('data', id);
      holds(payload.length > 0 && at + payload.length <= end, 'bytes of a window', end - at, payload.length);
      pieces.push(payload);
      at += payload.length;
    }
  }
  return concatBytes(...pieces);
}

/** The report of a file that was taken before: a genuine one, whole and unaltered. @throws CaseFailure */
async function takesAgain(wire: WireBench, connection: RawConnection, id: number, body: Body): Promise<void> {
  const { response }: { response: Codec<ResponseTo<'apply'>> } = codecsOf('apply');
  const report = understood(response, await wholeBody(wire, connection, id, body), 'the report');
  const { applied } = wire.bench.firm.there;
  same('the report, applied', report.applied, applied);
  holds(report.skipped > 0, 'the report, skipped', 'at least 1', report.skipped);
  same('the report, entries', report.entries, []);
}

/** Lets the container hold so many licenses that its listing has to be announced. */
async function fillListing({ bench }: WireBench): Promise<void> {
  const { response } = codecsOf('list');
  const long = { text: 'x'.repeat(256), protectedData: new Uint8Array(256) };
  for (;;) {
    if (response.encode(await bench.list()).length > MESSAGE.inlineBytes) return;
    bench.firm.add(...Array.from({ length: AT_ONCE }, () => long));
    await bench.takes(bench.firm, ['applied']);
  }
}

async function announcedListing(connection: RawConnection, id: number): Promise<Rest> {
  const { size, hash } = await connection.lists(id);
  if (hash === null) throw new CaseFailure('a long answer', 'announced by its hash', 'inside the frame');
  return { size, hash, from: 0 };
}

/** Requests and answers that do not fit into a frame. */
export const wireBodies: CaseFamily<WireBench> = {
  name: 'wire, bodies',
  about: 'Requests and answers that are longer than a frame, and transfers that break off.',
  cases: [
    {
      id: 'wire-inline-longest',
      title: 'A request of 16,384 bytes is taken within its call',
      section: 'Conversation',
      async run(wire) {
        const body = await repeatedApply(wire, MESSAGE.inlineBytes);
        const connection = await wire.greeted();
        await connection.send(rawCall(1, APPLY, body));
        await takesAgain(wire, connection, 1, await connection.answered(1));
      },
    },
    {
      id: 'wire-announced',
      title: 'A request of 20 KiB is asked for and carried out, in frames of any size',
      section: 'Conversation',
      async run(wire) {
        const body = await repeatedApply(wire, 20 * 1024);
        const connection = await wire.greeted();
        await connection.send(announcedCall(1, APPLY, body.length, wire.hashOf(body)));
        await connection.asked(1);
        for (const [from, end] of [
          [0, 1],
          [1, 9_000],
          [9_000, body.length],
        ] as const)
          await connection.send(encodeFrame('data', 1, body.subarray(from, end)));
        await takesAgain(wire, connection, 1, await connection.answered(1));
        await connection.lists(2);
      },
    },
    {
      id: 'wire-windows',
      title: 'A request of 2 MiB is asked for window by window, each where the last one ended',
      section: 'Conversation',
      async run(wire) {
        const body = rubbish(wire, FORMAT.fileBytes);
        const connection = await wire.greeted();
        await connection.send(announcedCall(1, APPLY, body.length, wire.hashOf(body)));
        const places: number[] = [];
        const { kind } = await connection.upload(1, body, (from) => places.push(from));
        const windows = Math.ceil(body.length / MESSAGE.windowBytes);
        same(
          'the windows that were asked for',
          places,
          Array.from({ length: windows }, (_, at) => at * MESSAGE.windowBytes),
        );
        same('what is said to a file that is none', kind, 'failure');
        await connection.lists(2);
      },
    },
    {
      id: 'wire-upload-broken',
      title: 'A request that broke off is asked for again over the next connection, at most from where it was',
      section: 'Conversation',
      async run(wire) {
        const body = await repeatedApply(wire, 20 * 1024);
        const sent = 12_000;
        const broken = await wire.greeted();
        await broken.send(announcedCall(1, APPLY, body.length, wire.hashOf(body)));
        await broken.asked(1);
        await broken.send(encodeFrame('data', 1, body.subarray(0, sent)));
        await broken.close();
        const connection = await wire.greeted();
        await connection.send(announcedCall(1, APPLY, body.length, wire.hashOf(body)));
        const places: number[] = [];
        const ending = await connection.upload(1, body, (from) => places.push(from));
        holds(
          places.length === 1 && (places[0] ?? 0) <= sent,
          'the place that was asked for',
          `one up to ${sent}`,
          places,
        );
        if (ending.kind === 'failure')
          throw new CaseFailure('a request in two parts', 'answered', `failure ${ending.number}`);
        await takesAgain(wire, connection, 1, ending.body);
      },
    },
    {
      id: 'wire-upload-again',
      title: 'A request that was carried out may be sent again, and is carried out again',
      section: 'Conversation',
      async run(wire) {
        const body = await repeatedApply(wire, 20 * 1024);
        const connection = await wire.greeted();
        for (const id of [1, 2]) {
          await connection.send(announcedCall(id, APPLY, body.length, wire.hashOf(body)));
          const ending = await connection.upload(id, body);
          if (ending.kind === 'failure') throw new CaseFailure('the request', 'answered', `failure ${ending.number}`);
          await takesAgain(wire, connection, id, ending.body);
        }
      },
    },
    {
      id: 'wire-answer-announced',
      title: 'An answer of more than 16,384 bytes is announced, and can be fetched from any place in it',
      section: 'Conversation',
      async run(wire) {
        await fillListing(wire);
        const connection = await wire.greeted();
        const rest = await announcedListing(connection, 1);
        const whole = await fetched(connection, 1, rest);
        same('the hash of what was fetched', wire.hashOf(whole), rest.hash);
        understood(codecsOf('list').response, whole, 'the listing');
        for (const from of [1, 5_000, rest.size - 1])
          same(`the answer from byte ${from}`, await fetched(connection, 1, { ...rest, from }), whole.subarray(from));
        await connection.lists(2);
      },
    },
    {
      id: 'wire-fetch-elsewhere',
      title: 'An answer that was announced on a broken connection is fetched over a new one',
      section: 'Conversation',
      async run(wire) {
        await wire.needsSeveral();
        await fillListing(wire);
        const broken = await wire.greeted();
        const rest = await announcedListing(broken, 1);
        await broken.close();
        const connection = await wire.greeted();
        const whole = await fetched(connection, 1, rest);
        same('the hash of what was fetched', wire.hashOf(whole), rest.hash);
        await connection.send(callFrame(2, 'list', {}));
        await connection.answered(2);
      },
    },
    {
      id: 'wire-cancel-window',
      title: 'What was still on its way when a request of several windows is cancelled is passed over',
      section: 'Conversation',
      async run(wire) {
        const connection = await wire.greeted();
        const body = rubbish(wire, 600 * 1024);
        await connection.send(announcedCall(1, APPLY, body.length, wire.hashOf(body)));
        await connection.asked(1);
        await connection.send(...windowFrames(1, body, 0).slice(0, 7), encodeFrame('cancel', 1));
        await connection.lists(2);
      },
    },
  ],
};
