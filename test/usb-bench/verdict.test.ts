import { describe, expect, it } from 'vitest';
import { CHECKS } from './checks.ts';
import { judge, type Outcome } from './verdict.ts';

const checks = CHECKS.slice(0, 2);
const [first, second] = checks.map(({ name }) => name);

const claimed = (...claims: object[]) => claims.map((claim) => `${JSON.stringify(claim)}\n`).join('');
const HOLDS = { title: 'it works', seconds: 1 };
const FAILS = { title: 'it works', seconds: 1, why: 'it does not' };

/** A guest in which everything is right, but for what is said. */
function guest(changed: Record<string, string | undefined> = {}, qemuExit: number | undefined = 1): Outcome {
  const files: Record<string, string | undefined> = {
    result: '0\n',
    'dmesg.txt': '[1.0] Linux\n',
    [`${first}.exit`]: '0\n',
    [`${second}.exit`]: '0\n',
    [`${first}.claims`]: claimed(HOLDS, HOLDS),
    [`${second}.claims`]: claimed(HOLDS),
    ...changed,
  };
  return { qemuExit, console: 'some line\nthe last line\n', read: (name) => files[name] };
}

describe('a boot', () => {
  it('is right when every check ended with 0, every claim holds, and both exit codes agree', () => {
    expect(judge(checks, guest())).toEqual({ claims: 3, failures: [], broken: [] });
  });

  it.each([
    ['that did not end in time', judge(checks, { ...guest(), qemuExit: undefined }), 'did not end in time'],
    ['that QEMU left by itself', judge(checks, guest({}, 0)), 'did not finish'],
    ['without a result', judge(checks, guest({ result: undefined })), 'did not finish'],
    ['with a result that QEMU was not told', judge(checks, guest({ result: '1\n' })), 'wrote 1, but QEMU was told 0'],
    ['with a result that its checks deny', judge(checks, guest({ [`${first}.exit`]: '1\n' })), 'says 0'],
    ['with a failure that its checks deny', judge(checks, guest({ result: '1\n' }, 3)), 'says 1'],
    ['that could not begin', judge(checks, guest({ result: '99\n' }, 199)), 'could not begin (99)'],
    ['without a log of its kernel', judge(checks, guest({ 'dmesg.txt': undefined })), 'no log of its kernel'],
  ])('%s has no answer', (_, { broken }, reason) => {
    expect(broken).toHaveLength(1);
    expect(broken[0]).toContain(reason);
  });

  it('tells the end of the console when it has no answer', () => {
    expect(judge(checks, guest({}, 0)).broken[0]).toMatch(/the last line$/);
  });

  it('tells that its kernel panicked, before how', () => {
    const console = '[4.4] Kernel panic - not syncing: Fatal exception\n[4.5] Call Trace:\n';
    expect(judge(checks, { ...guest({ result: undefined }, 0), console }).broken[0]).toMatch(
      /^the guest did not finish \(Kernel panic - not syncing: Fatal exception\); /,
    );
  });

  it.each([
    [
      'a claim that does not hold',
      { [`${second}.claims`]: claimed(HOLDS, FAILS), [`${second}.exit`]: '1' },
      'it works',
    ],
    ['a check that ended too late', { [`${second}.exit`]: '124' }, 'ended with 124'],
    ['a check that never ended', { [`${second}.exit`]: undefined }, 'did not run to its end'],
  ])('with %s has failed', (_, changed, failure) => {
    const { failures, broken } = judge(checks, guest({ result: '1', ...changed }, 3));
    expect(broken).toEqual([]);
    expect(failures).toEqual([expect.stringMatching(`^${second}: .*${failure}`)]);
  });

  it('with a check that claims nothing has failed, although that one ended with 0', () => {
    const { failures } = judge(checks, guest({ [`${first}.claims`]: undefined }));
    expect(failures).toEqual([`${first}: claimed nothing`]);
  });

  it.each([
    'BUG: kernel NULL pointer dereference, address: 0000000000000000',
    'WARNING: CPU: 0 PID: 1 at drivers/usb/core/urb.c:503',
    'INFO: task usb-storage:90 blocked for more than 120 seconds.',
  ])('has failed when its kernel says: %s', (line) => {
    const { failures } = judge(checks, guest({ 'dmesg.txt': `[1.0] fine\n[2.0] ${line}\n` }));
    expect(failures).toEqual([expect.stringContaining(line)]);
  });
});
