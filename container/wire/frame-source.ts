import { FerryError } from '../errors.ts';
import { type Frame, FrameReader } from './frame.ts';

/**
 * Frames out of pieces of bytes, from whatever brings them. An empty piece says that nothing came for long, so that whoever spoke
 * is taken to be gone: what had begun is no frame any more.
 */
export class FrameSource {
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #reader = new FrameReader();
  readonly #where: string;

  readonly #waiting: (begun: number) => void;

  /**
   * @param where the other side, as errors name it
   * @param waiting is told each time that bytes are waited for, and how many there are of the next frame; what it throws is
   *   thrown to who asked for the frame
   */
  constructor(pieces: AsyncIterable<Uint8Array>, where: string, waiting: (begun: number) => void = () => undefined) {
    this.#pieces = pieces[Symbol.asyncIterator]();
    this.#where = where;
    this.#waiting = waiting;
  }

  /** The next frame; undefined at the end of the stream. @throws CARRIER_GARBLED, also for a silence, and what bringing the bytes throws */
  async next(): Promise<Frame | undefined> {
    for (;;) {
      const reading = this.#reader.next();
      if (reading.state === 'frame') return reading.frame;
      if (reading.state === 'garbled') throw this.#garbled(reading.why);
      const came = await this.#fill();
      if (came === 'the end') return undefined;
      if (came === 'silence') throw this.#garbled('nothing came for long');
    }
  }

  /**
   * The next frame of that kind, whatever comes before it: how the two sides of a line without connections find each other.
   * Undefined at the end of the stream.
   */
  async nextOf(kind: 'hello' | 'welcome'): Promise<Frame | undefined> {
    for (;;) {
      const reading = this.#reader.next();
      if (reading.state === 'frame' && reading.frame.kind === kind) return reading.frame;
      if (reading.state === 'garbled') this.#reader.skipTo(kind);
      if (reading.state === 'incomplete' && (await this.#fill()) === 'the end') return undefined;
    }
  }

  /** Gives up the frame that has begun to arrive. */
  abandon(): void {
    this.#reader.abandon();
  }

  async #fill(): Promise<'bytes' | 'silence' | 'the end'> {
    this.#waiting(this.#reader.length);
    const { done, value } = await this.#pieces.next();
    if (done === true) return 'the end';
    if (value.length === 0) {
      this.#reader.abandon();
      return 'silence';
    }
    this.#reader.push(value);
    return 'bytes';
  }

  #garbled(why: string): FerryError {
    return new FerryError('CARRIER_GARBLED', { where: this.#where, why });
  }
}
