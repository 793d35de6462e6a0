import { COMMANDS, VERSION } from '../../../host/cli/program.ts';
import { runFerry } from '../../../host/cli/run-ferry.ts';
import { MemoryStream } from './memory-stream.ts';

/** What a command says of itself, by its words after `ferry`. */
export async function helpOf(...args: readonly string[]): Promise<string> {
  const stdout = new MemoryStream();
  await runFerry([...args, '--help'], COMMANDS, {
    version: VERSION,
    env: { now: () => 0, random: (length) => new Uint8Array(length) },
    stdout,
    stderr: new MemoryStream(),
    clock: () => 0,
    variable: () => undefined,
  });
  return stdout.text;
}
