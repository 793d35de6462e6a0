import path from 'node:path';
import { type Command, Option } from 'commander';
import { type ListenAddress, USBIP_PORT } from '../../../carriers/address.ts';
import type { Served } from '../../../carriers/server/run-container-server.adapter.ts';
import type { ServerLog } from '../../../carriers/server/server-port.ts';
import { type FarBank, parseAddress, parseListening, type StickPlaces } from '../addresses.ts';
import { attachCommands } from '../attach-commands.ts';
import { faultsIn } from '../fault-script.ts';
import { givenTwice } from '../ferry-files.adapter.ts';
import { LOG_LEVELS, type LogLevel } from '../log-levels.ts';
import { namingOtherKind } from '../other-kind.ts';
import { checkPlace } from '../output-place.adapter.ts';
import { collect, usage } from '../parse-arguments.ts';
import { quoted } from '../printable.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { type UsbWords, usbOptions } from '../usb-options.ts';

type Kind = keyof FarBank;

interface ServeCommandOptions extends UsbWords {
  readonly listen?: readonly string[];
  readonly stdio?: true;
  readonly pair?: true;
  readonly log: LogLevel;
  readonly seed?: string;
  readonly clock?: string;
  readonly httpName?: readonly string[];
  readonly script?: string;
  readonly sticks?: true;
  readonly sticksBelow?: readonly string[];
  readonly mounts?: string;
  readonly light?: string;
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
  ferry move --from sim:dongle --to "exec:ssh plc ferry ${kind} serve ${kind} --stdio" --all${kind === 'dongle' ? USB_EXAMPLES : STICK_EXAMPLES}`;

const STICK_EXAMPLES = `
  ferry device serve device --sticks
  ferry device serve device --sticks-below /media --sticks-below /run/media
  ferry device serve device --sticks --light /usr/local/bin/device-light

With --sticks, the device takes in by itself what the memory sticks that are mounted here bring for it, and writes its
receipts and RESULT.TXT to them: nobody touches a keyboard. A stick is what is mounted from a USB drive, or, with
--sticks-below, whatever is mounted below that folder. It may be pulled out at any moment.`;

const USB_EXAMPLES = `
  ferry dongle serve dongle --usbip
  ferry dongle serve dongle another --usbip 0.0.0.0:3240 --usb-ids 1209:0002
  ferry dongle serve dongle --usbip --panel
  ferry dongle serve dongle --usbip --script faults.txt
  ferry dongle serve dongle another --usbip --trace usb.pcap
  sudo ferry dongle serve dongle --gadget     root needs a ferry that is installed: docs/hardware.md
  ferry dongle serve dongle --usbip --bind hid:1234:5678

DIR stands before --usbip, --panel and --gadget, which take what follows them.

With --usbip, a dongle is a USB device that a Linux or Windows computer attaches like one that is plugged in. What can be
done to it there: ferry dongle fault --help. With --gadget, this computer is the dongle: a Linux board with a device port
(docs/hardware.md). With --bind, it exists only while a real HID device is plugged in here, and speaks through that one's
reports where they have 64 bytes.

With --trace, all that goes over USB is in a file for Wireshark and tshark: device 2 on bus 1 is the one at 1-2. Like tcpdump -w
it begins anew, in place of an earlier trace of that name; any other file that is not empty is left alone. What the dongles
hold can be read in it, but no PIN: docs/carriers.md says whom not to give it to.`;

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
  const command = parent
    .command('serve')
    .description(`Serves the ${kind} in a folder, as its one writer, to whoever reaches it.`)
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
    .addHelpText('after', examples(kind));
  if (kind === 'device') {
    command
      .argument('<DIR>', 'folder of the device, or sim:DIR')
      .option('--sticks', 'take in what memory sticks bring that are mounted here')
      .option('--sticks-below <FOLDER>', 'the same for all that is mounted below a folder; may be repeated', collect)
      .option('--light <PROGRAM>', 'run it with ready, busy, done, nothing, attention, failed or off: docs/sticks.md')
      .option('--mounts <FILE>', 'for test benches: file that is looked at for what is mounted')
      .action((dir: string, options: ServeCommandOptions) => serve(far, context, kind, [dir], options));
    return;
  }
  command
    .argument('<DIR...>', 'folder of the dongle, or sim:DIR; several with --usbip')
    .option('--usbip [HOST:PORT]', `serve it by USB/IP; 127.0.0.1:${USBIP_PORT} unless given, port 0 for a free one`)
    .option('--gadget [UDC]', 'make this computer the dongle: of a Linux board with a device port, as root')
    .option('--bind <hid:VID:PID[:SERIAL]>', 'let it exist only while that real HID device is plugged in')
    .option('--usb-ids <VID:PID>', 'vendor and product id, in hexadecimal; 1209:0001 unless given, which is for tests')
    .option('--usb-interval <N>', 'bInterval of the reports, 1 to 16: 2^(N-1) times 125 us; 4 unless given')
    .option(
      '--panel [HOST:PORT]',
      'with --usbip: a page that shows the dongles; on this computer, at a free port, unless given',
    )
    .option(
      '--trace <FILE>',
      'with --usbip: write the USB traffic of all dongles there, as pcap; takes the place of an earlier trace',
    )
    .option(
      '--script <FILE>',
      'with --usbip and one dongle: faults that strike it, one a line; see ferry dongle fault --help',
    )
    .action((dirs: readonly string[], options: ServeCommandOptions) => serve(far, context, kind, dirs, options));
}

async function serve(
  far: FarBank,
  context: CommandContext,
  kind: Kind,
  dirs: readonly string[],
  options: ServeCommandOptions,
): Promise<void> {
  const folders = dirs.map((dir) => (dir.startsWith('sim:') ? parseAddress(dir, ['sim']).folder : dir));
  const listen = (options.listen ?? []).map(parseListening);
  const usb = usbOptions(options);
  checkWays(folders, listen, options);
  checkOnce(folders, dirs);
  checkNames(options.httpName ?? [], listen);
  const sticks = stickPlaces(options);
  if (options.trace !== undefined) await checkPlace(far, options.trace);
  const [{ serverLog }, { logStream, standardStreams, stopSignal }] = await Promise.all([
    import('../server-log.ts'),
    import('../server-process.adapter.ts'),
  ]);
  const log = serverLog(logStream, options.log);
  const streams = options.stdio ? [standardStreams()] : [];
  const door = await far[kind]();
  const faults = options.script === undefined ? [] : await faultsIn(far, options.script);
  const bench = usb === undefined ? undefined : await (await far.dongle()).usb({ ...usb, log });
  if (bench?.panel !== undefined) context.output.line(`Panel: ${bench.panel}`);
  const ended = new AbortController();
  const signal = AbortSignal.any([stopSignal(), ended.signal]);
  const ready = new Map<number, Served>();
  const onReady = (at: number, served: Served): void => {
    ready.set(at, served);
    // Nobody is sent to one while another may not be there at all.
    if (ready.size === folders.length) sayAllReady(context, log, inOrder(ready), bench?.panel, options);
  };
  const serveOne = (folder: string, dir: string, at: number): Promise<void> =>
    namingOtherKind(folder, otherKind(far, kind, dir, usb !== undefined || sticks !== undefined), () =>
      (bench ?? door).serve(
        {
          folder,
          listen,
          streams,
          log,
          pair: options.pair === true,
          signal,
          faults,
          ...(sticks === undefined ? {} : { sticks }),
          ...(options.seed === undefined ? {} : { seed: options.seed }),
          ...(options.clock === undefined ? {} : { clock: options.clock }),
          ...(options.httpName === undefined ? {} : { httpNames: options.httpName }),
        },
        (served) => onReady(at, served),
      ),
    );
  // One that cannot be served ends the others, and the standard input does not keep the program from ending.
  const all = folders.map((folder, at) => serveOne(folder, dirs[at] ?? folder, at).finally(() => ended.abort()));
  const results = await Promise.allSettled(all);
  for (const stream of streams) stream.destroy();
  await bench?.close();
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** @param isOwn whether it was to be served in a way that the other kind has not */
function otherKind(far: FarBank, kind: Kind, dir: string, isOwn: boolean): Parameters<typeof namingOtherKind>[1] {
  const other = kind === 'dongle' ? 'device' : 'dongle';
  const serve = `ferry ${other} serve ${quoted(dir)}`;
  const lacks = other === 'device' ? 'USB side' : 'eye for memory sticks';
  const instead = isOwn
    ? `\`${serve} --listen unix:PATH\`, or another address: a ${other} has no ${lacks}`
    : `\`${serve}\` with the same options`;
  return { door: () => far[other](), found: other, expected: kind, instead };
}

