import type { ContainerClient } from '../../container/commands/client.ts';
import type { Listing } from '../../container/commands/list.ts';
import { Defect, FerryError } from '../../container/errors.ts';
import { verifyCertificate } from '../../container/files/certificate.ts';
import { AskedContainer, ConnectionLost } from './asked-container.ts';
import { belongingsOfOthers, historyOfOthers } from './belongings.ts';
import { Bench, SHARED_CHANNELS } from './bench.ts';
import { CaseFailure } from './check.ts';
import type { CaseFamily, ConformanceCase } from './conformance-case.ts';
import type { Target, Tools } from './makers/parties.ts';
import { type CaseResult, runCases } from './run-cases.ts';
import { tidyUp } from './tidy-up.ts';
import { guarded, WireBench } from './wire/wire-bench.ts';
import type { WireDoor } from './wire/wire-door.ts';

/** Bytes of memory that a run takes before it gives them back, channel records apart. */
export const MEMORY_NEEDED = 64 * 1024;
/** Bytes that a channel record takes with its certificate. */
export const CHANNEL_BYTES = 1024;

/** What a run will take from the container, told before it begins. */
export interface Plan {
  readonly cases: number;
  /** Channel records; they are never given back. */
  readonly channels: number;
  /** Those that are free; null when the container's own word on it does not even verify, which its cases will tell. */
  readonly freeChannels: number | null;
}

export interface ConformanceRun {
  readonly plan: Plan;
  readonly target: Target;
  readonly results: readonly CaseResult[];
  /** Licenses of the tool's vendor that could not be withdrawn at the end; null when the container does not tell. */
  readonly left: number | null;
}

/** Cases of the wire, and how it is reached. */
export interface WireRun {
  readonly families: readonly CaseFamily<WireBench>[];
  readonly door: WireDoor;
}

export interface RunOptions {
  readonly families: readonly CaseFamily[];
  /** Tried after all others; left out where no stream of bytes leads to the container. */
  readonly wire?: WireRun | undefined;
  /** Told once, before the first case. */
  readonly onPlan?: (plan: Plan, target: Target) => void;
  readonly onCase?: (done: number, all: number, one: Pick<ConformanceCase, 'title'>) => void;
}

/** Channel records that these cases take, at most. */
export function channelsOf(families: readonly CaseFamily[]): number {
  const own = families.flatMap(({ cases }) => cases).reduce((sum, { channels = 0 }) => sum + channels, 0);
  return own + SHARED_CHANNELS;
}

/**
 * Certifies a container: tries every case on it and withdraws the licenses that they left.
 *
 * The container keeps what it took in: only for one that was made for testing, under the TEST root.
 *
 * @throws CONFORMANCE_UNSUITED before anything is written; whatever the carrier says when the container is out of reach
 */
export async function runConformance(
  client: ContainerClient,
  tools: Tools,
  { families, wire, onPlan, onCase = () => undefined }: RunOptions,
): Promise<ConformanceRun> {
  const asked = new AskedContainer(client);
  const { target, listing } = await reachable(() => suited(asked, tools));
  const bench = new Bench(asked, tools, target);
  const plan = await reachable(() => planOf(bench, listing, families, wire?.families ?? []));
  onPlan?.(plan, target);
  const before = new Set(listing.holdings.map(({ itemId }) => itemId));
  const tellFrom = (first: number) => (done: number, one: Pick<ConformanceCase, 'title'>) =>
    onCase(first + done, plan.cases, one);
  const results = await runCases({ families, bench, retire: () => bench.retire(), onCase: tellFrom(0) });
  if (wire === undefined) return { plan, target, results, left: await reachable(() => tidyUp(bench, before)) };
  // What the others left takes the room that these need.
  await reachable(() => tidyUp(bench, before));
  const ofWire = await runCases({
    families: guarded(wire.families),
    bench: new WireBench(bench, wire.door),
    retire: () => bench.retire(),
    onCase: tellFrom(results.length),
  });
  return { plan, target, results: [...results, ...ofWire], left: await leftAfterWire(() => tidyUp(bench, before)) };
}

