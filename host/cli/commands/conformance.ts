import { FerryError } from '../../../container/errors.ts';
import type { CaseFamily } from '../../conformance/conformance-case.ts';
import type { WireBench } from '../../conformance/wire/wire-bench.ts';
import type { FarBank } from '../addresses.ts';
import { triedAt } from '../conformance-address.ts';
import { writeBytes } from '../ferry-files.adapter.ts';
import { checkOutput } from '../output-place.adapter.ts';
import { collect, usage } from '../parse-arguments.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { showCases, showConformance } from '../show-conformance.ts';

const EXAMPLES = `
It plays vendors and dongles of its own, certified under the public TEST root, and sends the container genuine and hostile
files. The container must hang on the TEST root too. It keeps what it takes in: channel records for good, and licenses of the
evaluation Firm Code 6000010, which are withdrawn again at the end. So use a container that was made for testing, and say
with --writes that this is one; nothing is asked. One that holds licenses of others, or keeps history for their vendor, is refused.

An address that a stream of bytes leads to (unix:, tcp://, exec:) is tried on the device protocol, too: raw bytes, honest and
hostile, over connections of the tool's own. At sim: and http:// there is no such stream, and these cases are skipped.

Exit code 0: no case failed. 3: a case failed, or the container cannot be tested. 5: it cannot be reached.

Examples:
  ferry conformance sim:device --writes
  ferry conformance unix:device.sock --writes --report conformance.json
  ferry conformance tcp://192.168.1.20:7000 --writes
  ferry conformance "exec:ssh plc ferry device serve device --stdio" --writes
  ferry conformance http://192.168.1.20:8080 --writes
  ferry conformance sim:device --writes --case gap --case file-again
  ferry conformance --list-cases`;

interface ConformanceOptions {
  readonly writes?: true;
  readonly case?: readonly string[];
  readonly listCases?: true;
  readonly report?: string;
}

/** `ferry conformance`: certifies an implementation of list, context and apply. */
export function conformanceCommand(far: FarBank, version: string): Register {
  return (program, context) => {
    program
      .command('conformance')
      .description('Tries a container on every case of the three transactions: does it keep the protocol?')
      .argument(
        '[ADDRESS]',
        'a container made for testing: sim:DIR, unix:PATH, tcp://HOST:PORT, exec:COMMAND or http://HOST',
      )
      .option('--writes', 'this container is for testing: it may keep test licenses and channel records')
      .option('--case <ID>', 'only this case; may be repeated', collect)
      .option('--list-cases', 'show the cases there are; nothing is tried')
      .option('--report <FILE>', 'also write the JSON document there, for filing')
      .addHelpText('after', EXAMPLES)
      .action((address: string | undefined, options: ConformanceOptions) =>
        conformance(far, context, version, address, options),
      );
  };
}

async function conformance(
  far: FarBank,
  context: CommandContext,
  version: string,
  address: string | undefined,
  options: ConformanceOptions,
): Promise<void> {
  const { FAMILIES, WIRE_FAMILIES } = await import('../../conformance/cases/all-families.ts');
  known([...FAMILIES, ...WIRE_FAMILIES], options.case);
  const [families, wire] = [selected(FAMILIES, options.case), selected(WIRE_FAMILIES, options.case)];
  if (options.listCases) {
    listCases(context, [...families, ...wire]);
    return;
  }
  if (address === undefined) throw usage('Name the container to try, or --list-cases');
  if (!options.writes)
    throw usage(`The cases write into ${address}: say with --writes that it is a container made for testing`);
  if (options.report !== undefined) await checkOutput(far, options.report, 'report');
  const all = { families: countOf(FAMILIES), wire: countOf(WIRE_FAMILIES) };
  await certify(far, context, { version, address, families, wire, all, report: options.report });
}

function listCases({ output }: CommandContext, families: readonly CaseFamily<never>[]): void {
  showCases(output, families);
  const listed = families.map(({ name, about, cases }) => ({
    name,
    about,
    cases: cases.map(({ id, title, section }) => ({ id, title, section })),
  }));
  output.json({ families: listed });
}

interface Order {
  readonly version: string;
  readonly address: string;
  readonly families: readonly CaseFamily[];
  readonly wire: readonly CaseFamily<WireBench>[];
  /** Cases that there are. */
  readonly all: { readonly families: number; readonly wire: number };
  readonly report: string | undefined;
}

async function certify(far: FarBank, context: CommandContext, order: Order): Promise<void> {
  const { nativeCrypto } = await import('../../../container/crypto/native/node-crypto.ts');
  const { testRoot } = await import('../../../container/files/test-root.ts');
  const { runConformance } = await import('../../conformance/conformance-run.ts');
  const { reportOf } = await import('../../conformance/conformance-report.ts');
  const { env, output } = context;
  const { version, address, families, all } = order;
  const crypto = nativeCrypto();
  const bar = context.progress();
  const tried = await triedAt(address, order.wire);
  if (countOf(families) + countOf(tried.wire?.families ?? []) === 0)
    throw usage(`None of these cases is for ${address}: ${tried.skipped[0]?.reason}`);
  const run = await tried
    .reach(far, (client) =>
      runConformance(
        client,
        { crypto, env, root: testRoot(crypto) },
        {
          families,
          wire: tried.wire,
          onPlan: ({ cases, channels, freeChannels }, { serial }) => {
            const free = freeChannels === null ? '' : ` of ${freeChannels} free ones`;
            output.note(
              `${cases} case(s) on ${serial}. They take up to ${channels} channel records${free}, for good, and`,
            );
            output.note(
              'leave licenses of a throw-away vendor (evaluation Firm Code 6000010) until the end of the run.',
            );
          },
          onCase: (done, count, { title }) => bar.update(done, count, title),
        },
      ),
    )
    .finally(() => bar.end());
  const allCases = all.families + (tried.wire === undefined ? 0 : all.wire);
  const report = reportOf(run, { version, address, now: env.now(), allCases, skippedFamilies: tried.skipped });
  showConformance(output, report);
  output.json(report);
  if (order.report !== undefined) writeBytes(order.report, 'conformance.json', `${JSON.stringify(report, null, 2)}\n`);
  const { failed, serial } = report;
  if (failed > 0) throw new FerryError('CONFORMANCE_FAILED', { container: serial, failed, all: report.cases.length });
}

/** @throws USAGE_WRONG for a case that does not exist */
function known(families: readonly CaseFamily<never>[], ids: readonly string[] = []): void {
  const there = new Set(families.flatMap(({ cases }) => cases.map(({ id }) => id)));
  const unknown = ids.find((id) => !there.has(id));
  if (unknown !== undefined) throw usage(`There is no case "${unknown}"; --list-cases shows those there are`);
}

/** The families with the cases that are asked for; all of them when none is named. */
function selected<B>(families: readonly CaseFamily<B>[], ids: readonly string[] | undefined): readonly CaseFamily<B>[] {
  if (ids === undefined) return families;
  return families
    .map((family) => ({ ...family, cases: family.cases.filter(({ id }) => ids.includes(id)) }))
    .filter(({ cases }) => cases.length > 0);
}

function countOf(families: readonly CaseFamily<never>[]): number {
  return families.reduce((sum, { cases }) => sum + cases.length, 0);
}
