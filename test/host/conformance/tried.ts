import type { ContainerClient } from '../../../container/commands/client.ts';
import type { ContainerKind } from '../../../container/files/certificate.ts';
import { FAMILIES } from '../../../host/conformance/cases/all-families.ts';
import type { CaseFamily } from '../../../host/conformance/conformance-case.ts';
import { type ConformanceRun, runConformance } from '../../../host/conformance/conformance-run.ts';
import type { Tools } from '../../../host/conformance/makers/parties.ts';
import type { CaseResult } from '../../../host/conformance/run-cases.ts';
import { crypto, makeContainer, root, seededEnv, type TestContainer } from '../../world/parties.ts';

export const CASES = FAMILIES.flatMap(({ cases }) => cases);

export function toolsOf(seed: string): Tools {
  return { crypto, root, env: seededEnv(`conformance ${seed}`) };
}

/** The families with only these cases. */
export function only(...ids: readonly string[]): readonly CaseFamily[] {
  return FAMILIES.map((family) => ({ ...family, cases: family.cases.filter(({ id }) => ids.includes(id)) }));
}

export function tryOn(client: ContainerClient, families = FAMILIES, seed = 'test'): Promise<ConformanceRun> {
  return runConformance(client, toolsOf(seed), { families });
}

/** A container of the size that dongles and devices have by default, or smaller. */
export function testedContainer(kind: ContainerKind = 'soft'): TestContainer {
  return makeContainer(kind, 77, kind === 'dongle' ? { size: 384 * 1024 } : {});
}

export function notPassed({ results }: Pick<ConformanceRun, 'results'>): readonly CaseResult[] {
  return results.filter(({ outcome }) => outcome !== 'passed');
}
