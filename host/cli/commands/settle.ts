import { CATALOGUE, FerryError } from '../../../container/errors.ts';
import { contextHeader } from '../../../container/files/context-file.ts';
import { readEnvelope } from '../../../container/files/envelope.ts';
import { CONTEXT_SUFFIX } from '../../../container/files/file-names.ts';
import { statementIn } from '../../../container/files/statement-in.ts';
import { NO_BYTES } from '../../../container/model/bytes.ts';
import { type FarBank, isAddress } from '../addresses.ts';
import { eachFile, exitInPart, type FileNamed, failureDocument, showRest } from '../each-file.ts';
import { exitOfEntries } from '../exit-of-entries.ts';
import { readFerryFile } from '../ferry-files.adapter.ts';
import type { Issuer, Settled } from '../issuers/issuer.ts';
import { withIssuer } from '../issuers/with-issuer.ts';
import { quoted } from '../printable.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { advice, withCode, words } from '../say-reason.ts';

const EXAMPLES = `
A License Central learns from any context made for it where its licenses are; several files may come in any order.

Examples:
  ferry settle sim:dongle 130-2459324738-for-3-1234567-receipt.ferry-context
  ferry settle central:vendor folder:stick`;

/** `ferry settle`: takes contexts and receipts home to the issuer that they were made for. */
export function settleCommand(far: FarBank): Register {
  return (program, context) => {
    program
      .command('settle')
      .description('Takes receipts home: lets go what was applied, takes back what was refused.')
      .argument('<ADDRESS>', 'a container or central:DIR that issued')
      .argument('<FILE...>', 'contexts and receipts, or folder:DIR')
      .addHelpText('after', EXAMPLES)
      .action((address: string, files: string[]) => settle(far, context, address, files));
  };
}

async function settle(far: FarBank, context: CommandContext, address: string, names: readonly string[]): Promise<void> {
  const bar = context.progress();
  const handled = await withIssuer(far, context, { address }, (issuer) =>
    eachFile({ names, suffix: CONTEXT_SUFFIX, bar }, async (file) => {
      const raw = readFerryFile(file);
      return { ...(await settledFrom(issuer, raw, file)), ...toldIn(raw) };
    }),
  ).finally(() => bar.end());
  const { done, foreign, failures } = handled;
  show(context, address, done);
  showRest(context, handled);
  const receipts = done.map(({ entries, ...rest }) => ({ ...rest, entries: entries.map(withCode) }));
  context.output.json({ address, receipts, foreign, failures: failures.map(failureDocument) });
  const isInPart = failures.length > 0 || done.some(isAlarming);
  context.endWith(isInPart ? exitInPart(failures) : exitOfEntries(done.flatMap(givenEntries)));
}

/**
 * @throws NOTHING_ISSUED where the issuer does not know whose the context is, ISSUER_FORGOT where that one has taken in something from it,
 * and what settling it throws
 */
async function settledFrom(issuer: Issuer, raw: Uint8Array, file: string): Promise<Settled> {
  try {
    return await issuer.settle(raw);
  } catch (error) {
    if (!(error instanceof FerryError) || error.code !== 'TARGET_UNKNOWN') throw error;
    const { here = '', target = '' } = error.details;
    const through = statementIn(raw)?.inbound.applied ?? 0;
    if (through > 0) throw new FerryError('ISSUER_FORGOT', { here, target, through, file }, { cause: error });
    throw new FerryError('NOTHING_ISSUED', { here, target, file }, { cause: error });
  }
}

/** What was on its way until now; of what was written off, nothing was. */
function givenEntries({ entries, writtenOff }: Settled): Settled['entries'] {
  return entries.filter(({ sequence }) => !writtenOff.includes(sequence));
}

/** Whether a context shows that somebody was set back or copied. */
function isAlarming({ surplus, contradiction, proven }: Settled): boolean {
  return surplus.length > 0 || contradiction !== null || proven.length > 0;
}

/** What is said of a context that settles nothing: that is no failure, since any may bring news and a question for the time. */
function lateLines(address: string, pending: number, { asksForTime }: ContextTold): readonly string[] {
  if (!isAddress(address, ['central']))
    return [pending > 0 ? 'What is in transit had not arrived when it was made.' : 'Nothing was waiting for it.'];
  const waiting =
    pending > 0
      ? 'What is in transit had not arrived when it was made. What it tells of its licenses was taken.'
      : 'Nothing was waiting for it; what it tells of its licenses was taken.';
  return [waiting, ...(asksForTime ? ['It asks for the certified time: the next update file brings the answer.'] : [])];
}

/** What a context, which was found to be valid, says of its container. */
interface ContextTold {
  /** Whether it takes nothing: it is locked, or was set back and is used as it is. */
  readonly locked: boolean;
  readonly lockedFirms: readonly number[];
  /** Whether it brings its firm a challenge for certified time. */
  readonly asksForTime: boolean;
}

