import type { Listing } from '../../../container/commands/list.ts';
import type { ShownOrder } from '../../../container/commands/order.ts';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { FerryError } from '../../../container/errors.ts';
import { CONTAINER_KINDS, type ContainerKind } from '../../../container/files/certificate.ts';
import { openContextFile } from '../../../container/files/context-file.ts';
import { testRoot } from '../../../container/files/test-root.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { FORMAT } from '../../../container/model/limits.ts';
import type { FarBank } from '../addresses.ts';
import { readFerryFile } from '../ferry-files.adapter.ts';
import type { Output } from '../output.ts';
import { withOwner } from '../owner.ts';
import { collect, type ItemArgument, parseItem, parseNumber, usage } from '../parse-arguments.ts';
import { wordsOf } from '../peers.ts';
import { quoted } from '../printable.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { jsonOf } from '../show-listing.ts';

const ARM_EXAMPLES = `
Each device gets at most one set, however often it asks; what it refuses is not given to the next one. A TARGET is the serial
number of a container that is known there, its key, or its context file.

Examples:
  ferry order arm sim:dongle --item 6000010:1001 --most 20
  ferry order arm sim:dongle --item 6000010:1001x2 --kind soft --most 5
  ferry order arm sim:dongle --item 6000010:1001 --target 130-2459324738`;

interface ArmOptions {
  readonly item: readonly string[];
  readonly kind?: readonly string[];
  readonly target?: readonly string[];
  readonly most?: string;
}

/** `ferry order arm`, `list` and `disarm`: what the next devices get without the owner. */
export function orderCommands(far: FarBank): Register {
  return (program, context) => {
    const order = program
      .command('order')
      .description('Work orders: what the next devices get without the PIN.')
      .addHelpText(
        'after',
        '\nExamples:\n  ferry order arm sim:dongle --item 6000010:1001 --most 20\n  ferry order list sim:dongle\n  ferry order disarm sim:dongle 1',
      );
    order
      .command('arm')
      .description('Arms a work order.')
      .argument('<ADDRESS>', 'address of the container that gives')
      .requiredOption('--item <FIRM:PRODUCTxN>', 'what each device gets, 1 seat without xN; may be repeated', collect)
      .option('--kind <KIND>', 'only to containers of this kind; may be repeated', collect)
      .option('--target <TARGET>', 'only to this one; may be repeated', collect)
      .option('--most <N>', 'different devices at most; as many as there are targets, when they are named')
      .addHelpText('after', ARM_EXAMPLES)
      .action((address: string, options: ArmOptions) => arm(far, context, address, options));
    order
      .command('list')
      .description('Shows the armed work orders and what was used of them.')
      .argument('<ADDRESS>', 'address of the container')
      .addHelpText('after', '\nExamples:\n  ferry order list sim:dongle')
      .action((address: string) => list(far, context, address));
    order
      .command('disarm')
      .description('Ends a work order. What it has given stays given.')
      .argument('<ADDRESS>', 'address of the container')
      .argument('<ID>', 'number of the order')
      .addHelpText('after', '\nExamples:\n  ferry order disarm sim:dongle 1')
      .action((address: string, id: string) => disarm(far, context, address, id));
  };
}

async function arm(far: FarBank, context: CommandContext, address: string, options: ArmOptions): Promise<void> {
  const items = options.item.map(parseItem);
  const kinds = (options.kind ?? []).map(parseKind);
  const targets = options.target ?? [];
  const wanted = options.most ?? (targets.length > 0 ? String(targets.length) : undefined);
  if (wanted === undefined)
    throw usage('Say with --most how many devices the order is for, or name them with --target');
  const most = parseNumber(wanted, 'number of devices', 1, FORMAT.orderTargets);
  if (items.length > FORMAT.orderItems) throw usage(`An order has at most ${FORMAT.orderItems} items`);
  const { id, short } = await withOwner(far, context, address, async (client) => {
    const { serial, channels, holdings } = await client.call('list', {});
    const keys = keysOf(serial ?? address, channels, targets);
    return { ...(await client.call('arm-order', { items, kinds, keys, most })), short: shortOf(holdings, items) };
  });
  context.output.line(`Work order ${id} is armed in ${address}: for at most ${most} device(s).`);
  for (const { firmCode, productCode, wanted, held } of short)
    context.output.note(
      held === 0
        ? `${address} holds no ${firmCode}:${productCode} now: nobody gets any before it does.`
        : `${address} holds ${held} of ${firmCode}:${productCode} now: not the ${wanted} that each device is to get.`,
    );
  context.output.note(`What was used of it: ferry order list ${quoted(address)}`);
  context.output.json({ address, id, items, kinds, targets, most, short });
}

