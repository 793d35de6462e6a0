import type { Duplex } from 'node:stream';
import { type ServedSide, serveConversation } from '../../container/wire/serve-conversation.ts';
import { QuietTimer } from './quiet-timer.adapter.ts';
import { Silence } from './silence.ts';

/** How long a server waits, in seconds. */
export interface Patience {
  /** For the rest of something that began to arrive, and for a client that takes nothing of its answer. */
  readonly owed: number;
  /** For the next call. */
  readonly idle: number;
}

/**
 * Serves one stream to its end.
 *
 * @param answering is told when an answer is on its way, and when the client's next word is waited for
 * @returns why it ended; undefined when the client closed it
 */
export async function serveStream(
  stream: Duplex,
  side: ServedSide,
  patience: Patience,
  answering: (isAnswered: boolean) => void = () => undefined,
): Promise<unknown> {
  const timer = new QuietTimer();
  const giveUp = (why: string) => () => stream.destroy(new Error(why));
  const silence = new Silence();
  const waiting = (isOwed: boolean): void => {
    answering(false);
    const over = isOwed ? 'the rest of a message did not come' : 'nothing was asked for';
    // A line stays when the one at its other end is gone.
    timer.start(isOwed ? patience.owed : patience.idle, side.isLine ? () => silence.tell() : giveUp(over));
  };
  let goOn = (): void => undefined;
  stream.on('drain', () => goOn());
  stream.on('close', () => goOn());
  // What breaks the stream is met where it is read or written.
  stream.on('error', () => undefined);
  let isBroken = false;
  const taken = (bytes: number): Promise<void> =>
    new Promise((resolve) => {
      const seconds = patience.owed + bytes / side.pace.rate;
      timer.start(side.isLine ? undefined : seconds, giveUp('an answer was not taken'));
      goOn = resolve;
    });
  try {
    const pieces = side.isLine ? silence.within(stream) : stream;
    for await (const bytes of serveConversation(pieces, { ...side, waiting })) {
      answering(true);
      if (stream.write(bytes)) continue;
      await taken(bytes.length);
      isBroken = stream.destroyed;
      if (isBroken) break;
    }
    // The client closed it: that it is gone with its last byte is no fault, whatever some streams call it.
    if (stream.destroyed && !isBroken) return undefined;
    if (!stream.destroyed) {
      stream.end(() => goOn());
      await taken(stream.writableLength);
    }
    return stream.errored ?? undefined;
  } catch (error) {
    return error;
  } finally {
    timer.end();
    stream.destroy();
  }
}
