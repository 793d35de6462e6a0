import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** What `npm run mutate` says of one source file when only that test file is asked; nothing of it is kept. */
function mutate(source: string, test: string): string {
  const args = ['test/mutations/mutate.mjs', source, '--tests', test];
  return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 120_000 }).stdout;
}

it('changes of a source file are noticed by its own tests, and not even reached by those of another one', () => {
  const source = 'container/model/serial-number.ts';
  const [, noticed, missed] =
    /serial-number\.ts: [\d.]+ % \((\d+) killed, 0 timed out, (\d+) survived/.exec(
      mutate(source, 'test/container/model/serial-number.test.ts'),
    ) ?? [];
  expect(Number(noticed)).toBeGreaterThan(10 * Number(missed));
  expect(mutate(source, 'test/container/model/fingerprint-words.test.ts')).toContain(
    'serial-number.ts: 0 % (0 killed, 0 timed out, 0 survived, 28 not reached)',
  );
}, 120_000);

it('a change of what is worked out while a file is loaded is noticed, too', () => {
  const answer = mutate('container/commands/refuse.ts', 'test/container/commands/commands.test.ts');
  expect(answer).toMatch(/refuse\.ts: [\d.]+ % \([1-9]\d* killed, 0 timed out, [1-9]\d* survived, 0 not reached\)/);
  expect(answer).not.toContain(`"original":"'refuse'"`);
}, 120_000);
