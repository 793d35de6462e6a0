import type { License } from '../../../container/commands/use.ts';
import { isoDate } from '../../../container/model/time.ts';
import { type FarBank, withSim } from '../addresses.ts';
import { parseDay, parseNumber, parseProduct } from '../parse-arguments.ts';
import type { CommandContext, Register } from '../run-ferry.ts';

const CHECK_EXAMPLES = `
Examples:
  ferry check sim:device 6000010:1001
  ferry check sim:device 6000010:1001 --released 2026-11-01`;

const USE_EXAMPLES = `
What was counted is kept before it answers.

Examples:
  ferry use sim:device 6000010:1001
  ferry use sim:device 6000010:1001 --units 5`;

interface UseOptions {
  readonly units?: string;
  readonly released?: string;
}

/** `ferry check` and `ferry use`: what the software on a device asks its container. */
export function useCommands(far: FarBank): Register {
  return (program, context) => {
    program
      .command('check')
      .description('Says whether a product may be used in a container now. Changes nothing.')
      .argument('<ADDRESS>', 'sim:DIR')
      .argument('<FIRM:PRODUCT>', 'Firm Code and Product Code')
      .option('--released <DATE>', 'when the software was released, compared with the Maintenance Period')
      .addHelpText('after', CHECK_EXAMPLES)
      .action((address: string, product: string, options: UseOptions) =>
        check(far, context, address, product, options),
      );
    program
      .command('use')
      .description('Uses a product: begins its Usage Period, counts units down.')
      .argument('<ADDRESS>', 'sim:DIR')
      .argument('<FIRM:PRODUCT>', 'Firm Code and Product Code')
      .option('--units <N>', 'units to count down', '0')
      .option('--released <DATE>', 'when the software was released, compared with the Maintenance Period')
      .addHelpText('after', USE_EXAMPLES)
      .action((address: string, product: string, options: UseOptions) => use(far, context, address, product, options));
  };
}

async function check(
  far: FarBank,
  context: CommandContext,
  address: string,
  product: string,
  options: UseOptions,
): Promise<void> {
  const wanted = wantedOf(product, options);
  const license = await withSim(far, address, ({ client }) => client.call('check', wanted));
  show(context, address, product, license);
}

async function use(
  far: FarBank,
  context: CommandContext,
  address: string,
  product: string,
  options: UseOptions,
): Promise<void> {
  const wanted = { ...wantedOf(product, options), units: parseNumber(options.units ?? '0', 'number of units') };
  const license = await withSim(far, address, ({ client }) => client.call('use', wanted));
  show(context, address, product, license);
}

function wantedOf(product: string, { released }: UseOptions) {
  return { ...parseProduct(product), releaseDate: released === undefined ? null : parseDay(released) };
}

function show({ output }: CommandContext, address: string, product: string, license: License): void {
  const { seats, units, usableUntil } = license;
  const limits = [
    `${seats} ${seats === 1 ? 'seat' : 'seats'}`,
    units === null ? '' : `${units} units left`,
    usableUntil === null ? '' : `until ${isoDate(usableUntil)}`,
  ];
  output.line(`${product} may be used in ${address}: ${limits.filter((text) => text !== '').join(', ')}.`);
  output.json({ address, product, ...license });
}
