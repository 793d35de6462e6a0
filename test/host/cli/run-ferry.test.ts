import { describe, expect, it } from 'vitest';
import { Defect, FerryError } from '../../../container/errors.ts';
import { type Register, runFerry } from '../../../host/cli/run-ferry.ts';
import { MemoryStream } from './memory-stream.ts';

async function run(
  args: readonly string[],
  commands: readonly Register[] = [],
  variables: Record<string, string> = {},
) {
  const stdout = new MemoryStream({ columns: 80 });
  const stderr = new MemoryStream({ columns: 80 });
  const exit = await runFerry(args, commands, {
    version: '1.2.3',
    env: { now: () => 7, random: (length) => new Uint8Array(length) },
    stdout,
    stderr,
    clock: () => 0,
    variable: (name) => variables[name],
  });
  return { exit, stdout: stdout.text, stderr: stderr.text };
}

const greet: Register = (program, context) => {
  program
    .command('greet')
    .argument('<name>')
    .action((name: string) => {
      context.output.note('greeting');
      context.output.line(`Hello ${name} at ${context.env.now()}`);
      context.output.json({ name });
    });
};

const send: Register = (program, { output }) => {
  program
    .command('send')
    .argument('[what]')
    .requiredOption('--from <ADDRESS>', 'who gives')
    .option('--fast', 'at once')
    .action((what: string | undefined, { from }: { readonly from: string }) => output.line(`from ${from} ${what}`));
};

function failing(error: unknown): Register {
  return (program) => {
    program.command('fail').action(() => {
      throw error;
    });
  };
}

