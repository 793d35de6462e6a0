/**
 * Runs tests whenever a line comes in that names test files, and answers with a line: which of them fail. What to do with each
 * test stands in the plan, which is read anew by every run. The sources are prepared once, and every run has a process of
 * its own that loads them afresh.
 */
import readline from 'node:readline';
import { createVitest } from 'vitest/node';

const vitest = await createVitest('test', {
  config: 'vitest.mutate.config.ts',
  watch: false,
  bail: process.argv.includes('--to-the-end') ? 0 : 1,
  reporters: [{}],
});

for await (const line of readline.createInterface({ input: process.stdin })) {
  const files = JSON.parse(line);
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(
    await vitest.globTestSpecifications(files),
  );
  const failed = testModules.filter((it) => it.state() === 'failed');
  const errors = [
    ...failed.flatMap((it) => [
      ...it.errors(),
      ...[...it.children.allTests('failed')].flatMap((test) => test.result().errors),
    ]),
    ...unhandledErrors,
  ];
  const answer = {
    failed: failed.map((it) => it.relativeModuleId),
    errors: errors.map((error) => error.stack ?? String(error)),
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await vitest.close();
