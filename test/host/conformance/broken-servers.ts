import { answer, call, fetch, hello, MESSAGE, more, welcome } from '../../../container/commands/device/messages.ts';
import type { Codec } from '../../../container/files/codec.ts';
import { fromHex } from '../../../container/model/bytes.ts';
import { encodeFrame, FRAME_KINDS, type FrameKind } from '../../../container/wire/frame.ts';
import { crypto } from '../../world/parties.ts';
import { eachFrame, type Wrong } from './broken-server.ts';

const KINDS = Object.keys(FRAME_KINDS) as FrameKind[];
const NONCE = new Uint8Array(8);

function kindOf(bytes: Uint8Array): FrameKind | undefined {
  return KINDS.find((kind) => FRAME_KINDS[kind] === bytes[3]);
}

function callOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(4);
}

/** The same frame with the checksum that it should have, if it is one of a known kind. */
function corrected(bytes: Uint8Array): Uint8Array {
  const kind = kindOf(bytes);
  return kind === undefined ? bytes : encodeFrame(kind, callOf(bytes), bytes.subarray(16));
}

/** A record without what is behind its end. */
function trimmed(bytes: Uint8Array): Uint8Array {
  const kind = kindOf(bytes);
  const codecs: Partial<Record<FrameKind, Pick<Codec<unknown>, 'decode'>>> = { hello, call, fetch };
  const codec = kind === undefined ? undefined : codecs[kind];
  if (kind === undefined || codec === undefined) return bytes;
  const payload = bytes.subarray(16);
  for (let end = payload.length; end > 0; end--)
    if (codec.decode(payload.subarray(0, end)).ok) return encodeFrame(kind, callOf(bytes), payload.subarray(0, end));
  return bytes;
}

/** A frame of one kind with another payload or another kind. */
function turned(kind: FrameKind, turn: (id: number, payload: Uint8Array) => Uint8Array): Wrong {
  return {
    arriving: eachFrame(() => (bytes) => (kindOf(bytes) === kind ? turn(callOf(bytes), bytes.subarray(16)) : bytes)),
  };
}

export interface BrokenCase {
  readonly wrong: string;
  readonly caseId: string;
  /** Whether no ordinary client could do with it: then one is served beside it. */
  readonly beside?: true;
  /** What the case says that it found. */
  readonly finds: RegExp;
  make(): Wrong;
}

const GONE = /the end of the connection|nothing within|refused|accepted/;

