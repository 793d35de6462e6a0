import { FerryError } from '../../container/errors.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { findUnfinished, forgetOthers, moveId, placed, type Run, runFrom } from './carry-out-move.ts';
import type { IssuerListing } from './move-ports.ts';
import type { MoveRequest, MoveResult } from './move-run.ts';
import type { MoveNotes } from './noting-store.ts';
import { endedOvertaken, wasOvertaken } from './overtaken.ts';

export interface ResumeRequest extends Omit<MoveRequest, 'order' | 'badSnapshot' | 'notes'> {
  /** Under what the unfinished move is kept. */
  readonly id: string;
  readonly notes: MoveNotes;
}

/**
 * Finishes an unfinished move between the two and orders nothing: where it is over by now, nothing happens. A move that was
 * ended by hand meanwhile, or overtaken by another order before anything of it was issued, is ended and not made afresh.
 *
 * Safe beside another program that does the same.
 *
 * @returns null when nothing is unfinished between the two any more
 * @throws MOVE_UNDER_WAY; PEER_UNEXPECTED when the move is not one between these two; SNAPSHOT_WRONG, STORE_WRITE_FAILED, FILE_UNREADABLE,
 *   or what the two sides answer to `list`
 */
export async function resumeLicenseMove(asked: ResumeRequest): Promise<MoveResult | null> {
  const before = await asked.issuer.list();
  const { key: issuer } = before;
  const { key: target } = await asked.target.list();
  if (moveId(issuer, target) !== asked.id) throw stranger(asked, issuer, target);
  const claim = asked.claim?.(asked.id);
  try {
    return await finish(placed(asked, asked.id), asked.id, before);
  } finally {
    claim?.release();
  }
}

async function finish(request: Run, id: string, before: IssuerListing): Promise<MoveResult | null> {
  const tell = request.onProgress ?? (() => {});
  const found = await findUnfinished(request, id, tell);
  if (found === undefined) return null;
  await forgetOthers(request, found.files);
  tell({ kind: 'resumed', order: found.order, from: found.stored.state });
  const result = await runFrom(request, id, found.stored, before, tell);
  return wasOvertaken(result) ? endedOvertaken(result) : result;
}

const KEY_SHOWN = 8;

function stranger({ id, notes }: ResumeRequest, issuer: PublicKey, target: PublicKey): FerryError {
  const [, from = '', to = ''] = id.split('-');
  const { beginning } = notes;
  const [address, found, expected] = issuer.startsWith(from)
    ? [beginning.to, target, to]
    : [beginning.from, issuer, from];
  return new FerryError('PEER_UNEXPECTED', {
    address,
    found: `the key ${found.slice(0, KEY_SHOWN)}`,
    expected: `the key ${expected.slice(0, KEY_SHOWN)}`,
    stands: 'The move stays unfinished as it was.',
    more: '',
  });
}
