import {
  chainNext,
  contradiction,
  entryHash,
  type IssuedHead,
  judgeSettlement,
  newHead,
  type Outcome,
} from '../../../container/engine/issuer-channel.ts';
import type { ContainerCertificate } from '../../../container/files/certificate.ts';
import type { ContextFile, Inventory } from '../../../container/files/context-file.ts';
import type { Statement } from '../../../container/files/statement.ts';
import { type Hex, toHex, utf8 } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { judgeEpoch } from '../../../host/license-central/judge-epoch.ts';
import { toyCrypto } from './toy-crypto.ts';
import type { ToyFirm } from './toy-firm.ts';

/** Of a sequence that was applied or refused, but nobody knows which. */
const UNSURE = -1;

/** An entry that a firm knows of. */
export interface Issued {
  readonly sequence: number;
  /** What was wanted, by its place among the wishes for that target; null for what a vendor does to end everything. */
  readonly wish: number | null;
  /** In which history of the firm it was issued. */
  readonly branch: number;
  readonly entry: Uint8Array;
  readonly hash: Hash;
  readonly chain: Hash;
  readonly cancelled: boolean;
  /** Null while it is in transit; 0: applied; otherwise the number of the refusal. */
  readonly outcome: number | null;
}

/** The firm's channel to one container, as its License Central has it. */
export interface Channel extends IssuedHead {
  readonly target: ContainerCertificate;
  /** Everything that is known, ascending; what is in transit without gaps. */
  readonly entries: readonly Issued[];
  readonly generation: number;
  readonly stateHash: Hash;
  readonly witness: Statement | null;
  /** What the container asked for last, and whether it said that it is locked. */
  readonly challenge: Hex | null;
  readonly locked: boolean;
  readonly custodyKnownThrough: number;
  /** For how many restorings of the server it began anew. */
  readonly restore: number;
  readonly contradiction: string | null;
}

/** What the rules of a channel need to know of its firm. */
export interface FirmFacts {
  readonly firm: ToyFirm;
  /** Which history it is in: how often its memory was set back. */
  readonly branch: number;
  /** How often its vendor has said that it was restored. */
  readonly restores: number;
  /** Whether a container proved that it was set back. */
  readonly rolledBack: boolean;
}

export function newChannel(facts: FirmFacts, target: ContainerCertificate): Channel {
  return {
    ...newHead(toyCrypto, facts.firm.key, target.key),
    target,
    entries: [],
    generation: 1,
    stateHash: hashAt(facts, target, 1),
    witness: null,
    challenge: null,
    locked: false,
    custodyKnownThrough: 0,
    restore: 0,
    contradiction: null,
  };
}

/** Whether a firm may give this container anything at all. @see host/license-central/channels.ts */
export function isTrusted({ rolledBack, restores }: FirmFacts, { contradiction: wrong, restore }: Channel): boolean {
  return !rolledBack && wrong === null && restore >= restores;
}

export function inTransit({ entries, settled }: Channel): readonly Issued[] {
  return entries.filter(({ sequence }) => sequence > settled);
}

/** The same with an entry more. */
export function issued(facts: FirmFacts, channel: Channel, wish: number | null, entry: Uint8Array): Channel {
  const sequence = channel.issued + 1;
  const hash = entryHash(toyCrypto, entry);
  const chain = chainNext(toyCrypto, channel.issuedChain, hash);
  const { branch } = facts;
  const next: Issued = { sequence, wish, branch, entry, hash, chain, cancelled: false, outcome: null };
  return advanced(facts, { ...channel, issued: sequence, issuedChain: chain, entries: [...channel.entries, next] });
}

/** The same with these sequences called back, as far as they are in transit. */
export function calledBack(facts: FirmFacts, channel: Channel, sequences: readonly number[]): Channel {
  const entries = channel.entries.map((entry) =>
    entry.outcome === null && sequences.includes(entry.sequence) ? { ...entry, cancelled: true } : entry,
  );
  return advanced(facts, { ...channel, entries });
}

/** What a channel is after a context, and whether that proved that the firm itself was set back. */
export interface Told {
  readonly channel: Channel;
  readonly provesRollback: boolean;
}

/** Takes a context in. @see host/license-central/receive-context.ts */
export function toldBy(facts: FirmFacts, channel: Channel, file: ContextFile, inventory: Inventory): Told {
  const said = file.statement;
  const isNewest = said.generation >= (channel.witness?.generation ?? 0);
  const witnessed = channel.contradiction === null ? witness(channel, file) : channel;
  const settled = settle(facts, witnessed, said, isNewest && witnessed.contradiction === null);
  if (channel.contradiction !== null) return settled;
  const mayHaveGaps = isNewest && facts.restores > 0 && settled.channel.contradiction === null;
  return { ...settled, channel: withLog(settled.channel, inventory, mayHaveGaps) };
}