function checkOnce(folders: readonly string[], dirs: readonly string[]): void {
  const twice = givenTwice(folders);
  if (twice === undefined) return;
  const [first, again] = [dirs[twice.first], dirs[twice.again]];
  throw usage(`${again} is given twice${first === again ? '' : `, first as ${first}`}`);
}

/** What can be served where. */
function checkWays(
  folders: readonly string[],
  listen: readonly ListenAddress[],
  { stdio, pair, usbip, gadget, bind, script, sticks, sticksBelow }: ServeCommandOptions,
): void {
  const isReached = listen.length > 0 || stdio || sticks || sticksBelow !== undefined;
  if (!isReached && usbip === undefined && gadget === undefined && bind === undefined)
    throw usage('Say where it is served: --listen ADDRESS or --stdio, --usbip for a dongle, or --sticks for a device');
  if (folders.length > 1 && (listen.length > 0 || stdio || gadget !== undefined || bind !== undefined))
    throw usage('Several dongles are served with --usbip only: at an address or on the standard streams there is one');
  if (bind !== undefined && (listen.length > 0 || stdio))
    throw usage('With --bind, a dongle exists only while its device is plugged in: it has no --listen and no --stdio');
  if (script !== undefined && (usbip === undefined || folders.length > 1))
    throw usage('--script needs --usbip and one dongle');
  if (pair && (stdio || !listen.some(({ scheme }) => scheme === 'tls')))
    throw usage('--pair needs --listen tls://HOST:PORT, and standard output for the code');
}

