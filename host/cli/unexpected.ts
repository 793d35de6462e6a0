import { FerryError } from '../../container/errors.ts';
import { NEW_ADDRESS, resumeOf } from './next-commands.ts';
import { nameOf, type Peer } from './peers.ts';

/**
 * Somebody answers who is not the one that is meant: PEER_UNEXPECTED.
 *
 * @param expected who is, as people call it
 * @param unfinished the move that it is a side of and that stays unfinished; null when nothing is
 */
export function unexpected(
  found: Peer,
  expected: string,
  unfinished: { readonly id: string; readonly side: 'from' | 'to' } | null,
): FerryError {
  const told =
    unfinished === null
      ? { stands: 'Every license is where it was.', more: '' }
      : {
          stands:
            'The move that was begun with the other one stays unfinished: what is in transit by it still is, and no license is lost or doubled.',
          more: ` Where ${expected} has another address now, this finishes the move: ${
            resumeOf(unfinished.id, '', { [unfinished.side]: NEW_ADDRESS }).command
          }`,
        };
  return new FerryError('PEER_UNEXPECTED', { address: found.address, found: nameOf(found), expected, ...told });
}