describe('ferry', () => {
  it('tells its version and its help on standard output and ends with 0', async () => {
    expect(await run(['--version'])).toEqual({ exit: 0, stdout: '1.2.3\n', stderr: '' });
    const help = await run(['--help'], [greet]);
    expect(help).toMatchObject({ exit: 0, stderr: '' });
    expect(help.stdout).toContain('greet');
  });

  it('shows the options that every command takes in the help of a command', async () => {
    const { exit, stdout } = await run(['greet', '--help'], [greet]);
    expect(exit).toBe(0);
    expect(stdout).toContain('--json');
    expect(stdout).toContain('--quiet');
  });

  it('takes --json and --quiet before and after the command', async () => {
    for (const args of [
      ['greet', 'Ann', '--json', '--quiet'],
      ['--json', '--quiet', 'greet', 'Ann'],
    ]) {
      const { exit, stdout, stderr } = await run(args, [greet]);
      expect({ exit, document: JSON.parse(stdout), stderr }).toEqual({
        exit: 0,
        document: { name: 'Ann' },
        stderr: '',
      });
    }
  });

  it('marks in the help which options are required, and names one that is missing', async () => {
    const { stdout } = await run(['send', '--help'], [send]);
    expect(stdout).toMatch(/--from <ADDRESS> +who gives \(required\)\n +--fast +at once\n/);
    const { exit, stderr } = await run(['send', '--fast'], [send]);
    expect([exit, stderr]).toEqual([2, expect.stringContaining("Required option '--from <ADDRESS>' not specified")]);
    expect((await run(['send', '--from', 'here', '--', '-x'], [send])).stdout).toBe('from here -x\n');
    const withoutOption = await run(['send', '--', '--form'], [send]);
    expect(withoutOption.stderr).toContain("Required option '--from <ADDRESS>' not specified");
  });

  it('names an option that is mistyped, and the one that was meant, before one that is missing', async () => {
    const { exit, stderr } = await run(['send', '--form', 'here'], [send]);
    expect([exit, stderr]).toEqual([2, expect.stringContaining("Unknown option '--form' (Did you mean --from?)")]);
  });

  const family: Register = (program) => {
    const below = program.command('family');
    below
      .command('create')
      .argument('<DIR>')
      .option('--port [PORT]')
      .action(() => undefined);
    below.command('serve').action(() => undefined);
  };

  it.each([
    [['help', 'gret'], "Unknown command 'gret' (Did you mean greet?); `ferry --help` lists the commands."],
    [['nothing'], "Unknown command 'nothing'; `ferry --help` lists the commands."],
    [['family', 'where'], "Unknown command 'where'; `ferry family --help` lists the commands."],
    [['family', 'help', 'creat'], "Unknown command 'creat' (Did you mean create?); `ferry family --help` lists"],
  ])(
    'says of a command that does not exist what may be meant, and where those stand that do: %j',
    async (args, said) => {
      const { exit, stdout, stderr } = await run(args, [greet, family]);
      expect([exit, stdout, stderr]).toEqual([2, '', expect.stringContaining(said)]);
      expect(stderr).not.toContain('Usage:');
    },
  );

  it('shows by help the help of a command that exists, and of all', async () => {
    expect((await run(['help', 'family'], [family])).stdout).toContain('Usage: ferry family');
    expect((await run(['family', 'help', 'serve'], [family])).stdout).toContain('Usage: ferry family serve');
    expect((await run(['help'], [family])).stdout).toContain('Usage: ferry [options]');
  });

  it('says of an argument that is missing which option took what may have been meant for it', async () => {
    const { exit, stderr } = await run(['family', 'create', '--port', 'here'], [family], { NO_COLOR: '1' });
    const said = `Missing required argument 'DIR': --port took "here" for its value; write the argument before it.`;
    expect([exit, stderr.replaceAll(/\s+/g, ' ')]).toEqual([2, expect.stringContaining(said)]);
    const bare = await run(['family', 'create', '--port'], [family], { NO_COLOR: '1' });
    expect(bare.stderr).toContain("Missing required argument 'DIR'. [USAGE_WRONG]");
  });

  it('takes what follows -- as arguments', async () => {
    const { stdout } = await run(['greet', '--', '--json'], [greet]);
    expect(stdout).toBe('Hello --json at 7\n');
  });

  it('without a command shows its help on standard error and ends with 2', async () => {
    const { exit, stdout, stderr } = await run([], [greet]);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toContain('Usage: ferry');
  });

  it.each([
    ['an unknown command', ['gret', 'Ann']],
    ['an unknown option', ['greet', 'Ann', '--loud']],
    ['a missing argument', ['greet']],
    ['an argument too many', ['greet', 'Ann', 'Bob']],
  ])('answers %s with 2, in the form that was asked for', async (_, args) => {
    expect((await run(args, [greet])).exit).toBe(2);
    const { exit, stdout, stderr } = await run([...args, '--json'], [greet]);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE_WRONG' } });
  });

  it('ends with the exit code of the refusal, or the one that a command asks for', async () => {
    expect((await run(['fail'], [failing(new FerryError('NOT_ADDRESSED'))])).exit).toBe(4);
    const partly: Register = (program, context) => {
      program.command('part').action(() => context.endWith(6));
    };
    expect((await run(['part'], [partly])).exit).toBe(6);
  });

  it('shows the stack of a defect only with FERRY_DEBUG, and no colours with NO_COLOR', async () => {
    const commands = [failing(new Defect('broken'))];
    const plain = await run(['fail'], commands, { NO_COLOR: '1' });
    expect(plain.exit).toBe(1);
    expect(plain.stderr).not.toContain('run-ferry.test.ts');
    expect(plain.stderr).not.toContain('\u001b');
    expect((await run(['fail'], commands, { FERRY_DEBUG: '1' })).stderr).toContain('run-ferry.test.ts');
  });

  it('gives a command a progress bar that --quiet silences', async () => {
    const working: Register = (program, context) => {
      program.command('work').action(() => {
        const progress = context.progress();
        progress.update(1, 2, 'steps');
        progress.end();
      });
    };
    expect(await run(['work', '--quiet'], [working])).toEqual({ exit: 0, stdout: '', stderr: '' });
  });
});
