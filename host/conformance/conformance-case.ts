import type { Bench } from './bench.ts';

/**
 * One claim about a container and the trial of it. Cases are independent: any of them runs alone, in any order, and
 * again on the same container.
 *
 * `B` is what it works with: a `Bench` for the cases of the three transactions.
 */
export interface ConformanceCase<B = Bench> {
  /** Stable; `--case` takes it. */
  readonly id: string;
  /** What a container that conforms does. */
  readonly title: string;
  /** Heading of docs/protocol.md that says so. */
  readonly section: string;
  /** Channel records that it takes beside the shared ones. */
  readonly channels?: number;
  /** @throws CaseFailure, CaseSkipped, ConnectionLost */
  run(bench: B): Promise<void>;
}

/** Cases of one kind. */
export interface CaseFamily<B = Bench> {
  readonly name: string;
  readonly about: string;
  readonly cases: readonly ConformanceCase<B>[];
}
