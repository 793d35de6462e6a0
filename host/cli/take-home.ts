import { FerryError } from '../../container/errors.ts';
import { contextHeader } from '../../container/files/context-file.ts';
import { readEnvelope } from '../../container/files/envelope.ts';
import { statementIn } from '../../container/files/statement-in.ts';
import { NO_BYTES } from '../../container/model/bytes.ts';
import { exitInPart, type FileNamed, type Handled } from './each-file.ts';
import { exitOfEntries } from './exit-of-entries.ts';
import type { Issuer, Settled } from './issuers/issuer.ts';
import { exitOfUnreached } from './unreached.ts';

/** What a context, which was found to be valid, says of its container. */
export interface ContextTold {
  /** Whether it takes nothing: it is locked, or was set back and is used as it is. */
  readonly locked: boolean;
  readonly lockedFirms: readonly number[];
  /** Whether it brings its firm a challenge for certified time. */
  readonly asksForTime: boolean;
}

/** What a file that was taken home told. */
export type Taken = FileNamed & Settled & ContextTold;

/**
 * Takes a context or receipt home.
 *
 * @throws NOTHING_ISSUED where the issuer does not know whose the context is, ISSUER_FORGOT where that one has taken in something from it,
 * and what settling it throws
 */
export async function takeHome(issuer: Issuer, raw: Uint8Array, file: string): Promise<Settled & ContextTold> {
  return { ...(await settledFrom(issuer, raw, file)), ...toldIn(raw) };
}

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

function toldIn(raw: Uint8Array): ContextTold {
  const envelope = readEnvelope(raw, 'contextFile', 3, 'a context file');
  const header = envelope.ok ? contextHeader.decode(envelope.value.parts[1] ?? NO_BYTES) : envelope;
  if (!header.ok) return { locked: false, lockedFirms: [], asksForTime: false };
  const { locked, lockedFirms, challenge } = header.value;
  return { locked, lockedFirms, asksForTime: challenge !== null && lockedFirms.length === 0 };
}

/** The exit code of files that were taken home, and of those that could not be. */
export function exitOfSettled({ done, failures }: Handled<Settled & ContextTold>): number {
  if (done.length === 0) return exitOfUnreached(failures, failures.length);
  const isInPart = failures.length > 0 || done.some(isAlarming);
  return isInPart ? exitInPart(failures) : exitOfEntries(done.flatMap(givenEntries));
}

/** What was on its way until now; of what was written off, nothing was. */
function givenEntries({ entries, writtenOff }: Settled): Settled['entries'] {
  return entries.filter(({ sequence }) => !writtenOff.includes(sequence));
}

/** Whether a context shows that somebody was set back or copied. */
function isAlarming({ surplus, contradiction, proven }: Settled): boolean {
  return surplus.length > 0 || contradiction !== null || proven.length > 0;
}
