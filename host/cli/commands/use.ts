import type { Listing } from '../../../container/commands/list.ts';
import type { License } from '../../../container/commands/use.ts';
import { FerryError } from '../../../container/errors.ts';
import { isoDate } from '../../../container/model/time.ts';
import { type FarBank, withContainer } from '../addresses.ts';
import { type ListedProduct, productsOf } from '../listed-products.ts';
import { parseDay, parseNumber, parseProduct } from '../parse-arguments.ts';
import { counted } from '../product-seats.ts';
import type { CommandContext, Register } from '../run-ferry.ts';

const CHECK_EXAMPLES = `
A container remembers the latest day on which a license with a time limit was used. Where its clock was ahead once, correcting it is
not enough: a fresh context for the vendor, and the file it makes then, set the day right (docs/losses.md).

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
      .argument('<ADDRESS>', 'address of the container')
      .argument('<FIRM:PRODUCT>', 'Firm Code and Product Code')
      .option('--released <DATE>', 'when the software was released, compared with the Maintenance Period')
      .addHelpText('after', CHECK_EXAMPLES)
      .action((address: string, product: string, options: UseOptions) =>
        check(far, context, address, product, options),
      );
    program
      .command('use')
      .description('Uses a product: begins its Usage Period, counts units down.')
      .argument('<ADDRESS>', 'address of the container')
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
  await withContainer(far, address, async (client) => {
    const held = heldOf(await client.call('list', {}), wanted);
    show(context, address, product, held, await here(address, client.call('check', wanted)));
  });
}

async function use(
  far: FarBank,
  context: CommandContext,
  address: string,
  product: string,
  options: UseOptions,
): Promise<void> {
  const wanted = { ...wantedOf(product, options), units: parseNumber(options.units ?? '0', 'number of units') };
  await withContainer(far, address, async (client) => {
    const held = heldOf(await client.call('list', {}), wanted);
    show(context, address, product, held, await here(address, client.call('use', wanted)));
  });
}

/** Says of what is not offered from elsewhere where it is. @throws USE_ELSEWHERE, and what the container refuses */
async function here(address: string, asked: License | Promise<License>): Promise<License> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof FerryError) || error.code !== 'COMMAND_NOT_OFFERED') throw error;
    throw new FerryError('USE_ELSEWHERE', { where: address }, { cause: error });
  }
}

function wantedOf(product: string, { released }: UseOptions) {
  return { ...parseProduct(product), releaseDate: released === undefined ? null : parseDay(released) };
}

/** What a container has of the product, in however many holdings. */
function heldOf({ holdings }: Listing, wanted: ReturnType<typeof wantedOf>): ListedProduct | undefined {
  const { firmCode, productCode } = wanted;
  return productsOf(holdings).find((one) => one.firmCode === firmCode && one.productCode === productCode);
}

function show(
  { output }: CommandContext,
  address: string,
  product: string,
  held: ListedProduct | undefined,
  license: License,
): void {
  const { seats, units, usableUntil } = license;
  const [all, holdings] = [held?.quantity ?? seats, held?.holdings ?? 1];
  const limits = [
    counted(seats, 'seat'),
    units === null ? '' : `${units} units left`,
    usableUntil === null ? '' : `until ${isoDate(usableUntil)}`,
  ];
  // Terms belong to a holding, and so do its limits.
  const before = holdings === 1 ? '' : `${counted(all, 'seat')} in ${holdings} holdings; the first that may be used: `;
  output.line(`${product} may be used in ${address}: ${before}${limits.filter((text) => text !== '').join(', ')}.`);
  output.json({ address, product, ...license, seatsHeld: all, holdings });
}
