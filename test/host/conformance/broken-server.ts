import net from 'node:net';
import type { Duplex } from 'node:stream';
import { listening } from '../../../carriers/socket/listen-socket.adapter.ts';
import { serveCommands } from '../../../container/commands/device/serve-commands.ts';
import { steadyClock } from '../../../container/crypto/native/system-env.adapter.ts';
import { encodeFrame, type Frame, FrameReader } from '../../../container/wire/frame.ts';
import { type CommandPort, type ServedSide, serveConversation } from '../../../container/wire/serve-conversation.ts';
import { bodyStoreOf } from '../../container/wire/body-store-of.ts';
import { crypto, type TestContainer } from '../../world/parties.ts';

/** What a broken server does otherwise. Everything else is our own `serveConversation`. */
export interface Wrong {
  /** Bytes that a client sent, before they are understood. One state for each connection. */
  readonly arriving?: () => (piece: Uint8Array) => Uint8Array;
  /** Frames of the server, before they leave: those that leave instead. */
  readonly leaving?: (on: Connection) => (frame: Frame) => readonly Frame[] | undefined;
  readonly side?: Partial<ServedSide>;
  readonly isLocal?: true;
  /** Said as soon as somebody connects. */
  readonly greeting?: Uint8Array;
  /** Serves one connection after the other. */
  readonly oneAtATime?: true;
  /** Told each frame that arrives. */
  readonly watching?: (frame: Frame) => void;
}

/** A connection of a broken server, for what it does to it. */
export interface Connection {
  readonly stream: Duplex;
  /** All that are open, the oldest first. */
  readonly open: readonly Duplex[];
  /** Ends the whole server, as a crash would. */
  crash(): void;
}

/** A server of a container at a TCP port that does one thing wrong. */
export class BrokenServer {
  readonly #container: Pick<TestContainer, 'container'>;
  readonly #wrong: Wrong;
  readonly #server: net.Server;
  readonly #open: Duplex[] = [];
  readonly #bodies = bodyStoreOf(steadyClock, 96 * 1024 * 1024);
  #turn: Promise<unknown> = Promise.resolve();

  constructor(container: Pick<TestContainer, 'container'>, wrong: Wrong) {
    this.#container = container;
    this.#wrong = wrong;
    this.#server = net.createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => undefined);
      this.#open.push(socket);
      socket.on('close', () => this.#open.splice(this.#open.indexOf(socket), 1));
      this.#turn = wrong.oneAtATime ? this.#turn.then(() => this.#serve(socket)) : this.#serve(socket);
    });
  }

  /** @returns its address */
  async start(): Promise<string> {
    await listening(this.#server, { host: '127.0.0.1', port: 0 });
    return `tcp://127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    for (const socket of [...this.#open]) socket.destroy();
  }

  async #serve(socket: net.Socket): Promise<void> {
    const { greeting, leaving, side } = this.#wrong;
    if (greeting !== undefined) socket.write(greeting);
    const leave = leaving?.({ stream: socket, open: this.#open, crash: () => this.close() });
    const served = {
      newSession: () => this.#commands(),
      bodies: this.#bodies,
      crypto,
      isLine: false,
      pace: { now: steadyClock, patience: 10, rate: 1024 },
      ...side,
    };
    try {
      for await (const bytes of serveConversation(this.#arriving(socket), served)) {
        const frames = leave === undefined ? undefined : leave(frameOf(bytes));
        const sent = frames?.map(({ kind, call, payload }) => encodeFrame(kind, call, payload)) ?? [bytes];
        for (const one of sent) if (!socket.destroyed) socket.write(one);
      }
      socket.end();
    } catch {
      socket.destroy();
    }
  }

  async *#arriving(socket: net.Socket): AsyncGenerator<Uint8Array, void> {
    const alter = this.#wrong.arriving?.();
    const { watching } = this.#wrong;
    const reader = new FrameReader();
    for await (const piece of socket) {
      const bytes = alter === undefined ? (piece as Uint8Array) : alter(piece);
      if (watching !== undefined) {
        reader.push(bytes);
        for (let read = reader.next(); read.state === 'frame'; read = reader.next()) watching(read.frame);
      }
      // An empty piece would say that nothing came for long.
      if (bytes.length > 0) yield bytes;
    }
  }

  #commands(): CommandPort {
    return serveCommands({
      client: this.#container.container.client(),
      where: 'the container',
      isLocal: this.#wrong.isLocal === true,
      isOpen: false,
      tell: () => undefined,
      onDefect: () => undefined,
    });
  }
}

function frameOf(bytes: Uint8Array): Frame {
  const reader = new FrameReader();
  reader.push(bytes);
  const read = reader.next();
  if (read.state !== 'frame') throw new Error('a server writes whole frames');
  return read.frame;
}

/** Alters each whole frame that arrives, its checksum made right; what is no frame passes as it is. */
export function eachFrame(make: () => (frame: Uint8Array) => Uint8Array): () => (piece: Uint8Array) => Uint8Array {
  return () => {
    const alter = make();
    let kept: Uint8Array = new Uint8Array(0);
    return (piece) => {
      kept = Buffer.concat([kept, piece]);
      const whole: Uint8Array[] = [];
      for (;;) {
        if (kept.length > 0 && kept[0] !== 0x4c) return Buffer.concat([...whole, kept]);
        if (kept.length < 16) return Buffer.concat(whole);
        const length = 16 + new DataView(kept.buffer, kept.byteOffset).getUint32(8);
        if (kept.length < length) return Buffer.concat(whole);
        whole.push(alter(kept.slice(0, length)));
        kept = kept.slice(length);
      }
    };
  };
}
