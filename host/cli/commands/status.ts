import type { UsbHost } from '../../../carriers/hid/usb-host.ts';
import { FerryError } from '../../../container/errors.ts';
import { readStoredCertificate } from '../../../container/files/certificate.ts';
import type { UnfinishedMove } from '../../../state-machines/index.ts';
import { isCentralFolder } from '../../license-central/central-folder.adapter.ts';
import { CONTAINER_SCHEMES, type FarBank, readAddress, startsProgram, withContainer } from '../addresses.ts';
import { announcedBy, isReachedAt } from '../announced.ts';
import { foldersIn } from '../ferry-files.adapter.ts';
import { absoluteAddress } from '../move-sides.ts';
import { withCentral } from '../open-central.ts';
import { wordsOf } from '../peers.ts';
import { quoted } from '../printable.ts';
import { refusalsTold } from '../refusals-told.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { showStatus } from '../show-status.ts';
import type { Answers, Asked, AskedFirm } from '../under-way.ts';
import { waysOf } from '../under-way.ts';
import { sidesByKey } from '../unfinished-places.ts';
import { exitOfUnreached, type Unreached } from '../unreached.ts';
import { containersHere, donglesHere, sayNotLookedFor } from './list.ts';

const EXAMPLES = `
Without an address it looks in the present folder and the folders in it, for License Centrals, too, where FERRY_PASSPHRASE is set, and
for dongles on this computer's USB; a container that is served from there is not asked, but it is said where it is reached. The two sides of every unfinished move are asked, too, also where they are served from here. Nothing is changed by it.

Exit code 0: all that it was asked for, or found here, answered, whatever is under way. 6: some did not. When none did: what the
reason has, 5 for containers that are served or cannot be reached.

Examples:
  ferry status
  ferry status sim:dongle sim:device
  ferry status central:vendor sim:dongle`;

/** `ferry status`: what is under way, and what to type so that it is finished. */
export function statusCommand(far: FarBank, usb: () => Promise<UsbHost>): Register {
  return (program, context) => {
    program
      .command('status')
      .description('Says what is under way: unfinished moves, what is in transit, and what to do next.')
      .argument('[ADDRESS...]', 'containers or central:DIR')
      .addHelpText('after', EXAMPLES)
      .action((addresses: string[]) => status(far, usb, context, addresses));
  };
}

async function status(
  far: FarBank,
  usb: () => Promise<UsbHost>,
  context: CommandContext,
  given: readonly string[],
): Promise<void> {
  const { moveId, unfinishedMoves } = await import('../../../state-machines/index.ts');
  const { moveStores, stateFolder } = await import('../move-places.adapter.ts');
  const { store, notebook, checkProgram } = moveStores(stateFolder((name) => context.variable(name)));
  const unfinished = await unfinishedMoves(store, notebook);
  const centrals = given.length > 0 ? [] : centralsHere();
  const isOpen = (context.variable('FERRY_PASSPHRASE') ?? '') !== '';
  const wanted =
    given.length > 0
      ? given
      : [...(await containersHere(far)), ...(await dongles(usb, context)), ...(isOpen ? centrals : [])];
  const typed = wanted.map((address) => ({ address, check: () => undefined }));
  const noted = unfinished.flatMap((move) => sidesOf(move, () => checkProgram(move.id)));
  const first = await askAll(far, context, [...typed, ...noted]);
  const reached = withServed(await withAnnounced(far, context, first, unfinished));
  const refusals = await refusalsTold(reached.containers, (address, work) => withContainer(far, address, work));
  const answers = { ...reached, refusals };
  const failed = answers.unreachable.filter(({ address }) => wanted.includes(address));
  // However often, and in whichever ways, a place was named.
  const asked = new Set(wanted.map(absoluteAddress)).size;
  const [only] = failed;
  if (only !== undefined && asked === 1 && unfinished.length === 0) throw only.error;
  showStatus(context.output, answers, unfinished, waysOf(answers, unfinished, moveId));
  if (!isOpen && centrals.length > 0)
    context.output.note(`Not asked without the passphrase in FERRY_PASSPHRASE: ${centrals.map(quoted).join(', ')}`);
  context.endWith(exitOfUnreached(failed, asked));
}

