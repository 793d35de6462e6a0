/** A message that a channel's reports have brought so far. */
interface Begun {
  readonly kind: number;
  readonly length: number;
  readonly pieces: number[];
  sequence: number;
}

/** A message, once it is whole. */
export interface Whole {
  readonly kind: number;
  readonly bytes: Uint8Array;
}

/** What a report was to the message that its channel had begun. */
export type Step = 'begun' | 'gone on' | 'whole' | 'out of order' | 'stray';

/**
 * Puts the messages of reports together, each channel by itself, by the words of docs/protocol.md, "Reports", and nothing of the
 * program.
 */
export class ReportTracker {
  readonly #begun = new Map<number, Begun>();
  readonly #most: number;
  /** The message that the last report has made whole. */
  whole: Whole | undefined;

  /** @param most bytes of a message that is kept; of a longer one nothing is */
  constructor(most: number) {
    this.#most = most;
  }

  take(report: Uint8Array): Step {
    const [channel, sequence] = [word(report, 0), word(report, 2)];
    this.whole = undefined;
    if (sequence === 0) {
      const length = word(report, 5) * 0x10000 + word(report, 7);
      this.#begun.delete(channel);
      if (length > this.#most) return 'begun';
      return this.#add(channel, { kind: report[4] ?? 0, length, pieces: [], sequence: 0 }, report.subarray(9), 'begun');
    }
    const begun = this.#begun.get(channel);
    if (begun === undefined) return 'stray';
    if (sequence !== (begun.sequence === 0xffff ? 1 : begun.sequence + 1)) {
      this.#begun.delete(channel);
      return 'out of order';
    }
    begun.sequence = sequence;
    return this.#add(channel, begun, report.subarray(4), 'gone on');
  }

  /** Whether a message of that channel is begun and not whole. */
  isBegun(channel: number): boolean {
    return this.#begun.has(channel);
  }

  #add(channel: number, begun: Begun, payload: Uint8Array, step: Step): Step {
    this.#begun.set(channel, begun);
    begun.pieces.push(...payload.subarray(0, begun.length - begun.pieces.length));
    if (begun.pieces.length < begun.length) return step;
    this.#begun.delete(channel);
    this.whole = { kind: begun.kind, bytes: Uint8Array.from(begun.pieces) };
    return 'whole';
  }
}

export function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}
