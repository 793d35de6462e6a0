import type { Command } from 'commander';
import type { LicenseCentral, RevocationList } from '../../../license-central/index.ts';
import { firmOf, withCentral } from '../../open-central.ts';
import type { Output } from '../../output.ts';
import { parseNumber, usage } from '../../parse-arguments.ts';
import { quoted } from '../../printable.ts';
import type { CommandContext } from '../../run-ferry.ts';

const REVOKE_EXAMPLES = `
On the list of a firm: wherever the list has come, what the container passes on of that firm is refused; what it holds stays usable
in it. The firm gives it no licenses any more; other containers still may. On the list of the root (--root), which its maker keeps and which is the TEST root's here: its certificate is withdrawn, so
that its files are refused, here too. Every update file of the firm carries its list and the root's, and dongles pass them on.
A container that is not known here, as after a restoring, is named by its key: ferry central revoked and ferry list --json show keys.

Examples:
  ferry central revoke vendor 3-1234567 --firm 6000010
  ferry central revoke vendor 3-1234567 --firm 6000010 --lift
  ferry central revoke vendor 3-1234567 --root`;

const REVOKED_EXAMPLES = `
With their keys: keep them in your books. A server that was restored from a backup may know them by nothing else.

Examples:
  ferry central revoked vendor`;

interface RevokeOptions {
  readonly firm?: string;
  readonly root?: boolean;
  readonly lift?: boolean;
}

/** `ferry central revoke` and `revoked`: the lists of containers that are refused. */
export function registerRevocations(central: Command, context: CommandContext): void {
  central
    .command('revoke')
    .description('Puts a container on the list of those that a firm, or the root, refuses; --lift takes it off.')
    .argument('<DIR>', 'folder of the License Central')
    .argument('<SERIAL>', 'serial number or key of the container')
    .option('--firm <CODE>', 'Firm Code, when a License Central has several')
    .option('--root', "the root's list instead of a firm's")
    .option('--lift', 'take it off the list')
    .addHelpText('after', REVOKE_EXAMPLES)
    .action((folder: string, serial: string, options: RevokeOptions) => revoke(context, folder, serial, options));
  central
    .command('revoked')
    .description('Shows the lists of containers that are refused.')
    .argument('<DIR>', 'folder of the License Central')
    .addHelpText('after', REVOKED_EXAMPLES)
    .action((folder: string) => showRevoked(context, folder));
}

async function revoke(
  context: CommandContext,
  folder: string,
  target: string,
  { firm, root = false, lift = false }: RevokeOptions,
): Promise<void> {
  if (root && firm !== undefined) throw usage('A list is of one firm or of the root: give --firm or --root');
  const named = firm === undefined ? undefined : parseNumber(firm, 'Firm Code', 1);
  const { list, before, ownFirm, waiting } = await withCentral(context, folder, async (server) => {
    const earlier = await server.revocations();
    const list = await server.revoke({ list: root ? 'root' : await firmOf(server, named), target, lift });
    const ownFirm = root ? (await server.firms()).find(({ key }) => key === target)?.firmCode : undefined;
    const before = earlier.some((one) => one.firmCode === list.firmCode && isOn(one, target));
    return { list, before, ownFirm, waiting: lift ? null : await grantedTo(server, list, target) };
  });
  const { output } = context;
  const version = list.version === 0 ? '' : ` The list has version ${list.version}.`;
  output.line(`${target} is ${changeText(nameOf(list), before, !lift)}.${version}`);
  remarkReach(output, folder, list, lift);
  if (ownFirm !== undefined) remarkOwnKey(output, ownFirm, lift);
  if (waiting !== null)
    output.note(
      `What is in transit to it is called back by: ferry cancel ${quoted(`central:${folder}`)} --to ${waiting}`,
    );
  output.json({ address: `central:${folder}`, target, list });
}

function remarkReach(output: Output, folder: string, { version }: RevocationList, lift: boolean): void {
  if (version === 0) return;
  output.note(
    lift
      ? 'Containers that have the earlier list go by that until this one comes.'
      : 'It counts wherever this list has come.',
  );
  output.note(
    `Bring the list with the next update files, or alone: ferry central issue ${quoted(folder)} --to SERIAL -o PLACE`,
  );
}

function remarkOwnKey(output: Output, firmCode: number, lift: boolean): void {
  output.note(
    lift
      ? `That is the key of firm ${firmCode} here: where the earlier list has come, this one is taken from files of others.`
      : `That is the key of firm ${firmCode} here, which signs nothing any more: see docs/losses.md.`,
  );
}

/** Where somebody stands now, and whether that is news. */
function changeText(list: string, before: boolean, now: boolean): string {
  if (now) return `on ${list}${before ? ', as before' : ' now'}`;
  return `not on ${list}${before ? ' any more' : ', as before'}`;
}

function isOn({ containers }: RevocationList, target: string): boolean {
  return containers.some(({ key, serial }) => key === target || serial === target);
}

/** The serial number of a container that is on the list now, where licenses of a firm that gives it nothing are in transit to it. */
async function grantedTo(server: LicenseCentral, list: RevocationList, target: string): Promise<string | null> {
  for (const { firmCode } of await server.firms()) {
    if (list.firmCode !== null && list.firmCode !== firmCode) continue;
    const open = (await server.transit(firmCode)).find(
      ({ serial, target: key, cancelled, items }) =>
        (serial === target || key === target) && !cancelled && items.length > 0,
    );
    if (open !== undefined) return open.serial;
  }
  return null;
}

async function showRevoked(context: CommandContext, folder: string): Promise<void> {
  const { output } = context;
  const { lists, restored } = await withCentral(context, folder, async (server) => ({
    lists: await server.revocations(),
    restored: (await server.firms()).some(({ restores }) => restores > 0),
  }));
  if (lists.length === 0)
    output.line(restored ? 'No list is known here since the restoring.' : 'Nobody was ever on a list.');
  for (const list of lists) showList(output, list);
  if (restored)
    output.note('It was restored from a backup: what was put on a list or taken off after that is forgotten here.');
  output.json({ address: `central:${folder}`, lists });
}

function showList(output: Output, list: RevocationList): void {
  const { containers } = list;
  output.line(`On ${nameOf(list)}, version ${list.version}: ${containers.length === 0 ? 'nobody' : ''}`);
  for (const { key, serial } of containers) output.line(`  ${serial === null ? '' : `${serial}, `}key ${key}`);
}

function nameOf({ firmCode }: RevocationList): string {
  return firmCode === null ? 'the list of the root' : `the list of firm ${firmCode}`;
}
