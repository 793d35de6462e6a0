import type { Command } from 'commander';
import { nativeCrypto } from '../../../../container/crypto/native/node-crypto.ts';
import { toHex } from '../../../../container/model/bytes.ts';
import type { AcceptedItem, AcceptPlan, LicenseCentral } from '../../../license-central/index.ts';
import { namingAddressee } from '../../addressee.ts';
import type { FarBank } from '../../addresses.ts';
import { readFerryFile, writeUpdates } from '../../ferry-files.adapter.ts';
import { namingFile } from '../../naming-file.ts';
import { withCentral } from '../../open-central.ts';
import { checkOutput } from '../../output-place.adapter.ts';
import { quoted } from '../../printable.ts';
import type { CommandContext } from '../../run-ferry.ts';

const EXAMPLES = `
A container whose files were set back, but not its anchor, is locked. Each vendor may let its own licenses be used in it as they are
now: what was used or given away since then can be used again, so decide it with care. The container takes and gives nothing on
any more; give a new one in its place the licenses for good.

Examples:
  ferry context sim:device --for central:vendor -o locked.ferry-context
  ferry central accept vendor locked.ferry-context --dry-run
  ferry central accept vendor locked.ferry-context -o accepted.ferry-update
  ferry apply sim:device accepted.ferry-update`;

/** `ferry central accept`: lets licenses be used in a container that was set back. */
export function registerAccept(central: Command, context: CommandContext, far: FarBank): void {
  central
    .command('accept')
    .description('Lets its licenses be used in a container that was set back, as they are there.')
    .argument('<DIR>', 'folder of the License Central')
    .argument('<FILE>', 'context of the locked container')
    .option('--dry-run', 'only say what it would mean')
    .option('-o, --output <PLACE>', 'where the update file goes: a file or folder:DIR')
    .addHelpText('after', EXAMPLES)
    .action((folder: string, file: string, options: AcceptOptions) => accept(far, context, folder, file, options));
}

interface AcceptOptions {
  readonly dryRun?: boolean;
  readonly output?: string;
}

async function accept(
  far: FarBank,
  context: CommandContext,
  folder: string,
  file: string,
  { dryRun = false, output: place }: AcceptOptions,
): Promise<void> {
  await checkOutput(far, place, 'update');
  const { output } = context;
  const shown = readFerryFile(file);
  const { update, plan } = await withCentral(context, folder, (server) =>
    namingFile(file, () => namingAddressee(shown, undefined, () => acceptOrPlan(server, shown, dryRun))),
  );
  const { firmCode, serial, items } = plan;
  const again = `ferry central accept ${quoted(folder)} ${quoted(file)} -o PLACE`;
  const files = update === null ? [] : writeUpdates(place, [update], again, wordFor(shown));
  if (dryRun) output.line('Nothing was done. It would mean:');
  output.line(`Licenses of firm ${firmCode} may be used in ${serial} as they are there.`);
  for (const item of items) output.line(`  ${seatsOf(item, firmCode)}`);
  for (const written of files) output.line(`  ${written}`);
  if (!dryRun) output.note('Bring it: ferry apply ADDRESS FILE');
  output.json({ address: `central:${folder}`, dryRun, target: serial, firmCode, items, files });
}

async function acceptOrPlan(
  server: LicenseCentral,
  shown: Uint8Array,
  dryRun: boolean,
): Promise<{ readonly plan: AcceptPlan; readonly update: Uint8Array | null }> {
  if (dryRun) return { plan: await server.planAccept(shown), update: null };
  const { update, ...plan } = await server.acceptState(shown);
  return { plan, update };
}

function seatsOf({ itemId, productCode, text, seats, beyond }: AcceptedItem, firmCode: number): string {
  const name = productCode === null ? `license ${itemId.slice(0, 12)}` : `${firmCode}:${productCode}`;
  const twice = beyond > 0 ? `; with them there are ${beyond} more than granted: a duplicate that you accept` : '';
  return `${seats} of ${name}${text === '' ? '' : ` (${text})`}${twice}`;
}

/** What the file is called: the words for two states lie side by side, since each is good for its own alone. */
function wordFor(shown: Uint8Array): string {
  return `accepted-${toHex(nativeCrypto().sha256(shown)).slice(0, 8)}`;
}