function witness(channel: Channel, { statement: said, header: { locked, challenge } }: ContextFile): Channel {
  const wrong = contradiction(toyCrypto, channel.witness ?? undefined, said, { applied: 0, settled: channel.settled });
  if (wrong !== undefined) return { ...channel, contradiction: wrong };
  if (channel.witness !== null && said.generation < channel.witness.generation) return channel;
  const asked = locked || challenge === null ? null : toHex(challenge);
  // A state of one generation is told with other words when nothing but a partner was heard of: those are the same.
  const isNewer = channel.witness === null || said.generation > channel.witness.generation;
  return { ...channel, witness: isNewer ? said : channel.witness, locked, challenge: asked };
}

/** @see host/license-central/settle-channel.ts */
function settle(facts: FirmFacts, channel: Channel, said: Statement, isBelieved: boolean): Told {
  const nothing = { channel, provesRollback: false };
  if (facts.rolledBack) return nothing;
  if (channel.restore < facts.restores || said.inbound.epoch < channel.epoch)
    return isBelieved ? { ...nothing, channel: wordOfOtherEpoch(facts, channel, said) } : nothing;
  const verdict = judgeSettlement(channel, said.inbound, chainIn(channel));
  if (verdict.verdict === 'late') return nothing;
  if (verdict.verdict === 'issuerRolledBack') return { channel, provesRollback: true };
  const settled = verdict.outcomes.at(-1)?.sequence ?? channel.settled;
  const after = { ...withOutcomes(channel, verdict.outcomes, []), settled, settledChain: verdict.chain };
  return { ...nothing, channel: advanced(facts, after) };
}

/** @see host/license-central/begin-epoch.ts */
function wordOfOtherEpoch(facts: FirmFacts, channel: Channel, { inbound: said }: Statement): Channel {
  const verdict = judgeEpoch(channel, said, chainIn(channel));
  if (verdict.verdict === 'late') return channel;
  if (verdict.verdict === 'contradicts') return { ...channel, contradiction: verdict.why };
  const outcomes = verdict.verdict === 'known' ? verdict.outcomes : [];
  const known = withOutcomes(channel, outcomes, verdict.unsure);
  const settled = { settled: said.applied, settledChain: said.hash };
  if (verdict.verdict === 'forgotten' || channel.restore < facts.restores) {
    const epoch = Math.max(channel.epoch, said.epoch) + 1;
    const head = verdict.verdict === 'known' ? known : behind(known, said.applied, said.hash);
    return advanced(facts, { ...head, ...settled, epoch, restore: facts.restores });
  }
  return said.applied > channel.settled ? advanced(facts, { ...known, ...settled }) : known;
}

/** A channel that begins behind what a container told; what stays in transit keeps its sequence. */
function behind(channel: Channel, applied: number, hash: Hash): Channel {
  let issuedChain = hash;
  const entries = channel.entries.map((entry) => {
    if (entry.sequence <= applied) return entry;
    issuedChain = chainNext(toyCrypto, issuedChain, entry.hash);
    return { ...entry, chain: issuedChain };
  });
  return { ...channel, entries, issued: Math.max(channel.issued, applied), issuedChain };
}

function withOutcomes(channel: Channel, outcomes: readonly Outcome[], unsure: readonly number[]): Channel {
  const known = new Map(outcomes.map(({ sequence, reason }) => [sequence, reason ?? 0]));
  for (const sequence of unsure) known.set(sequence, UNSURE);
  const entries = channel.entries.map((entry) => {
    const outcome = known.get(entry.sequence);
    return outcome === undefined || entry.outcome !== null ? entry : { ...entry, outcome };
  });
  return { ...channel, entries };
}

/** @see host/license-central/custody.ts */
function withLog(channel: Channel, { logFirst, log }: Inventory, mayHaveGaps: boolean): Channel {
  const before = channel.custodyKnownThrough;
  const known = mayHaveGaps && logFirst > before + 1 ? logFirst - 1 : before;
  const last = logFirst + log.length - 1;
  const custodyKnownThrough = logFirst <= known + 1 && last > known ? last : known;
  return custodyKnownThrough === before ? channel : { ...channel, custodyKnownThrough };
}

function chainIn(channel: Channel): (sequence: number) => Hash | undefined {
  const entries = inTransit(channel);
  return (sequence) => entries.find((entry) => entry.sequence === sequence)?.chain;
}

/** After one more change: fresh randomness makes every history its own. */
function advanced(facts: FirmFacts, channel: Channel): Channel {
  const generation = channel.generation + 1;
  return { ...channel, generation, stateHash: hashAt(facts, channel.target, generation) };
}

function hashAt({ firm, branch }: FirmFacts, { serial }: ContainerCertificate, generation: number): Hash {
  return toHex(toyCrypto.sha256(utf8(`${firm.name} ${branch} ${serial} at ${generation}`))) as Hash;
}