function stickPlaces({ sticks, sticksBelow, mounts, light }: ServeCommandOptions): StickPlaces | undefined {
  if (!sticks && sticksBelow === undefined) {
    if (mounts !== undefined) throw usage('--mounts needs --sticks');
    if (light !== undefined) throw usage('--light needs --sticks: it shows what becomes of them');
    return undefined;
  }
  const wrong = sticksBelow?.find((folder) => !path.isAbsolute(folder));
  if (wrong !== undefined) throw usage(`"${wrong}" is not the whole path of a folder, such as /media`);
  const below = (sticksBelow ?? []).map((folder) => path.resolve(folder));
  if (below.includes('/'))
    throw usage('Below / lies the system itself: say where its sticks are mounted, such as /media');
  return {
    below,
    ...(mounts === undefined ? {} : { table: mounts }),
    ...(light === undefined ? {} : { light }),
  };
}

/** Names are those of hosts, and only `http://` has a use for them. */
function checkNames(names: readonly string[], listen: readonly ListenAddress[]): void {
  if (names.length > 0 && !listen.some(({ scheme }) => scheme === 'http'))
    throw usage('A name for http:// is given, but no --listen http://HOST:PORT');
  const wrong = names.find((name) => !/^[a-z0-9_-][a-z0-9._-]{0,252}$/i.test(name));
  if (wrong !== undefined) throw usage(`"${wrong}" is not the name of a host like plc.example, without a port`);
}

function inOrder(ready: ReadonlyMap<number, Served>): readonly Served[] {
  return [...ready].sort(([one], [other]) => one - other).map(([, served]) => served);
}

function sayAllReady(
  context: CommandContext,
  log: ServerLog,
  ready: readonly Served[],
  panel: string | undefined,
  { stdio }: ServeCommandOptions,
): void {
  for (const { serial, kind, addresses } of ready) log.info('container.served', { serial, kind, addresses });
  if (stdio) return;
  for (const served of ready) sayReady(context, served);
  context.output.json(documentOf(ready, panel));
}

/** One dongle as it is, several as a list. */
function documentOf(ready: readonly Served[], panel: string | undefined): object {
  const [served] = ready;
  const document = ready.length === 1 && served !== undefined ? served : { dongles: ready };
  return panel === undefined ? document : { ...document, panel };
}

function sayReady({ output }: CommandContext, served: Served): void {
  const { serial, kind, addresses, sticks, awaits, unguarded, pairingCode } = served;
  for (const address of addresses) output.line(`Ready: ${serial} (${kind}) at ${address}`);
  if (sticks === true) output.line(`Ready: ${serial} (${kind}) for memory sticks`);
  if (unguarded === true)
    output.line(
      'Everybody who reaches it can take licenses off it: it has no PIN, and this computer is not alone there. `ferry pin set` guards it.',
    );
  if (awaits !== undefined) output.line(`Waits for ${awaits}: until that is plugged in here, there is no dongle.`);
  for (const address of addresses) for (const line of attachCommands(address)) output.note(line);
  if (pairingCode !== undefined) output.line(`Pairing code, for one new client: ${pairingCode}`);
}
