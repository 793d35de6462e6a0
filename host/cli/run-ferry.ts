import type { Command } from 'commander';
import type { Env } from '../../container/env.ts';
import { FerryCommand } from './ferry-command.ts';
import { Output, type TextStream } from './output.ts';
import { Progress } from './progress.ts';
import { reportError } from './report-error.ts';

/** What every command receives beside its arguments. */
export interface CommandContext {
  readonly env: Env;
  readonly output: Output;
  /** A progress bar for work that starts now. */
  progress(): Progress;
  /** The environment variable of that name; undefined when it is not set. */
  variable(name: string): string | undefined;
  /** Whether somebody sits at the terminal. */
  readonly canAsk: boolean;
  /** Asks whoever sits at the terminal, without showing what is typed; undefined when nobody does, or says nothing. */
  ask(question: string): Promise<string | undefined>;
  /** Does the work; where Ctrl-C ends the program meanwhile, this is said first, and the exit code is 130. */
  interruptible<T>(said: string, work: () => Promise<T>): Promise<T>;
  /** Ends the program with this exit code once the command is over, although nothing was thrown. */
  endWith(exit: number): void;
}

/** Adds one command, or one family of commands, to the program. Each file in `commands/` exports one as `register`. */
export type Register = (program: Command, context: CommandContext) => void;

/** The computer that the program runs on, as far as the command line needs it. */
export interface Surroundings {
  readonly version: string;
  readonly env: Env;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly clock: () => number;
  variable(name: string): string | undefined;
  /** Left out where nobody can be asked. */
  ask?(question: string): Promise<string | undefined>;
  /** Has this called before Ctrl-C ends the program, until what it returns is called. Left out where nobody presses it. */
  beforeInterrupt?(say: () => void): () => void;
}

/** Runs `ferry` with these arguments to its end and gives the exit code; never throws. */
export async function runFerry(
  args: readonly string[],
  commands: readonly Register[],
  surroundings: Surroundings,
): Promise<number> {
  const { stdout, stderr, env, clock } = surroundings;
  const variable = (name: string): string | undefined => surroundings.variable(name);
  const isSet = (name: string): boolean => (variable(name) ?? '') !== '';
  const quiet = hasFlag(args, '--quiet');
  const output = new Output({ stdout, stderr, json: hasFlag(args, '--json'), quiet, color: !isSet('NO_COLOR') });

  let exit = 0;
  let bar: Progress | undefined;
  const context: CommandContext = {
    env,
    output,
    progress: () => {
      bar = new Progress({ stderr, clock, quiet });
      return bar;
    },
    variable,
    canAsk: surroundings.ask !== undefined,
    ask: async (question) => surroundings.ask?.(question),
    interruptible: async (said, work) => {
      const done = surroundings.beforeInterrupt?.(() => {
        bar?.end();
        output.complain(said);
      });
      return work().finally(() => done?.());
    },
    endWith: (wanted) => {
      exit = wanted;
    },
  };
  try {
    const program = createProgram(surroundings);
    for (const register of commands) register(program, context);
    await program.parseAsync(args, { from: 'user' });
    return exit;
  } catch (error) {
    return reportError(error, output, { debug: isSet('FERRY_DEBUG') });
  }
}

/** Of what is no terminal. */
const COLUMNS = 80;

const ADDRESSES = `
Addresses of containers:
  sim:DIR                  simulated, in a folder, opened by this program
  unix:PATH                served on this computer: ferry dongle serve, ferry device serve
  tcp://HOST:PORT          served elsewhere
  tls://HOST:PORT          served elsewhere, to those that are paired: ferry pair
  exec:COMMAND             a program that serves one on its standard streams, such as "exec:ssh plc ferry device serve DIR --stdio"
  serial:DEVICE            at the other end of a serial line
  hid:SERIAL, usb:SERIAL   a dongle on this computer's USB, by the system's driver or without it
  usbip://HOST:PORT/BUSID  a dongle that a USB/IP server has
  http://HOST              a maker's device service
Others: folder:DIR, parked files, made by -o where the folder above it is there; central:DIR, a License Central.

Examples:
  ferry demo                                   plays a whole story and leaves a folder to look around in
  ferry list
  ferry move --from sim:dongle --to sim:device --item 6000010:1001x2
  ferry status
  ferry move --help                            every command has more of them`;

function createProgram({ version, stdout, stderr }: Surroundings): Command {
  return new FerryCommand('ferry')
    .description('Moves software licenses onto devices that are never online.')
    .version(version)
    .option('--json', 'one JSON document on standard output, nothing else there')
    .option('--quiet', 'no remarks and no progress')
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 20 })
    .addHelpText('after', ADDRESSES)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => (stdout.isTTY === true ? (stdout.columns ?? COLUMNS) : COLUMNS),
      getErrHelpWidth: () => (stderr.isTTY === true ? (stderr.columns ?? COLUMNS) : COLUMNS),
      // `reportError` says it, in three parts or as JSON.
      outputError: () => undefined,
    })
    .exitOverride();
}

/** Read before commander does, so that a wrong command line, too, is answered in the form that was asked for. */
function hasFlag(args: readonly string[], flag: string): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? args.length : end).includes(flag);
}
