import { describe, expect, it } from 'vitest';
import { codecsOf } from '../../../container/commands/codecs-of.ts';
import { encodeFailure } from '../../../container/commands/device/failure-message.ts';
import { answer, MESSAGE, welcome } from '../../../container/commands/device/messages.ts';
import { type ErrorCode, FerryError } from '../../../container/errors.ts';
import { NO_BYTES } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import type { BytePipe } from '../../../container/wire/call-over-pipe.ts';
import { encodeFrame, FRAME_PAYLOAD, type Frame, FrameReader } from '../../../container/wire/frame.ts';
import { WireClient } from '../../../container/wire/wire-client.ts';
import { crypto, makeContainer } from '../../world/parties.ts';

const NONCE = new Uint8Array(8);
const WELCOME = encodeFrame('welcome', 0, welcome.encode({ version: 1, nonce: NONCE }));
const listed = codecsOf('list').response.encode(makeContainer('soft', 1).container.run('list', {}));
const WANTED = { firmCode: 6000010, productCode: 1001, releaseDate: null, units: 10 };

type Part = Uint8Array | Error;

/** A client of ways that bring what a script gives for each frame but a hello; it is told which way it is, from 1. */
function clientOf(
  script: (frame: Frame, way: number) => readonly Part[],
  greet: () => readonly Part[] = () => [WELCOME],
) {
  const sent: string[] = [];
  const closed: (string | undefined)[] = [];
  let opened = 0;
  const open = async (): Promise<BytePipe> => {
    const way = ++opened;
    const reader = new FrameReader();
    const waiting: Part[] = [];
    async function* arriving(): AsyncGenerator<Uint8Array, void> {
      for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
        if (part instanceof Error) throw part;
        yield part;
      }
    }
    return {
      arriving: arriving(),
      write: async (bytes) => {
        reader.push(bytes);
        for (let read = reader.next(); read.state === 'frame'; read = reader.next()) {
          sent.push(`${read.frame.kind} ${way}`);
          waiting.push(...(read.frame.kind === 'hello' ? greet() : script(read.frame, way)));
        }
      },
      close: async (because) => {
        closed.push(because?.code);
      },
    };
  };
  const pace = { now: () => 0, patience: 1, rate: 1 };
  const client = new WireClient({ open, where: 'there', isLine: false, crypto, random: () => NONCE, pace });
  return { client, sent, closed, opened: () => opened };
}

const answered = ({ call }: Frame, body = listed): Uint8Array =>
  encodeFrame('answer', call, answer.encode({ size: body.length, hash: null, body }));
const refused = ({ call }: Frame, error = new FerryError('NOT_HELD', { here: 'x', item: 'y' })): Uint8Array =>
  encodeFrame('failure', call, encodeFailure(error));
const notHeld = { code: 'NOT_HELD', details: { here: 'x', item: 'y' } };
const gone = new FerryError('BODY_GONE', { where: 'there' });

describe('a client', () => {
  it('takes no answer that is none to its command', async () => {
    const { client } = clientOf((frame) => [answered(frame, NO_BYTES)]);
    await expect(client.call('list', {})).rejects.toMatchObject({
      code: 'CARRIER_GARBLED',
      details: { where: 'there', why: expect.stringContaining('the data ends early at byte 0') },
    });
  });

  it('keeps its way after a refusal, whether or not the command may be repeated', async () => {
    const { client, opened, closed } = clientOf((frame) => [refused(frame)]);
    await expect(client.call('list', {})).rejects.toMatchObject(notHeld);
    await expect(client.call('use', WANTED)).rejects.toMatchObject(notHeld);
    await expect(client.call('list', {})).rejects.toMatchObject(notHeld);
    expect([opened(), closed]).toEqual([1, []]);
  });

  it('tells what is broken here as it is', async () => {
    const broken = new TypeError('broken');
    for (const name of ['list', 'use'] as const) {
      const { client } = clientOf(() => [broken]);
      const asked = name === 'list' ? client.call('list', {}) : client.call('use', WANTED);
      await expect(asked).rejects.toBe(broken);
    }
  });

  it('says of a command that counts what its way broke of', async () => {
    const cause = new FerryError('CARRIER_LOST', { where: 'there', why: 'it broke' });
    const { client, opened, closed } = clientOf(() => [cause]);
    const error = await client.call('use', WANTED).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', details: { where: 'there', command: 'use' } });
    expect([(error as Error).cause, opened(), closed]).toEqual([cause, 1, [undefined]]);
  });

  it.each<[ErrorCode, FerryError, number]>([
    ['CARRIER_LOST', new FerryError('CARRIER_LOST', { where: 'there', why: 'it broke' }), 2],
    ['CARRIER_TIMEOUT', new FerryError('CARRIER_TIMEOUT', { where: 'there', seconds: 1 }), 2],
    ['CARRIER_GARBLED', new FerryError('CARRIER_GARBLED', { where: 'there', why: 'noise' }), 2],
    ['BODY_GONE', gone, 2],
    ['CARRIER_SLOW', new FerryError('CARRIER_SLOW', { where: 'there' }), 1],
  ])('whose idle way ends with %s takes another one, unless it was only slow', async (code, error, ways) => {
    let asked = 0;
    const { client, opened, closed } = clientOf((frame) => (++asked === 2 ? [error] : [answered(frame)]));
    await client.call('list', {});
    const again = client.call('list', {});
    if (ways === 1) await expect(again).rejects.toMatchObject({ code });
    else expect((await again).kind).toBe('soft');
    expect([opened(), closed]).toEqual([ways, [undefined]]);
    // The next call has a good way.
    expect((await client.call('list', {})).kind).toBe('soft');
    expect(opened()).toBe(2);
  });

  it('asks anew for an answer that is gone after a part of it came', async () => {
    const window = Array.from({ length: MESSAGE.windowBytes / FRAME_PAYLOAD }, () => new Uint8Array(FRAME_PAYLOAD));
    const hash = '11'.repeat(32) as Hash;
    let fetches = 0;
    const { client, sent } = clientOf((frame, way) => {
      if (way === 2) return [answered(frame)];
      if (frame.kind === 'call')
        return [
          encodeFrame('answer', frame.call, answer.encode({ size: 2 * MESSAGE.windowBytes, hash, body: NO_BYTES })),
        ];
      return ++fetches === 1 ? window.map((part) => encodeFrame('data', frame.call, part)) : [refused(frame, gone)];
    });
    expect((await client.call('list', {})).kind).toBe('soft');
    expect(sent).toEqual(['hello 1', 'call 1', 'fetch 1', 'fetch 1', 'hello 2', 'call 2']);
  });
});

describe('a client that is closed', () => {
  const closedHere = { code: 'CARRIER_LOST', details: { where: 'there', why: 'it was closed here' } };

  it('opens no way any more', async () => {
    const { client, opened } = clientOf((frame) => [answered(frame)]);
    await client.close();
    await expect(client.call('list', {})).rejects.toMatchObject(closedHere);
    await expect(client.call('use', WANTED)).rejects.toMatchObject(closedHere);
    expect(opened()).toBe(0);
  });

  it('while its way is opened asks nothing over it, and closes it', async () => {
    const leave: { now: () => unknown } = { now: () => undefined };
    const { client, sent, closed } = clientOf(
      (frame) => [answered(frame)],
      () => {
        leave.now();
        return [WELCOME];
      },
    );
    leave.now = () => client.close();
    await expect(client.call('list', {})).rejects.toMatchObject(closedHere);
    expect([sent, closed]).toEqual([['hello 1'], ['CARRIER_LOST']]);
  });
});
