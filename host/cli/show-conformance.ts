import type { CaseFamily } from '../conformance/conformance-case.ts';
import type { ConformanceReport, Verdict } from '../conformance/conformance-report.ts';
import type { CaseResult } from '../conformance/run-cases.ts';
import { type Output, type Part, type Style, styled } from './output.ts';

const STYLES: Readonly<Record<Verdict, Style>> = { conforms: 'green', fails: 'red', incomplete: 'yellow' };

/** The cases there are, by family. */
export function showCases(output: Output, families: readonly CaseFamily<never>[]): void {
  for (const { name, about, cases } of families) {
    output.line(styled('bold', name), `  ${about}`);
    output.table(
      ['Case', 'A container that conforms', 'Section'],
      cases.map(({ id, title, section }) => [id, title, section]),
      { indent: 2 },
    );
    output.line();
  }
}

/** A run for people: a line for each family, the cases that did not pass, the verdict last. */
export function showConformance(output: Output, report: ConformanceReport): void {
  const { serial, kind, address, cases } = report;
  output.line(styled('bold', `CmContainer ${serial}`), `  ${kind}  ${address}`);
  const families = [...new Set(cases.map(({ family }) => family))];
  const count = (family: string, outcome: CaseResult['outcome']): number =>
    cases.filter((one) => one.family === family && one.outcome === outcome).length;
  output.table(
    ['Cases', 'Passed', 'Failed', 'Skipped'],
    families.map((family) => [family, count(family, 'passed'), count(family, 'failed'), count(family, 'skipped')]),
    { indent: 2 },
  );
  for (const one of cases) for (const line of remarksOn(one)) output.line(line);
  for (const { name, cases, reason } of report.skippedFamilies)
    output.line(styled('yellow', `${cases} case(s) of "${name}" were skipped: ${reason}`));
  if (report.licensesLeft !== 0)
    output.line(styled('yellow', `${report.licensesLeft ?? 'Some'} license(s) of the test vendor may still be there.`));
  const { passed, failed, skipped, leftOut } = report;
  const also = [skipped > 0 ? `, ${skipped} skipped` : '', leftOut > 0 ? `, ${leftOut} not run` : ''].join('');
  output.line(
    'Verdict: ',
    styled(STYLES[report.verdict], report.verdict),
    ` (${passed} passed, ${failed} failed${also}).`,
  );
}

function remarksOn(one: CaseResult): readonly Part[] {
  if (one.outcome === 'skipped') return [styled('yellow', `${one.id} was skipped: ${one.reason}`)];
  if (one.outcome !== 'failed') return [];
  return [
    styled('red', `${one.id} failed: ${one.title} (${one.section})`),
    `  ${one.what}`,
    `    expected: ${one.expected}`,
    `    actual:   ${one.actual}`,
  ];
}
