import { FerryError } from '../../container/errors.ts';
import type { ContextFile } from '../../container/files/context-file.ts';
import { signReAnchor } from '../../container/files/notices.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import { type Foundation, openChannel } from './channels.ts';
import type { FirmKeys } from './firm-keys.ts';
import { rememberContainer } from './parties.ts';
import type { FirmRow, Writes } from './tables.ts';
import { entriesInTransit, noticeFile } from './update-files.ts';

/** The word of a firm that its licenses may be used in a container that was set back. */
export interface AcceptedState {
  readonly firmCode: number;
  readonly target: PublicKey;
  readonly serial: SerialNumber;
  /** Update file that brings it; it carries nothing else. */
  readonly update: Uint8Array;
}

/**
 * Accepts the state that a context shows of a container that was set back (R7): nothing is issued by it, and nothing is
 * taken back.
 *
 * @throws NOT_LOCKED when the licenses of the firm are not locked there; CERTIFICATE_WRONG
 */
export async function acceptState(
  tx: Writes,
  base: Foundation,
  firm: FirmRow,
  keys: FirmKeys,
  { certificate, header }: ContextFile,
): Promise<AcceptedState> {
  const { firmCode } = firm;
  const { key, serial } = certificate;
  const { challenge } = header;
  if (challenge === null || !header.lockedFirms.includes(firmCode))
    throw new FerryError('NOT_LOCKED', { target: serial, firm: firmCode });
  const container = await rememberContainer(tx, certificate);
  const channel = await openChannel(tx, base, firm, key);
  const entries = await entriesInTransit(tx, channel);
  const notices = [signReAnchor(base.crypto, keys.seed, { firmCode, container: key, challenge })];
  return {
    firmCode,
    target: key,
    serial,
    update: noticeFile(base, keys, { firm, container, channel, entries, notices }),
  };
}
