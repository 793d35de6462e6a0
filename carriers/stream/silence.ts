import { NO_BYTES } from '../../container/model/bytes.ts';

/** Tells the reader of a line, between its pieces, that nothing came for long: as an empty piece. */
export class Silence {
  #tell: () => void = () => undefined;

  /** Nothing came for long. */
  tell(): void {
    this.#tell();
  }

  /** The pieces, with the silences between them. */
  async *within(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    const iterator = pieces[Symbol.asyncIterator]();
    const ask = (): Promise<IteratorResult<Uint8Array>> => {
      const asked = iterator.next();
      // It may break while the piece before is worked on; it is told when it is waited for.
      asked.catch(() => undefined);
      return asked;
    };
    let next = ask();
    for (;;) {
      const silent = new Promise<'silent'>((resolve) => {
        this.#tell = () => resolve('silent');
      });
      const came = await Promise.race([next, silent]);
      if (came === 'silent') {
        yield NO_BYTES;
        continue;
      }
      if (came.done === true) return;
      next = ask();
      yield came.value;
    }
  }
}
