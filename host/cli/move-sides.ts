import path from 'node:path';
import type { Listing } from '../../container/commands/list.ts';
import type { IssuerListing, MoveBeginning, MoveIssuer, MoveTarget } from '../../state-machines/index.ts';
import { type FarBank, isSameAddress, parseAddress, startsProgram, withContainer } from './addresses.ts';
import { isSamePlace } from './ferry-files.adapter.ts';
import { withIssuer } from './issuers/with-issuer.ts';
import { usage } from './parse-arguments.ts';
import { type Peer, peerOf } from './peers.ts';
import { quoted } from './printable.ts';
import type { CommandContext } from './run-ferry.ts';

/** The two sides of a move, reached. Who they are was just seen: the first time that they are listed, that is given again. */
export interface MoveSides {
  readonly issuer: MoveIssuer;
  readonly target: MoveTarget;
  readonly giver: Peer;
  readonly getter: Peer;
  /** What both showed when they were reached. */
  readonly shown: { readonly issuer: IssuerListing; readonly target: Listing };
}

export interface SideChoice {
  readonly from: string;
  readonly to: string;
  readonly firm?: string | undefined;
}

const SAME = 'Both addresses are the same container';

/** Reaches both sides, does the work and lets both go, however the work ends. @throws USAGE_WRONG when both are the same; as withIssuer, withContainer */
export async function withSides<T>(
  far: FarBank,
  context: CommandContext,
  { from, to, firm }: SideChoice,
  work: (sides: MoveSides) => Promise<T>,
): Promise<T> {
  const { containerTarget } = await import('../../state-machines/license-move/container-parties.ts');
  if (isSameFolder(from, to) || isSameAddress(from, to)) throw usage(SAME);
  return withIssuer(far, context, { address: from, firm }, async (giver) => {
    const issuer = await giver.moves();
    const listing = await issuer.list();
    return withContainer(far, to, async (client) => {
      const target = await client.call('list', {});
      // Only now is it known of what is served.
      if (target.key === listing.key) throw usage(SAME);
      await giver.admit(target);
      const getting = containerTarget(client);
      return work({
        issuer: { ...issuer, list: firstGiven(listing, () => issuer.list()) },
        target: { ...getting, list: firstGiven(target, () => getting.list()) },
        giver: await peerOf(from, listing),
        getter: await peerOf(to, target),
        shown: { issuer: listing, target },
      });
    });
  });
}

/** It could be opened only once. */
function isSameFolder(from: string, to: string): boolean {
  const [one, other] = [from, to].map((text) => parseAddress(text));
  return one?.scheme === 'sim' && other?.scheme === 'sim' && isSamePlace(one.folder, other.folder);
}

/** Asks from the second time on. */
function firstGiven<T>(first: T, ask: () => Promise<T>): () => Promise<T> {
  let given: { readonly first: T } | undefined = { first };
  return async () => {
    const known = given;
    given = undefined;
    return known === undefined ? ask() : known.first;
  };
}

/** How a move is begun, as it is noted for whoever finishes it. */
export function beginningOf({ from, to, firm }: SideChoice): MoveBeginning {
  return { from: absoluteAddress(from), to: absoluteAddress(to), firm: firm ?? null };
}

/** The schemes of which the rest is a path. */
const PATH_SCHEME = /^(sim|central|folder|unix):(?!\/\/)(.+)$/s;

/** A program that is started in a folder which is named in full. */
const IN_FOLDER = /^exec:cd (\/d )?["']?(\/|[a-z]:|\\\\)/i;

/** The address as it works from every folder of this computer: a program is started in the present one. */
export function absoluteAddress(text: string): string {
  if (startsProgram(text))
    return IN_FOLDER.test(text) ? text : `exec:${inFolder(path.resolve())} && ${text.slice('exec:'.length)}`;
  const [, scheme, place] = PATH_SCHEME.exec(text) ?? [];
  return scheme === undefined || place === undefined ? text : `${scheme}:${path.resolve(place)}`;
}

function inFolder(folder: string): string {
  return path.sep === '\\' ? `cd /d "${folder}"` : `cd ${quoted(folder)}`;
}