export const BROKEN: readonly BrokenCase[] = [
  {
    wrong: 'ignores checksums',
    caseId: 'wire-checksum',
    finds: /next frame: "answer" of call \d+/,
    make: () => ({ arriving: eachFrame(() => corrected) }),
  },
  {
    wrong: 'speaks before it is greeted',
    caseId: 'wire-hello',
    beside: true,
    finds: /nonce|welcome/,
    make: () => ({ greeting: encodeFrame('welcome', 0, welcome.encode({ version: 1, nonce: NONCE })) }),
  },
  {
    wrong: 'welcomes with a nonce of its own',
    caseId: 'wire-hello',
    beside: true,
    finds: /nonce/,
    make: () => ({
      leaving: () => (frame) =>
        frame.kind === 'welcome' ? [{ ...frame, payload: welcome.encode({ version: 1, nonce: NONCE }) }] : undefined,
    }),
  },
  {
    wrong: 'numbers its answers itself',
    caseId: 'wire-calls',
    finds: /next frame: "answer" of call 4/,
    make: () => ({
      leaving: () => {
        let answers = 0;
        return (frame) => (frame.kind === 'answer' ? [{ ...frame, call: ++answers }] : undefined);
      },
    }),
  },
  {
    wrong: 'takes records with bytes behind their end',
    caseId: 'wire-trailing-bytes',
    finds: /call 0/,
    make: () => ({ arriving: eachFrame(() => trimmed) }),
  },
  {
    wrong: 'falls silent after what it cannot read',
    caseId: 'wire-magic',
    finds: /nothing within/,
    make: () => ({
      leaving:
        ({ stream }) =>
        (frame) => {
          if (frame.kind !== 'failure' || frame.call !== 0) return undefined;
          stream.end = () => stream;
          return [];
        },
    }),
  },
  {
    wrong: 'dies of what it cannot read',
    caseId: 'wire-magic',
    finds: GONE,
    make: () => ({
      leaving:
        ({ crash }) =>
        (frame) => {
          if (frame.kind !== 'failure' || frame.call !== 0) return undefined;
          crash();
          return [];
        },
    }),
  },
  {
    wrong: 'closes without a word',
    caseId: 'wire-kind',
    finds: /the end of the connection/,
    make: () => ({ leaving: () => (frame) => (frame.kind === 'failure' && frame.call === 0 ? [] : undefined) }),
  },
  {
    wrong: 'asks for no window but the first',
    caseId: 'wire-windows',
    finds: /nothing within/,
    make: () => ({
      leaving: () => (frame) => {
        const read = frame.kind === 'more' ? more.decode(frame.payload) : undefined;
        return read?.ok && read.value.from > 0 ? [] : undefined;
      },
    }),
  },
  {
    wrong: 'sends what it announced without being asked',
    caseId: 'wire-answer-announced',
    beside: true,
    finds: /hash|bytes of a window|data/,
    make: () => ({
      leaving: () => (frame) => {
        const read = frame.kind === 'answer' ? answer.decode(frame.payload) : undefined;
        if (!read?.ok || read.value.hash === null) return undefined;
        return [frame, { kind: 'data', call: frame.call, payload: new Uint8Array(1000) }];
      },
    }),
  },
  {
    wrong: 'says everything to who came first',
    caseId: 'wire-two-connections',
    finds: /nothing within|next frame/,
    make: () => ({
      leaving:
        ({ stream, open }) =>
        (frame) => {
          const [first] = open;
          if (first === undefined || first === stream || frame.kind === 'welcome') return undefined;
          first.write(encodeFrame(frame.kind, frame.call, frame.payload));
          return [];
        },
    }),
  },
  {
    wrong: 'forgets that a call was cancelled',
    caseId: 'wire-cancel',
    finds: /"failure" of call 1|"failure" of call 0/,
    make: () => ({
      arriving: eachFrame(() => {
        let open: number | undefined;
        return (bytes) => {
          const kind = kindOf(bytes);
          if (kind === 'data') open = callOf(bytes);
          if (kind === 'cancel') return new Uint8Array(0);
          // It waits for the rest of what was cancelled, and takes a call for a frame out of turn.
          return kind === 'call' && open !== undefined ? encodeFrame('more', callOf(bytes)) : bytes;
        };
      }),
    }),
  },
  {
    wrong: 'ends the conversation at a command that it does not know',
    caseId: 'wire-unknown-command',
    finds: /"failure" of call 0/,
    make: () => ({ leaving: () => (frame) => (frame.kind === 'failure' ? [{ ...frame, call: 0 }] : undefined) }),
  },
  {
    wrong: 'does not look at the hash of a request',
    caseId: 'wire-other-hash',
    finds: /"answer" of call 1/,
    make: () => {
      let announced: Uint8Array | undefined;
      return {
        watching: ({ kind, payload }) => {
          const read = kind === 'call' ? call.decode(payload) : undefined;
          if (read?.ok && read.value.hash !== null) announced = fromHex(read.value.hash);
        },
        side: { crypto: { sha256: (bytes) => announced ?? crypto.sha256(bytes) } },
      };
    },
  },
  {
    wrong: 'speaks every version',
    caseId: 'wire-version',
    finds: /"welcome" of call 0/,
    make: () =>
      turned('hello', (id, payload) => {
        const read = hello.decode(payload);
        return encodeFrame('hello', id, read.ok ? hello.encode({ ...read.value, version: 1 }) : payload);
      }),
  },
  {
    wrong: 'does for anyone what is meant for local software',
    caseId: 'wire-local-commands',
    finds: /"answer" of call 1/,
    make: () => ({ isLocal: true }),
  },
  {
    wrong: 'serves one connection after the other',
    caseId: 'wire-half-frame',
    finds: GONE,
    make: () => ({ oneAtATime: true }),
  },
  {
    wrong: 'takes every piece that arrives for a frame',
    caseId: 'wire-bytes',
    finds: /"failure" of call 0|the end of the connection/,
    make: () => ({ arriving: () => (piece) => (piece.length < 16 ? new Uint8Array(16) : piece) }),
  },
  {
    wrong: 'needs no hello',
    caseId: 'wire-no-hello',
    finds: /"answer" of call 1|"welcome" of call 0/,
    make: () => ({
      arriving: () => {
        const honest = eachFrame(() => (bytes) => bytes)();
        let isFirst = true;
        return (piece) => {
          const bytes = honest(piece);
          const begins = isFirst && kindOf(bytes) !== 'hello';
          isFirst = false;
          const greeting = encodeFrame('hello', 0, hello.encode({ version: 1, nonce: NONCE }));
          return begins ? Buffer.concat([greeting, bytes]) : bytes;
        };
      },
    }),
  },
  {
    wrong: 'passes over what only a server sends',
    caseId: 'wire-server-frames',
    finds: /nothing within/,
    make: () => ({
      arriving: eachFrame(() => (bytes) => {
        const kind = kindOf(bytes);
        return kind === 'hello' || kind === 'call' || kind === 'data' ? bytes : new Uint8Array(0);
      }),
    }),
  },
  {
    wrong: 'asks for more than 4 MiB',
    caseId: 'wire-request-too-long',
    finds: /"more" of call 1/,
    make: () =>
      turned('call', (id, payload) => {
        const read = call.decode(payload);
        if (!read.ok || read.value.hash === null) return encodeFrame('call', id, payload);
        const size = Math.min(read.value.size, MESSAGE.requestBytes);
        return encodeFrame('call', id, call.encode({ ...read.value, size }));
      }),
  },
  {
    wrong: 'cuts off what is more than was announced',
    caseId: 'wire-data-beyond',
    finds: /"answer" of call 1|nothing was changed|listing/,
    make: () => ({
      arriving: eachFrame(() => {
        let left = 0;
        return (bytes) => {
          const [kind, payload] = [kindOf(bytes), bytes.subarray(16)];
          const read = kind === 'call' ? call.decode(payload) : undefined;
          if (read?.ok) left = read.value.size;
          if (kind !== 'data') return bytes;
          const taken = payload.subarray(0, left);
          left -= taken.length;
          return encodeFrame('data', callOf(bytes), taken);
        };
      }),
    }),
  },
  {
    wrong: 'says nothing to a fetch that it cannot serve',
    caseId: 'wire-fetch-unknown',
    finds: /nothing within/,
    make: () => turned('fetch', () => new Uint8Array(0)),
  },
];
