import type { ContainerKind } from '../../container/files/certificate.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import { isoDate } from '../../container/model/time.ts';
import type { ConformanceRun } from './conformance-run.ts';
import type { CaseResult } from './run-cases.ts';

/**
 * What a run says of the container: it `conforms` when every case for this address passed; `fails` when one failed;
 * otherwise it is `incomplete`, since cases were left out or skipped.
 */
export type Verdict = 'conforms' | 'fails' | 'incomplete';

export interface SkippedFamily {
  readonly name: string;
  /** Cases that were asked for. */
  readonly cases: number;
  readonly reason: string;
}

/** A run as it is filed: one JSON document. */
export interface ConformanceReport {
  readonly verdict: Verdict;
  readonly tool: 'license-ferry';
  readonly version: string;
  /** Day in UTC, YYYY-MM-DD. */
  readonly date: string;
  readonly address: string;
  readonly serial: SerialNumber;
  readonly kind: ContainerKind;
  readonly key: PublicKey;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Cases that were not asked for. */
  readonly leftOut: number;
  /** Families that are not for an address like this one, and why. */
  readonly skippedFamilies: readonly SkippedFamily[];
  /** Channel records that it took from the container at most. */
  readonly channels: number;
  /** Licenses of the tool's vendor that are still in the container; null when it does not tell. */
  readonly licensesLeft: number | null;
  readonly cases: readonly CaseResult[];
}

/** Where and by what a run was made. `now`: seconds since 2000-01-01; `allCases`: as many as there are for this address. */
export interface RunFacts {
  readonly version: string;
  readonly address: string;
  readonly now: number;
  readonly allCases: number;
  readonly skippedFamilies: readonly SkippedFamily[];
}

export function reportOf({ plan, target, results, left }: ConformanceRun, facts: RunFacts): ConformanceReport {
  const count = (outcome: CaseResult['outcome']): number => results.filter((one) => one.outcome === outcome).length;
  const [passed, failed, skipped] = [count('passed'), count('failed'), count('skipped')];
  const verdict = failed > 0 ? 'fails' : passed === facts.allCases ? 'conforms' : 'incomplete';
  return {
    verdict,
    tool: 'license-ferry',
    version: facts.version,
    date: isoDate(facts.now),
    address: facts.address,
    serial: target.serial,
    kind: target.kind,
    key: target.key,
    passed,
    failed,
    skipped,
    leftOut: facts.allCases - results.length,
    skippedFamilies: facts.skippedFamilies,
    channels: plan.channels,
    licensesLeft: left,
    cases: results,
  };
}
