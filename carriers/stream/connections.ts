import type { Duplex } from 'node:stream';

interface Connection {
  /** Messages that it was sent and commands that it gave: a client that was only greeted has one. */
  answers: number;
  /** Whether a command of it is carried out, or an answer is on its way to it. */
  isAnswered: boolean;
}

/**
 * The connections of a server, no more than it can bear. A newcomer takes the place of one that waits: first of those that
 * never had anything done, then of those silent longest. So whoever only holds connections open keeps nobody else out.
 */
export class Connections {
  readonly #most: number;
  /** In the order of use. */
  readonly #open = new Map<Duplex, Connection>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Takes a connection in; false when all others are being answered. */
  admit(stream: Duplex): boolean {
    if (this.#open.size >= this.#most) {
      const waiting = [...this.#open].filter(([, { isAnswered }]) => !isAnswered);
      const [victim] = waiting.find(([, { answers }]) => answers < 2) ?? waiting[0] ?? [];
      if (victim === undefined) return false;
      this.#open.delete(victim);
      victim.destroy();
    }
    this.#open.set(stream, { answers: 0, isAnswered: false });
    return true;
  }

  /** Notes that a client's command is carried out or answered, or that all is said and its next word is waited for. */
  note(stream: Duplex, isAnswered: boolean): void {
    const connection = this.#open.get(stream);
    if (connection === undefined) return;
    connection.isAnswered = isAnswered;
    if (!isAnswered) return;
    connection.answers += 1;
    this.#open.delete(stream);
    this.#open.set(stream, connection);
  }

  leave(stream: Duplex): void {
    this.#open.delete(stream);
  }

  /** Ends those that wait for their clients; the others go on to the end of their answer. */
  closeWaiting(): void {
    for (const [stream, { isAnswered }] of this.#open) if (!isAnswered) stream.destroy();
  }
}
