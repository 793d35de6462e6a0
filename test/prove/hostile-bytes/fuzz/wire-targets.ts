import {
  answer,
  call,
  failure,
  fetch,
  hello,
  MESSAGE,
  more,
  welcome,
} from '../../../../container/commands/device/messages.ts';
import { serveCommands } from '../../../../container/commands/device/serve-commands.ts';
import { COMMANDS } from '../../../../container/commands/index.ts';
import { FerryError } from '../../../../container/errors.ts';
import type { Codec } from '../../../../container/files/codec.ts';
import { concatBytes } from '../../../../container/model/bytes.ts';
import type { BytePipe } from '../../../../container/wire/call-over-pipe.ts';
import {
  encodeFrame,
  FRAME_HEADER,
  FRAME_KINDS,
  FRAME_PAYLOAD,
  type FrameKind,
  FrameReader,
} from '../../../../container/wire/frame.ts';
import { serveConversation } from '../../../../container/wire/serve-conversation.ts';
import { WireClient } from '../../../../container/wire/wire-client.ts';
import { bodyStoreOf } from '../../../container/wire/body-store-of.ts';
import { toyCrypto } from '../../exploration/toy-crypto.ts';
import { inputsOf } from './codec-targets.ts';
import { Broken, type FuzzTarget, type Verdict } from './fuzz-target.ts';
import { mutated } from './mutate.ts';
import type { Random } from './random.ts';

const KINDS = Object.keys(FRAME_KINDS) as FrameKind[];
const PAYLOADS: Readonly<Partial<Record<FrameKind, (random: Random) => Uint8Array>>> = {
  hello: inputs(hello),
  welcome: inputs(welcome),
  call: inputs(call),
  more: inputs(more),
  answer: (random) => (random.oneIn(2) ? anyAnswer(random) : listAnswer(random)),
  failure: inputs(failure),
  fetch: inputs(fetch),
};

function inputs<T>(codec: Codec<T>): (random: Random) => Uint8Array {
  return inputsOf(codec as unknown as Codec<unknown>);
}

const anyAnswer = inputs(answer);
const listings = inputs(COMMANDS.list.response);

/** An answer that is sound as far as frames go; what the container listed may be anything. */
function listAnswer(random: Random): Uint8Array {
  const body = listings(random).subarray(0, MESSAGE.inlineBytes);
  return answer.encode({ size: body.length, hash: null, body });
}

function frame(random: Random, kinds: readonly FrameKind[]): Uint8Array {
  const kind = random.pick(kinds);
  const payload = PAYLOADS[kind]?.(random) ?? random.bytes(random.below(64));
  const bytes = encodeFrame(kind, random.oneIn(4) ? random.next() : 1, payload.subarray(0, FRAME_PAYLOAD));
  return random.oneIn(6) ? mutated(random, bytes, [bytes]) : bytes;
}

/** A stream of frames, some of them damaged, behind a genuine beginning. */
function stream(random: Random, begin: Uint8Array, kinds: readonly FrameKind[]): Uint8Array {
  const frames = Array.from({ length: 1 + random.below(4) }, () => frame(random, kinds));
  return concatBytes(...(random.oneIn(8) ? [] : [begin]), ...frames);
}

const NONCE = new Uint8Array(8);
const HELLO = encodeFrame('hello', 0, hello.encode({ version: 1, nonce: NONCE }));
const WELCOME = encodeFrame('welcome', 0, welcome.encode({ version: 1, nonce: NONCE }));
const now = (): number => 0;

/** Whole frames of a stream, given to the reader in pieces of that size. */
function framesIn(input: Uint8Array, size: number): string {
  const reader = new FrameReader();
  const seen: string[] = [];
  for (let at = 0; at < input.length; at += size) {
    reader.push(input.subarray(at, at + size));
    for (;;) {
      const reading = reader.next();
      if (reading.state === 'frame')
        seen.push(`${reading.frame.kind} ${reading.frame.call} ${reading.frame.payload.length}`);
      else {
        if (reading.state === 'garbled') return [...seen, 'garbled'].join();
        if (reader.length > FRAME_HEADER + FRAME_PAYLOAD + size) throw new Broken('more is kept than one frame');
        break;
      }
    }
  }
  return seen.join();
}

