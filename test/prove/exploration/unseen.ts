import { COMMANDS } from '../../../container/commands/index.ts';
import type { ErrorCode } from '../../../container/errors.ts';
import type { Answers } from './answers.ts';

const CARRIERS = 'carriers here lose, repeat and reorder files, but forge and damage none';
const ADDRESSED = 'files are handed to those they are for, and everybody is certified by one root';
const BY_HAND = 'nothing is refused by hand where that can come up';
const FEW = 'it takes more entries, orders or bytes than a world can have';

/** Why an error that a command declares is not among its answers in any explored world. */
export const REASONS: Readonly<Partial<Record<ErrorCode, string>>> = {
  FILE_TOO_LARGE: CARRIERS,
  FILE_MALFORMED: CARRIERS,
  FILE_VERSION: CARRIERS,
  FILE_KIND: CARRIERS,
  SIGNATURE_WRONG: CARRIERS,
  CHAIN_INCONSISTENT: CARRIERS,
  CANNOT_OPEN: CARRIERS,
  CERTIFICATE_WRONG: ADDRESSED,
  CERTIFICATE_OTHER_ROOT: ADDRESSED,
  CERTIFICATE_REVOKED:
    'where the root withdraws a certificate, nothing is refused by hand, and nobody orders a context for it',
  KEY_RETIRED: BY_HAND,
  NOT_ADDRESSED: ADDRESSED,
  TARGET_OTHER: 'an order names whoever made the context that it brings',
  ISSUER_UNKNOWN: ADDRESSED,
  NOT_ENROLLED: ADDRESSED,
  ROLE_WRONG: ADDRESSED,
  TARGET_UNKNOWN: ADDRESSED,
  EXHAUSTED: FEW,
  ISSUE_FORGOTTEN: FEW,
  CUSTODY_FULL: FEW,
  CHANNEL_FULL: FEW,
  TOO_LARGE_FOR_TARGET: FEW,
  STORE_WRITE_FAILED: 'there are no memory chips here',
  OWNER_NEEDED: 'no PIN is set, so everybody is the owner',
  UPDATE_EPOCH: BY_HAND,
  UPDATE_FORK: BY_HAND,
  ORDER_EMPTY: 'orders name one holding',
  NOT_HELD: 'orders name holdings that are there',
  MOVES_WHOLE: 'every item here may be split',
  NOT_PENDING: 'only what is in transit is cancelled',
  CONTAINER_LOCKED: 'a locked container is asked only to apply, to settle and to issue',
  PARTNER_ROLLED_BACK: 'nobody refuses by hand what comes from one that was set back',
  UPDATE_GAP: 'only where files come whole is one refused by hand',
  TABLE_FULL: 'where channel records are few, nothing is refused by hand, and the dongles have enough of them',
  MEMORY_FULL:
    'what does not fit from a file waits, settling and cancelling need no memory, and the full device issues nothing',
};

/** What the explored commands declare and never answered. */
export function unseen(answers: Answers): readonly { readonly command: string; readonly code: ErrorCode }[] {
  const explored = ['context', 'apply', 'refuse', 'issue', 'settle', 'cancel'] as const;
  return explored.flatMap((command) =>
    (COMMANDS[command].failures as readonly ErrorCode[])
      .filter((code) => !answers.has(command, code))
      .map((code) => ({ command, code })),
  );
}
