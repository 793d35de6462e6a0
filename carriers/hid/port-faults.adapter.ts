import fs from 'node:fs';
import { FerryError } from '../../container/errors.ts';
import { networkWords } from '../network-words.ts';
import { ruleCommand } from './udev-rule.adapter.ts';

/** Why a dongle that is there could not be opened. @param node its file below /dev, on Linux */
export function openFailed(where: string, node: string | undefined, error: unknown): FerryError {
  if (node !== undefined && process.platform === 'linux' && !mayOpen(node))
    return new FerryError('CARRIER_FORBIDDEN', { where, node, fix: ruleCommand() }, { cause: error });
  return new FerryError('CARRIER_UNREACHABLE', { where, why: networkWords(error) }, { cause: error });
}

/** What a dongle that was open says once it is gone. */
export function lost(where: string, error: unknown): FerryError {
  return new FerryError('CARRIER_LOST', { where, why: networkWords(error) }, { cause: error });
}

/** Waits for a dongle to be let go of. */
export async function closed(closing: Promise<void>): Promise<void> {
  // One that was pulled out is let go of by that, and says that it cannot be.
  await closing.catch(() => undefined);
}

/** A file that is gone may be opened by nobody, and by everybody who looks for it. */
function mayOpen(node: string): boolean {
  if (!fs.existsSync(node)) return true;
  try {
    fs.accessSync(node, fs.constants.R_OK | fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