function framed(input: Uint8Array): Verdict {
  const whole = framesIn(input, input.length || 1);
  if (framesIn(input, 7) !== whole) throw new Broken('the frames of a stream depend on its pieces');
  return whole.endsWith('garbled') ? 'refused' : 'accepted';
}

async function served(input: Uint8Array, isLine: boolean): Promise<Verdict> {
  const side = {
    newSession: () => COMMAND_PORT,
    bodies: bodyStoreOf(now),
    crypto: toyCrypto,
    isLine,
    pace: { now, patience: 10, rate: 1024 },
  };
  async function* arriving(): AsyncGenerator<Uint8Array, void> {
    yield input;
  }
  const reader = new FrameReader();
  for await (const bytes of serveConversation(arriving(), side)) reader.push(bytes);
  let last = 'nothing';
  for (let read = reader.next(); read.state !== 'incomplete'; read = reader.next()) {
    if (read.state === 'garbled') throw new Broken('a server sends what is no frame');
    last = read.frame.kind;
  }
  return last === 'failure' || last === 'nothing' ? 'refused' : 'accepted';
}

/** A container that answers no call; whatever is no request of its command never gets there. */
const COMMAND_PORT = serveCommands({
  client: {
    call: async (name) => {
      throw new FerryError('COMMAND_NOT_OFFERED', { where: 'here', command: name });
    },
    close: async () => undefined,
  },
  where: 'here',
  isLocal: true,
  isOpen: false,
  tell: () => undefined,
  onDefect: (error) => {
    throw error;
  },
});

/** A client that asks for a list; whoever answers is not to be trusted. */
async function asked(input: Uint8Array): Promise<Verdict> {
  const open = async (): Promise<BytePipe> => {
    async function* arriving(): AsyncGenerator<Uint8Array, void> {
      yield input;
    }
    return { arriving: arriving(), write: async () => undefined, close: async () => undefined };
  };
  const random = (length: number): Uint8Array => new Uint8Array(length);
  const pace = { now, patience: 1, rate: 1 };
  const client = new WireClient({ open, where: 'there', isLine: false, crypto: toyCrypto, random, pace });
  try {
    await client.call('list', {});
    return 'accepted';
  } catch (error) {
    if (error instanceof FerryError) return 'refused';
    throw error;
  } finally {
    await client.close();
  }
}

/** A request of any command, by the number of the command in its first byte. */
const REQUESTS = Object.values(COMMANDS).map(({ code, request }) => ({
  code,
  make: inputs(request as Codec<unknown>),
}));

async function carriedOut(input: Uint8Array): Promise<Verdict> {
  try {
    await COMMAND_PORT(input[0] ?? 0, input.subarray(1));
    return 'accepted';
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    return error.code === 'COMMAND_NOT_OFFERED' ? 'accepted' : 'refused';
  }
}

/** Both sides of the wire. */
export function wireTargets(): readonly FuzzTarget[] {
  const server: readonly FrameKind[] = ['hello', 'call', 'call', 'data', 'fetch', 'cancel', 'more'];
  const client: readonly FrameKind[] = ['answer', 'answer', 'failure', 'data', 'more', 'welcome'];
  return [
    { name: 'frames of a stream', thousands: 50, make: (random) => stream(random, HELLO, KINDS), give: framed },
    {
      name: 'server of a connection',
      thousands: 30,
      make: (random) => stream(random, HELLO, server),
      give: (input) => served(input, false),
    },
    {
      name: 'server of a line',
      thousands: 30,
      make: (random) => stream(random, HELLO, server),
      give: (input) => served(input, true),
    },
    { name: 'client', thousands: 30, make: (random) => stream(random, WELCOME, client), give: asked },
    {
      name: 'request of any command',
      thousands: 50,
      make: (random) => {
        const { code, make } = random.pick(REQUESTS);
        return concatBytes(Uint8Array.of(code), make(random));
      },
      give: carriedOut,
    },
  ];
}
