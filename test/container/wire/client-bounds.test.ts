import { describe, expect, it } from 'vitest';
import { codecsOf } from '../../../container/commands/codecs-of.ts';
import { answer, fetch, hello, MESSAGE, more, welcome } from '../../../container/commands/device/messages.ts';
import { FerryError } from '../../../container/errors.ts';
import { NO_BYTES, toHex } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import type { BytePipe } from '../../../container/wire/call-over-pipe.ts';
import { encodeFrame, FRAME_PAYLOAD, type Frame, FrameReader } from '../../../container/wire/frame.ts';
import { WireClient } from '../../../container/wire/wire-client.ts';
import { crypto, makeContainer } from '../../world/parties.ts';

const NONCE = new Uint8Array(8);
const pace = { now: () => 0, patience: 1, rate: 1 };

type Script = (frame: Frame, pipe: number) => readonly Uint8Array[] | 'break';

/** A client of a server that says what a script tells for each frame; it greets by itself. */
function clientOf(script: Script) {
  const sent: Frame[] = [];
  let opened = 0;
  const open = async (): Promise<BytePipe> => {
    const at = opened++;
    const reader = new FrameReader();
    const waiting: (Uint8Array | 'break')[] = [];
    async function* arriving(): AsyncGenerator<Uint8Array, void> {
      for (;;) {
        const piece = waiting.shift() ?? 'break';
        if (piece === 'break') throw new FerryError('CARRIER_LOST', { where: 'there', why: 'it broke' });
        yield piece;
      }
    }
    const take = (frame: Frame): void => {
      if (frame.kind === 'hello') {
        const said = hello.decode(frame.payload);
        waiting.push(
          encodeFrame('welcome', 0, welcome.encode({ version: 1, nonce: said.ok ? said.value.nonce : NONCE })),
        );
        return;
      }
      sent.push(frame);
      const said = script(frame, at);
      waiting.push(...(said === 'break' ? (['break'] as const) : said));
    };
    return {
      arriving: arriving(),
      write: async (bytes) => {
        reader.push(bytes);
        for (let read = reader.next(); read.state === 'frame'; read = reader.next()) take(read.frame);
      },
      close: async () => undefined,
    };
  };
  const client = new WireClient({ open, where: 'there', isLine: false, crypto, random: () => NONCE, pace });
  return { client, sent, opened: () => opened };
}

const listed = codecsOf('list').response.encode(makeContainer('soft', 1).container.run('list', {}));
const inline = (id: number): Uint8Array =>
  encodeFrame('answer', id, answer.encode({ size: listed.length, hash: null, body: listed }));
const announced = (id: number, size: number, hash: Hash): Uint8Array =>
  encodeFrame('answer', id, answer.encode({ size, hash, body: NO_BYTES }));
const fromOf = ({ payload }: Frame): number => {
  const read = fetch.decode(payload);
  if (!read.ok) throw new Error('no fetch');
  return read.value.from;
};

describe('a client', () => {
  it('takes an announcement of as many bytes as an answer may have, and not of one more', async () => {
    for (const [size, fetches] of [
      [MESSAGE.answerBytes, 1],
      [MESSAGE.answerBytes + 1, 0],
    ] as const) {
      const { client, sent } = clientOf((frame) => {
        if (frame.kind === 'call') return [announced(frame.call, size, '11'.repeat(32) as Hash)];
        return 'break';
      });
      await expect(client.call('list', {})).rejects.toBeInstanceOf(FerryError);
      expect(sent.filter(({ kind }) => kind === 'fetch')).toHaveLength(fetches);
    }
  });

  it('takes no answer that is not what was announced, even when it is one', async () => {
    const told = (hash: Hash) =>
      clientOf((frame) => {
        if (frame.kind === 'call') return [announced(frame.call, listed.length, hash)];
        return [encodeFrame('data', frame.call, listed)];
      });
    const right = toHex(crypto.sha256(listed)) as Hash;
    expect((await told(right).client.call('list', {})).kind).toBe('soft');
    await expect(told('11'.repeat(32) as Hash).client.call('list', {})).rejects.toMatchObject({
      code: 'CARRIER_GARBLED',
      details: { why: 'an answer is not what was announced' },
    });
  });

  it('passes over what is left of an earlier call: one window and its answer, and no more', async () => {
    const left = encodeFrame('data', 1, Uint8Array.of(0));
    for (const [frames, ways] of [
      [16, 1],
      [17, 2],
    ] as const) {
      const { client, opened } = clientOf((frame) => {
        if (frame.call === 1) return [inline(1)];
        return [...Array.from({ length: frames }, () => left), inline(2)];
      });
      await client.call('list', {});
      // Beyond it the way is no good, and another one is taken.
      expect((await client.call('list', {})).kind).toBe('soft');
      expect(opened()).toBe(ways);
    }
  });

  it('sends nothing to a server that asks for what is behind the end of the request', async () => {
    const size = 20_000;
    const { client, sent } = clientOf((frame) => [encodeFrame('more', frame.call, more.encode({ from: size }))]);
    await expect(client.call('apply', { update: new Uint8Array(size - 100) })).rejects.toMatchObject({
      code: 'CARRIER_GARBLED',
    });
    const length = codecsOf('apply').request.encode({ update: new Uint8Array(size - 100) }).length;
    const exact = clientOf((frame) => [encodeFrame('more', frame.call, more.encode({ from: length }))]);
    await expect(exact.client.call('apply', { update: new Uint8Array(size - 100) })).rejects.toMatchObject({
      code: 'CARRIER_GARBLED',
      details: { why: 'it asks for more than there is' },
    });
    expect([...sent, ...exact.sent].filter(({ kind }) => kind === 'data')).toEqual([]);
  });

  it('sends one window for each time that it is asked', async () => {
    const update = new Uint8Array(3 * MESSAGE.windowBytes);
    const { client, sent } = clientOf((frame) => {
      if (frame.kind !== 'call') return [];
      return [encodeFrame('more', frame.call, more.encode({ from: 0 }))];
    });
    await expect(client.call('apply', { update })).rejects.toMatchObject({ code: 'CARRIER_LOST' });
    // The first way, and the one that went on.
    const bytes = sent.filter(({ kind }) => kind === 'data').map(({ payload }) => payload.length);
    expect(bytes.reduce((sum, length) => sum + length, 0) % MESSAGE.windowBytes).toBe(0);
    expect(bytes.slice(0, MESSAGE.windowBytes / FRAME_PAYLOAD)).toEqual(
      Array.from({ length: MESSAGE.windowBytes / FRAME_PAYLOAD }, () => FRAME_PAYLOAD),
    );
    expect(bytes).toHaveLength((2 * MESSAGE.windowBytes) / FRAME_PAYLOAD);
  });

  it('that is closed within a call opens no way any more', async () => {
    const size = 3 * MESSAGE.windowBytes;
    const { client, opened } = clientOf((frame) => {
      if (frame.kind === 'call') return [announced(frame.call, size, '11'.repeat(32) as Hash)];
      if (fromOf(frame) > 0) {
        client.close();
        return 'break';
      }
      return Array.from({ length: MESSAGE.windowBytes / FRAME_PAYLOAD }, () =>
        encodeFrame('data', frame.call, new Uint8Array(FRAME_PAYLOAD)),
      );
    });
    await expect(client.call('list', {})).rejects.toMatchObject({ code: 'CARRIER_LOST', details: { why: 'it broke' } });
    expect(opened()).toBe(1);
  });
});