function parseKind(text: string): ContainerKind {
  const kind = (Object.keys(CONTAINER_KINDS) as ContainerKind[]).find((name) => name === text);
  if (kind === undefined) throw usage(`"${text}" is no kind of container (${Object.keys(CONTAINER_KINDS).join(', ')})`);
  return kind;
}

interface Short {
  readonly firmCode: number;
  readonly productCode: number;
  /** Seats of one set. */
  readonly wanted: number;
  readonly held: number;
}

/** Of what a container does not hold enough for a single set; it may still be loaded with it. */
function shortOf(holdings: Listing['holdings'], items: readonly ItemArgument[]): readonly Short[] {
  return items.flatMap(({ firmCode, productCode, quantity: wanted }) => {
    const held = holdings
      .filter((holding) => holding.firmCode === firmCode && holding.productCode === productCode)
      .reduce((sum, { quantity }) => sum + quantity, 0);
    return held < wanted ? [{ firmCode, productCode, wanted, held }] : [];
  });
}

/** @throws TARGET_UNKNOWN, USAGE_WRONG, FILE_UNREADABLE, and what a context is refused for */
function keysOf(here: string, channels: Listing['channels'], targets: readonly string[]): PublicKey[] {
  return targets.map((target) => {
    if (/^[0-9a-f]{64}$/.test(target)) return target as PublicKey;
    const known = channels.find(({ name }) => name === target);
    if (known !== undefined) return known.partner;
    if (/^\d+-\d+$/.test(target)) throw new FerryError('TARGET_UNKNOWN', { target, here });
    return keyInContext(target);
  });
}

/** Whose a context file is, by a certificate and signature that hold: nobody else may slip himself into an order. */
function keyInContext(file: string): PublicKey {
  const crypto = nativeCrypto();
  const verifier = { crypto, root: testRoot(crypto), known: () => undefined, isRevoked: () => false };
  const opened = openContextFile(verifier, readFerryFile(file));
  if (!opened.ok) throw new FerryError(opened.code, { file, ...opened.details });
  return opened.value.certificate.key;
}

async function list(far: FarBank, context: CommandContext, address: string): Promise<void> {
  const { orders, channels } = await withOwner(far, context, address, async (client) => ({
    orders: (await client.call('orders', {})).orders,
    channels: (await client.call('list', {})).channels,
  }));
  for (const order of orders) show(context.output, order, await namesOf(channels, order.keys));
  context.output.line(`${orders.length} work order(s) armed.`);
  context.output.json({ address, orders: jsonOf(orders) });
}

/** What people call the containers of these keys: serial number, where it is known, and fingerprint words. */
function namesOf(channels: Listing['channels'], keys: readonly PublicKey[]): Promise<readonly string[]> {
  return Promise.all(
    keys.map(async (key) => {
      const name = channels.find(({ partner }) => partner === key)?.name ?? '';
      return `${name} ("${await wordsOf(key)}")`.trimStart();
    }),
  );
}

function show(output: Output, { id, items, kinds, most, served }: ShownOrder, named: readonly string[]): void {
  const each = items.map(({ firmCode, productCode, quantity }) => `${firmCode}:${productCode}x${quantity}`);
  const whom = [kinds.join(' or '), named.join(' or ')].filter((text) => text !== '');
  output.line(
    `Work order ${id}: ${each.join(' ')} each, to ${whom.join(', ') || 'any'}; ${served.length} of ${most} served.`,
  );
  if (served.length === 0) return;
  output.table(
    ['Target', 'Sequences', 'Given'],
    served.map(({ name, target, first, last, quantities }) => [
      name || target.slice(0, 16),
      first === last ? String(first) : `${first} to ${last}`,
      quantities.join(' '),
    ]),
    { indent: 2 },
  );
}

async function disarm(far: FarBank, context: CommandContext, address: string, text: string): Promise<void> {
  const id = parseNumber(text, 'number of an order', 1);
  await withOwner(far, context, address, (client) => client.call('disarm-order', { id }));
  context.output.line(`Work order ${id} is over.`);
  context.output.json({ address, id });
}