function toldIn(raw: Uint8Array): ContextTold {
  const envelope = readEnvelope(raw, 'contextFile', 3, 'a context file');
  const header = envelope.ok ? contextHeader.decode(envelope.value.parts[1] ?? NO_BYTES) : envelope;
  if (!header.ok) return { locked: false, lockedFirms: [], asksForTime: false };
  const { locked, lockedFirms, challenge } = header.value;
  return { locked, lockedFirms, asksForTime: challenge !== null && lockedFirms.length === 0 };
}

type Taken = FileNamed & Settled & ContextTold;

function show({ output }: CommandContext, address: string, done: readonly Taken[]): void {
  for (const {
    file,
    target,
    entries,
    pending,
    late,
    tooLate,
    writtenOff,
    unsure,
    newEpoch,
    duplicates,
    surplus,
    contradiction,
    proven,
    ...more
  } of done) {
    const gone = entries.filter(({ reason }) => reason === 0).length;
    output.line(`${file}: ${target} applied ${gone}, refused ${entries.length - gone}; ${pending} still in transit.`);
    for (const { sequence, reason } of entries)
      if (writtenOff.includes(sequence))
        output.line(`  Sequence ${sequence} was written off: ${metAgain(target, reason)}`);
      else if (reason !== 0) output.line(`  Sequence ${sequence} came back: ${words(reason)}`);
    for (const line of isAddress(address, ['central']) ? advice(refusedOf(entries)) : []) output.line(`  ${line}`);
    for (const sequence of tooLate)
      output.line(`  Sequence ${sequence} was applied before its cancellation arrived: it stays with ${target}.`);
    for (const sequence of unsure)
      output.line(
        `  Sequence ${sequence} was applied or refused before the server was restored; it is not given again by itself.`,
      );
    if (newEpoch !== null) output.line(`  The channel to ${target} begins anew behind this, in epoch ${newEpoch}.`);
    if (more.locked) output.line(`  ${lockText(address, file, target, more)}`);
    for (const line of late && contradiction === null ? lateLines(address, pending, more) : [])
      output.line(`  ${line}`);
    const cause = more.firmCode === null ? 'written off, yet applied' : 'written off or set back';
    for (const { itemId, quantity, product } of duplicates)
      output.line(
        `  ${product ?? `License ${itemId}`}: ${quantity} are there twice, ${cause}: a duplicate that was accepted.`,
      );
    if (writtenOff.some((sequence) => isApplied(entries, sequence)))
      output.line(`  Their vendor sees it when a context of ${target} that is made for it comes home.`);
    for (const { itemId, quantity } of surplus)
      output.complain(
        `  License ${itemId}: ${quantity} more than were granted are shown. Somewhere on its way a container was copied.`,
      );
    if (contradiction !== null)
      output.complain(
        `  ${target} was set back or copied (${contradiction}); the proof is kept, it gets nothing more.`,
      );
    for (const { serial, why } of proven)
      output.complain(
        `  ${target} has proof that ${serial} was set back or copied (${why}); ${serial} gets nothing more.`,
      );
  }
}

/** For what a vendor's own entries were refused; what was cancelled needs no advice. */
function refusedOf(entries: Settled['entries']): number[] {
  return entries.map(({ reason }) => reason).filter((reason) => reason !== 0 && reason !== CATALOGUE.CANCELLED.number);
}

function isApplied(entries: Settled['entries'], sequence: number): boolean {
  return entries.some((entry) => entry.sequence === sequence && entry.reason === 0);
}

/** How a target that was given up stands to what it was given. */
function metAgain(target: string, reason: number): string {
  return reason === 0
    ? `its seats are held here again, and ${target} has them, too, with the consent of their vendor.`
    : `its seats are held here again since then, and ${target} does not have them.`;
}

/** What is to be done about a lock: of a License Central by itself, where its firm is asked; a device's partners decide nothing. */
function lockText(
  address: string,
  file: string,
  target: string,
  { firmCode, lockedFirms }: Pick<Taken, 'firmCode' | 'lockedFirms'>,
): string {
  if (firmCode !== null && lockedFirms.includes(firmCode) && isAddress(address, ['central']))
    return `${target} is locked. Its licenses of firm ${firmCode} may be used as they are after: ferry central accept ${quoted(address.slice('central:'.length))} ${quoted(file)} -o PLACE`;
  if (lockedFirms.length > 0)
    return `${target} is locked for ${lockedFirms.map((code) => `firm ${code}`).join(', ')}. Each vendor decides for its own licenses, by a context made for it: ferry central accept`;
  return `${target} was set back, and is used as it is: it takes nothing and gives nothing on any more. For new licenses make a new container.`;
}