async function dongles(usb: () => Promise<UsbHost>, { output }: CommandContext): Promise<readonly string[]> {
  const found = await donglesHere(usb);
  if (!(found instanceof FerryError)) return found;
  sayNotLookedFor(output, found);
  return [];
}

/** The License Centrals in the present folder and the folders in it. @throws FOLDER_UNREADABLE */
function centralsHere(): readonly string[] {
  return foldersIn('.').flatMap((folder) => (isCentralFolder(folder) ? [`central:${folder}`] : []));
}

/** Where a side of an unfinished move did not answer, those are asked, too, that are only known to be served somewhere. */
async function withAnnounced(
  far: FarBank,
  context: CommandContext,
  answers: Answers,
  unfinished: readonly UnfinishedMove[],
): Promise<Answers> {
  const isWhole = unfinished.every(({ id }) => sidesByKey(answers, id).every((address) => address !== undefined));
  if (isWhole) return answers;
  const known = new Set(answers.containers.map(({ address }) => address));
  const announced = answers.unreachable.flatMap(({ error }) => announcedBy(error)).filter((one) => !known.has(one));
  const more = await askAll(
    far,
    context,
    announced.map((address) => ({ address, check: () => undefined })),
  );
  return { ...answers, containers: [...answers.containers, ...more.containers] };
}

/** Who is served, and answered where it is, is not missed at its folder. */
function withServed(answers: Answers): Answers {
  const reached = answers.containers.map(({ address }) => address);
  const isServed = ({ error }: Unreached): boolean => isReachedAt(error, reached);
  return {
    ...answers,
    unreachable: answers.unreachable.filter((one) => !isServed(one)),
    served: answers.unreachable.filter(isServed).map(({ address }) => address),
  };
}

/** An address that is to be asked. */
interface Place {
  readonly address: string;
  /** Refuses to. @throws FerryError */
  check(): void;
}

/** Both addresses of an unfinished move. @param checkProgram whether its note may name a program to start */
function sidesOf({ note }: UnfinishedMove, checkProgram: () => void): readonly Place[] {
  if (note === null) return [];
  const nothing = (): void => undefined;
  return [note.from, note.to].map((address) => ({ address, check: startsProgram(address) ? checkProgram : nothing }));
}

/** Asks every address once, whichever way it is written; the way it is written first is the one that is shown. */
async function askAll(far: FarBank, context: CommandContext, addresses: readonly Place[]): Promise<Answers> {
  const [containers, firms, unreachable]: [Asked[], AskedFirm[], Unreached[]] = [[], [], []];
  const places = new Map<string, Place>();
  for (const one of addresses) {
    const place = absoluteAddress(one.address);
    if (!places.has(place)) places.set(place, one);
  }
  for (const { address, check } of places.values()) {
    try {
      check();
      const { scheme, folder } = await readAddress(far, address, [...CONTAINER_SCHEMES, 'central']);
      if (scheme === 'central') firms.push(...(await firmsOf(context, address, folder)));
      else {
        const listing = await withContainer(far, address, (client) => client.call('list', {}));
        containers.push({ address, listing, words: await wordsOf(listing.key) });
      }
    } catch (error) {
      if (!(error instanceof FerryError)) throw error;
      unreachable.push({ address, error });
    }
  }
  return { containers, firms, unreachable, served: [], refusals: new Map() };
}

async function firmsOf(context: CommandContext, address: string, folder: string): Promise<readonly AskedFirm[]> {
  return withCentral(context, folder, async (central) => {
    const firms: AskedFirm[] = [];
    for (const { firmCode, rolledBackBy, withdrawn } of await central.firms()) {
      const { key } = readStoredCertificate(await central.certificateOf(firmCode));
      const transit = await central.transit(firmCode);
      const standing = { isSetBack: rolledBackBy !== null, isWithdrawn: withdrawn };
      firms.push({ address, firmCode, key, words: await wordsOf(key), ...standing, transit });
    }
    return firms;
  });
}
