import { expect, it } from 'vitest';
import { answer, call, fetch, hello } from '../../../container/commands/device/messages.ts';
import { NO_BYTES } from '../../../container/model/bytes.ts';
import { encodeFrame, type Frame, FrameReader } from '../../../container/wire/frame.ts';
import { serveConversation } from '../../../container/wire/serve-conversation.ts';
import { crypto } from '../../world/parties.ts';
import { bodyStoreOf } from './body-store-of.ts';

/** The long answer that everybody gets. */
const LONG = new Uint8Array(50_000).fill(7);
const now = () => 0;
const bodies = bodyStoreOf(now);
const side = {
  newSession: () => async () => LONG,
  bodies,
  crypto,
  isLine: false,
  pace: { now, patience: 10, rate: 1024 },
};

/** One client's connection, frame by frame. */
class Connection {
  readonly #reader = new FrameReader();
  #deliver: (bytes: Uint8Array) => void = () => undefined;
  readonly #said = serveConversation(this.#arriving(), side);

  /** @returns the first frame of what is said to it */
  async say(frame: Uint8Array): Promise<Frame> {
    const said = this.#said.next();
    this.#deliver(frame);
    const { value } = await said;
    this.#reader.push(value ?? NO_BYTES);
    const read = this.#reader.next();
    if (read.state !== 'frame') throw new Error('nothing was said');
    return read.frame;
  }

  async *#arriving(): AsyncGenerator<Uint8Array, void> {
    for (;;)
      yield await new Promise<Uint8Array>((resolve) => {
        this.#deliver = resolve;
      });
  }
}

it('an answer that two clients got is there for one of them after the other is done with it', async () => {
  const [one, other] = [new Connection(), new Connection()];
  const ask = (id: number) => encodeFrame('call', id, call.encode({ command: 1, size: 0, hash: null, body: NO_BYTES }));
  for (const connection of [one, other]) {
    await connection.say(encodeFrame('hello', 0, hello.encode({ version: 1, nonce: new Uint8Array(8) })));
    expect(await connection.say(ask(1))).toMatchObject({ kind: 'answer' });
  }
  const announced = answer.decode((await one.say(ask(2))).payload);
  if (!announced.ok || announced.value.hash === null) throw new Error('it is no long answer');
  const { size, hash } = announced.value;
  expect(
    await one.say(encodeFrame('call', 3, call.encode({ command: 1, size: 9, hash: null, body: NO_BYTES }))),
  ).toMatchObject({
    kind: 'failure',
  });
  expect(await other.say(encodeFrame('fetch', 1, fetch.encode({ size, hash, from: 0 })))).toMatchObject({
    kind: 'data',
  });
});
