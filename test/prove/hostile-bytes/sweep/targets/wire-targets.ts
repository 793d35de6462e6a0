import { codecsOf } from '../../../../../container/commands/codecs-of.ts';
import { answer, call, hello, MESSAGE } from '../../../../../container/commands/device/messages.ts';
import { equalBytes, NO_BYTES } from '../../../../../container/model/bytes.ts';
import { encodeFrame, FrameReader } from '../../../../../container/wire/frame.ts';
import { serveConversation } from '../../../../../container/wire/serve-conversation.ts';
import { bodyStoreOf } from '../../../../container/wire/body-store-of.ts';
import { crypto } from '../../../../world/parties.ts';
import { type GoldenMessage, goldenMessages } from '../../golden-messages.ts';
import { spansOf } from '../spans.ts';
import type { Ending, SweepTarget } from '../sweep-target.ts';

const HELLO = encodeFrame('hello', 0, hello.encode({ version: 1, nonce: new Uint8Array(8).fill(3) }));
const now = (): number => 0;

/** What a reader of frames makes of bytes: no frame at all, since a checksum covers every bit. */
function frameTarget(name: string, golden: Uint8Array): SweepTarget {
  return {
    name,
    golden,
    spans: [{ start: 0, end: golden.length, path: '', role: 'head' }],
    right: () => ['garbled', 'incomplete'],
    shifted: [],
    cut: ['incomplete'],
    give: (bytes) => {
      const reader = new FrameReader();
      reader.push(bytes);
      return reader.next().state;
    },
    standing: () => '',
    taken: 'frame',
  };
}

/** A call as the server of a container takes it: what does not arrive whole is never carried out. */
function servedCall(): SweepTarget {
  const body = codecsOf('check').request.encode({ firmCode: 6000010, productCode: 1001, releaseDate: null });
  const golden = encodeFrame('call', 1, call.encode({ command: 9, size: body.length, hash: null, body }));
  let carried = 0;
  const bodies = bodyStoreOf(now);
  const side = {
    newSession: () => async () => {
      carried += 1;
      return NO_BYTES;
    },
    bodies,
    crypto,
    isLine: false,
    pace: { now, patience: 10, rate: 1024 },
  };
  const give = async (bytes: Uint8Array): Promise<Ending> => {
    async function* arriving(): AsyncGenerator<Uint8Array, void> {
      yield HELLO;
      // A stream never brings a piece without bytes: on a line, that is a silence.
      if (bytes.length > 0) yield bytes;
    }
    const reader = new FrameReader();
    for await (const said of serveConversation(arriving(), side)) reader.push(said);
    const kinds: string[] = [];
    for (let read = reader.next(); read.state === 'frame'; read = reader.next()) kinds.push(read.frame.kind);
    return kinds.join();
  };
  return {
    name: 'frame of a call, served',
    golden,
    spans: [{ start: 0, end: golden.length, path: '', role: 'head' }],
    right: () => ['welcome,failure', 'welcome'],
    shifted: [],
    cut: ['welcome'],
    give,
    standing: () => `${carried} ${bodies.size}`,
    taken: 'welcome,answer',
  };
}

/** A message whose bytes nothing protects but the frames: malformed, or another one in its only form. */
function messageTarget({ command, of, bytes: golden }: GoldenMessage, name: string): SweepTarget {
  const codec = codecsOf(command)[of];
  return {
    name,
    golden,
    spans: spansOf(golden, () => false),
    right: ({ role }) => (role === 'content' ? ['another message'] : ['FILE_MALFORMED', 'another message']),
    shifted: [],
    cut: ['FILE_MALFORMED'],
    give: (bytes) => {
      const read = codec.decode(bytes);
      if (!read.ok) return read.code;
      if (!equalBytes(codec.encode(read.value as never), bytes)) return 'another form of it';
      return equalBytes(bytes, golden) ? 'taken' : 'another message';
    },
    standing: () => '',
    taken: 'taken',
  };
}

/** The largest message of every command, asked and answered. */
function messageTargets(): (() => SweepTarget)[] {
  const largest = new Map<string, GoldenMessage>();
  for (const message of goldenMessages()) {
    const name = `${message.of === 'request' ? 'request' : 'answer'} of ${message.command}`;
    if (message.bytes.length > (largest.get(name)?.bytes.length ?? -1)) largest.set(name, message);
  }
  return [...largest].map(
    ([name, message]) =>
      () =>
        messageTarget(message, name),
  );
}

/** Frames, the server that takes them, and every message of every command. */
export function wireTargets(): readonly (() => SweepTarget)[] {
  const body = new Uint8Array(300).fill(5);
  const inAnswer = answer.encode({ size: body.length, hash: null, body });
  return [
    () => frameTarget('frame of a hello', HELLO),
    () => frameTarget('frame of an answer', encodeFrame('answer', 7, inAnswer)),
    () => frameTarget('frame of data', encodeFrame('data', 7, new Uint8Array(MESSAGE.inlineBytes / 16).fill(9))),
    servedCall,
    ...messageTargets(),
  ];
}
