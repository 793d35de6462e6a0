import { FerryError } from '../../../container/errors.ts';
import { CONTEXT_SUFFIX } from '../../../container/files/file-names.ts';
import type { Statement } from '../../../container/files/statement.ts';
import { statementIn } from '../../../container/files/statement-in.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import type { Address, FarBank } from '../addresses.ts';
import { parkedFiles, readFerryFile } from '../ferry-files.adapter.ts';
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
  readonly expect?: string;
  readonly wait?: boolean;
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
  if (options.expect !== undefined)
    throw usage('--expect needs both sides; ferry inspect FILE says whose a context is');
  if (options.wait) throw usage('--wait needs both sides: with a folder, nothing is waited for');
  if (from.scheme === to.scheme) throw usage('One side has to be a container or a License Central');
  if (to.scheme === 'folder') {
    const key = await withIssuer(
      far,
      context,
      { address: from.text, firm: options.firm },
      async (issuer) => (await (await issuer.moves()).list()).key,
    );
    const { to: _, ...order } = options;
    return issue(far, context, from.text, { ...order, context: contextFor(to.folder, key), output: to.text });
  }
  if (!options.all) throw usage('What is parked in a folder is taken as a whole: use --all');
  return apply(far, context, to.text, [from.text], from.text);
}

/**
 * The latest context in a folder that was made for an issuer, receipts included.
 *
 * @throws NOTHING_PARKED; USAGE_WRONG when there are some of several containers
 */
function contextFor(folder: string, issuer: PublicKey): string {
  const found = parkedFiles(folder, CONTEXT_SUFFIX).flatMap((file) => {
    const said = statementOf(file);
    return said?.partner === issuer ? [{ file, ...said }] : [];
  });
  const [latest] = found.sort((one, other) => other.generation - one.generation);
  if (latest === undefined) throw new FerryError('NOTHING_PARKED', { folder, what: 'no context for this issuer' });
  if (found.some(({ signer }) => signer !== latest.signer))
    throw usage(`Contexts of several containers for this issuer are in ${folder}: ferry issue --context FILE`);
  return latest.file;
}

/** What a context says of its container and its issuer, unverified; undefined when it is none or cannot be read. */
function statementOf(file: string): Statement | undefined {
  try {
    return statementIn(readFerryFile(file));
  } catch (error) {
    if (error instanceof FerryError) return undefined;
    throw error;
  }
}
