import { CONTEXT_SUFFIX } from '../../../container/files/file-names.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import type { Address, FarBank } from '../addresses.ts';
import { headerIn, parkedFiles } from '../ferry-files.adapter.ts';
import { withIssuer } from '../issuers/with-issuer.ts';
import { usage } from '../parse-arguments.ts';
import type { CommandContext } from '../run-ferry.ts';
import { apply } from './apply.ts';
import { issue } from './issue.ts';

/** What `ferry move` is asked for. */
export interface MoveOptions {
  readonly from: string;
  readonly to: string;
  readonly item?: readonly string[];
  readonly all?: true;
  readonly firm?: string;
  readonly startOver?: true;
  readonly dryRun?: true;
}

/** A move of which one side is a folder: half a move, done by files. */
export async function moveByFolder(
  far: FarBank,
  context: CommandContext,
  options: MoveOptions,
  from: Address,
  to: Address,
): Promise<void> {
  if (options.dryRun) throw usage('--dry-run needs both sides; ferry list folder:DIR shows what is parked');
  if (from.scheme === to.scheme) throw usage('One side has to be a container or a License Central');
  if (to.scheme === 'folder') {
    const key = await withIssuer(
      far,
      context,
      { address: from.text, firm: options.firm },
      async (issuer) => (await (await issuer.moves()).list()).key,
    );
    return issue(far, context, from.text, { ...options, context: contextFor(to.folder, key), output: to.text });
  }
  if (!options.all) throw usage('What is parked in a folder is taken as a whole: use --all');
  return apply(far, context, to.text, [from.text], from.text);
}

/** The one context in a folder that was made for an issuer. @throws USAGE_WRONG when there is none, or several */
function contextFor(folder: string, issuer: PublicKey): string {
  const found = parkedFiles(folder, CONTEXT_SUFFIX).filter((file) => headerIn(file)?.get('Issuer') === issuer);
  const [only] = found;
  if (only === undefined) throw usage(`No context for this issuer is in ${folder}: ferry context ADDRESS --for ISSUER`);
  if (found.length > 1) throw usage(`Several contexts for this issuer are in ${folder}: ferry issue --context FILE`);
  return only;
}
