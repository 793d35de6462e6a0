import type { Check } from './checks.ts';
import { lastLines } from './programs.ts';

/** What came out of a guest, as texts; undefined what did not. */
export interface Outcome {
  readonly qemuExit: number | undefined;
  readonly console: string;
  readonly read: (file: string) => string | undefined;
}

/** What one boot showed. */
export interface Verdict {
  /** Of every claim that was made. */
  readonly claims: number;
  /** Claims that do not hold, and checks that did not end as they should. */
  readonly failures: readonly string[];
  /** Why the boot as a whole shows nothing. */
  readonly broken: readonly string[];
}

/** What the kernel says when it is not well itself. */
const KERNEL_TROUBLE = /\b(BUG:|WARNING:|Oops|general protection fault|blocked for more than)/;

/**
 * Judges a boot. Believes nothing that is said only once: the exit code of QEMU has to agree with the result that the guest wrote, each
 * check's exit code with its claims, and a check that claims nothing has failed.
 */
export function judge(checks: readonly Check[], { qemuExit, console, read }: Outcome): Verdict {
  const broken = [...troubleOfGuest(qemuExit, console, read('result'))];
  const results = checks.map((check) => judgeCheck(check, read));
  const failures = results.flatMap((result) => result.failures);
  const dmesg = read('dmesg.txt');
  const trouble = (dmesg ?? '').split('\n').filter((line) => KERNEL_TROUBLE.test(line));
  if (trouble.length > 0) failures.push(`the kernel is in trouble:\n${trouble.slice(0, 10).join('\n')}`);
  if (broken.length === 0) {
    if (dmesg === undefined) broken.push('the guest left no log of its kernel');
    const result = read('result')?.trim();
    if ((result === '0') !== results.every(({ isZero }) => isZero))
      broken.push(`the guest says ${result}, the exit codes of its checks say otherwise`);
  }
  return { claims: results.reduce((sum, { claims }) => sum + claims, 0), failures, broken };
}

function troubleOfGuest(qemuExit: number | undefined, console: string, result: string | undefined): string[] {
  const end = `the last lines of its console:\n${lastLines(console)}`;
  if (qemuExit === undefined) return [`the guest did not end in time; ${end}`];
  if (qemuExit % 2 === 0 || result === undefined) {
    const why = /Kernel panic.*/.exec(console)?.[0] ?? `QEMU ended with ${qemuExit}`;
    return [`the guest did not finish (${why}); ${end}`];
  }
  const told = qemuExit >> 1;
  if (result.trim() !== String(told)) return [`the guest wrote ${result.trim()}, but QEMU was told ${told}`];
  return told > 1 ? [`the guest could not begin (${told}); ${end}`] : [];
}

interface CheckResult {
  readonly claims: number;
  readonly failures: readonly string[];
  readonly isZero: boolean;
}

function judgeCheck({ name }: Check, read: Outcome['read']): CheckResult {
  const status = read(`${name}.exit`)?.trim();
  if (status === undefined) return { claims: 0, failures: [`${name}: did not run to its end`], isZero: false };
  const claims = (read(`${name}.claims`) ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): { title: string; why?: string } => JSON.parse(line));
  const failures = claims.filter(({ why }) => why !== undefined).map(({ title }) => `${name}: ${title}`);
  if (claims.length === 0) failures.push(`${name}: claimed nothing`);
  if (status !== '0' && failures.length === 0) failures.push(`${name}: ended with ${status} (124: too slow)`);
  return { claims: claims.length, failures, isZero: status === '0' };
}
