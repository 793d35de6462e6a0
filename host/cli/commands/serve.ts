import { type Command, Option } from 'commander';
import type { ListenAddress } from '../../../carriers/address.ts';
import type { Served } from '../../../carriers/server/run-container-server.adapter.ts';
import { type FarBank, parseAddress, parseListening } from '../addresses.ts';
import { LOG_LEVELS, type LogLevel } from '../log-levels.ts';
import { namingOtherKind } from '../other-kind.ts';
import { collect, usage } from '../parse-arguments.ts';
import { quoted } from '../printable.ts';
import type { CommandContext, Register } from '../run-ferry.ts';

type Kind = keyof FarBank;

interface ServeCommandOptions {
  readonly listen?: readonly string[];
  readonly stdio?: true;
  readonly pair?: true;
  readonly log: LogLevel;
  readonly seed?: string;
  readonly clock?: string;
  readonly httpName?: readonly string[];
}

const examples = (kind: Kind): string => `
When it can be reached it says so in one line for each address, with the port that it got. It ends on SIGTERM or Ctrl-C,
after finishing what it has begun. Only this computer reaches tcp:// and http:// unless another host is named; at http:// it
offers listing, contexts and taking updates, for programs and for curl.

Examples:
  ferry ${kind} serve ${kind} --listen unix:${kind}.sock
  ferry ${kind} serve ${kind} --listen tcp://:0
  ferry ${kind} serve ${kind} --listen http://0.0.0.0:8080 --http-name plc.example
  ferry ${kind} serve ${kind} --listen tls://0.0.0.0:7430 --pair
  ferry move --from sim:dongle --to "exec:ssh plc ferry ${kind} serve ${kind} --stdio" --all`;

/** `ferry dongle serve` and `ferry device serve`. To be registered after `create`, which makes the two families. */
export function serveCommands(far: FarBank): Register {
  return (program, context) => {
    for (const kind of ['dongle', 'device'] as const) addServe(family(program, kind), far, context, kind);
  };
}

function family(program: Command, kind: Kind): Command {
  const present = program.commands.find((command) => command.name() === kind);
  return present ?? program.command(kind);
}

function addServe(parent: Command, far: FarBank, context: CommandContext, kind: Kind): void {
  parent
    .command('serve')
    .description(`Serves the ${kind} in a folder, as its one writer, to whoever reaches it.`)
    .argument('<DIR>', `folder of the ${kind}, or sim:DIR`)
    .option(
      '--listen <ADDRESS>',
      'unix:PATH, tcp://HOST:PORT, tls://, http:// (port 0 for a free one) or serial:DEVICE; may be repeated',
      collect,
    )
    .option('--http-name <NAME>', 'name under which http:// may be asked for, too; may be repeated', collect)
    .option('--stdio', 'serve the one who holds the standard streams, too, and end with them')
    .option('--pair', 'show a code with which one new client may be paired over tls://')
    .addOption(new Option('--log <LEVEL>', 'what goes to standard error, as JSON').choices(LOG_LEVELS).default('info'))
    .option('--seed <TEXT>', 'for test benches: randomness that comes again')
    .option('--clock <FILE>', 'for test benches: file with the time that it takes for the present one')
    .addHelpText('after', examples(kind))
    .action((dir: string, options: ServeCommandOptions) => serve(far, context, kind, dir, options));
}

async function serve(
  far: FarBank,
  context: CommandContext,
  kind: Kind,
  dir: string,
  options: ServeCommandOptions,
): Promise<void> {
  const folder = dir.startsWith('sim:') ? parseAddress(dir, ['sim']).folder : dir;
  const listen = (options.listen ?? []).map(parseListening);
  if (listen.length === 0 && !options.stdio) throw usage('Say where it is served: --listen ADDRESS or --stdio');
  if (options.pair && (options.stdio || !listen.some(({ scheme }) => scheme === 'tls')))
    throw usage('--pair needs --listen tls://HOST:PORT, and standard output for the code');
  checkNames(options.httpName ?? [], listen);
  const [{ serverLog }, { logStream, standardStreams, stopSignal }] = await Promise.all([
    import('../server-log.ts'),
    import('../server-process.adapter.ts'),
  ]);
  const log = serverLog(logStream, options.log);
  const streams = options.stdio ? [standardStreams()] : [];
  const other = kind === 'dongle' ? 'device' : 'dongle';
  const instead = `\`ferry ${other} serve ${quoted(dir)}\` with the same options`;
  const door = await far[kind]();
  const served = namingOtherKind(folder, { door: () => far[other](), found: other, expected: kind, instead }, () =>
    door.serve(
      {
        folder,
        listen,
        streams,
        log,
        pair: options.pair === true,
        signal: stopSignal(),
        ...(options.seed === undefined ? {} : { seed: options.seed }),
        ...(options.clock === undefined ? {} : { clock: options.clock }),
        ...(options.httpName === undefined ? {} : { httpNames: options.httpName }),
      },
      (served) => {
        const { serial, kind, addresses } = served;
        log.info('container.served', { serial, kind, addresses });
        if (!options.stdio) sayReady(context, served);
      },
    ),
  );
  // A standard input that stays open would keep a program that cannot serve from ending.
  await served.finally(() => streams.map((stream) => stream.destroy()));
}

/** Names are those of hosts, and only `http://` has a use for them. */
function checkNames(names: readonly string[], listen: readonly ListenAddress[]): void {
  if (names.length > 0 && !listen.some(({ scheme }) => scheme === 'http'))
    throw usage('A name for http:// is given, but no --listen http://HOST:PORT');
  const wrong = names.find((name) => !/^[a-z0-9_-][a-z0-9._-]{0,252}$/i.test(name));
  if (wrong !== undefined) throw usage(`"${wrong}" is not the name of a host like plc.example, without a port`);
}

function sayReady({ output }: CommandContext, served: Served): void {
  const { serial, kind, addresses, pairingCode } = served;
  for (const address of addresses) output.line(`Ready: ${serial} (${kind}) at ${address}`);
  if (pairingCode !== undefined) output.line(`Pairing code, for one new client: ${pairingCode}`);
  output.json(served);
}