/** A server that hostile bytes brought down has failed a case already; its licenses are out of reach now. */
async function leftAfterWire(work: () => Promise<number | null>): Promise<number | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConnectionLost) return null;
    throw error;
  }
}

/** What is found wrong before the first case is the container's unsuitedness, not a case that failed. */
async function reachable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConnectionLost) throw error.cause;
    if (error instanceof CaseFailure) throw unsuited('at this address', error.message);
    throw error;
  }
}

function unsuited(where: string, why: string): FerryError {
  return new FerryError('CONFORMANCE_UNSUITED', { where, why });
}

/** The container, if it can be tested at all. @throws CONFORMANCE_UNSUITED */
async function suited(asked: AskedContainer, tools: Tools): Promise<{ target: Target; listing: Listing }> {
  const listing = await asked.ask('list', {});
  const { serial, key, certificate, rootId } = listing;
  const where = serial ?? key.slice(0, 8);
  if (serial === null || certificate === null) throw unsuited(where, 'it is not certified yet');
  if (rootId !== tools.root.id)
    throw unsuited(where, `it trusts the root ${rootId}, and the TEST root (${tools.root.id}) is needed`);
  const verified = verifyCertificate(tools.crypto, tools.root, certificate);
  if (!verified.ok) throw unsuited(where, `its certificate does not verify under the TEST root (${verified.code})`);
  if (verified.value.party !== 'container') throw unsuited(where, 'its certificate is that of a firm');
  if (listing.locked) throw unsuited(where, 'it is locked and takes no files');
  const belongings = belongingsOfOthers(listing);
  if (belongings !== undefined) throw unsuited(where, belongings);
  const { kind, sealingKey, key: certified } = verified.value;
  return { target: { key: certified, serial: verified.value.serial, kind, sealingKey, certificate }, listing };
}

/** Checks that the channel records and the memory are there. Takes the firm's record, the first one. */
async function planOf(
  bench: Bench,
  listing: Listing,
  families: readonly CaseFamily[],
  wire: readonly CaseFamily<WireBench>[],
): Promise<Plan> {
  const where = bench.target.serial;
  const cases = [...families, ...wire].reduce((sum, family) => sum + family.cases.length, 0);
  if (cases === 0) throw new Defect('a run without cases');
  const channels = channelsOf(families);
  const needed = MEMORY_NEEDED + CHANNEL_BYTES * channels;
  if (listing.freeMemory < needed)
    throw unsuited(where, `${needed} bytes of memory are needed, ${listing.freeMemory} are free`);
  const { freeChannels, history } = await toldFirst(bench, listing);
  if (freeChannels !== null && freeChannels < channels)
    throw unsuited(where, `${channels} channel records are needed, ${freeChannels} are free`);
  if (history !== undefined) throw unsuited(where, history);
  return { cases, channels, freeChannels };
}

interface ToldFirst {
  /** Records that were free before the firm took the first one; null when it is not known. */
  readonly freeChannels: number | null;
  /** What of others it keeps, in words. */
  readonly history: string | undefined;
}

/** What the container tells the firm, for which it takes the first channel record. */
async function toldFirst(bench: Bench, listing: Listing): Promise<ToldFirst> {
  try {
    const { file, inventory } = await bench.context(bench.firm);
    const history = inventory === null ? undefined : historyOfOthers(bench.target.key, listing, inventory);
    return { freeChannels: file.header.freeChannels + 1, history };
  } catch (error) {
    if (error instanceof FerryError && error.code === 'TABLE_FULL') return { freeChannels: 0, history: undefined };
    if (!(error instanceof FerryError || error instanceof CaseFailure)) throw error;
    bench.retire();
    return { freeChannels: null, history: undefined };
  }
}
