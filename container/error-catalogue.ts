/**
 * The one error catalogue: every failure that a user or another program can meet, with a stable code and number.
 *
 * Numbers of 300 to 399 also travel in files, as the reason of a refused entry; no number is ever reused.
 * `field` is the number under which users of CodeMeter know the same condition.
 */
export interface CatalogueEntry {
  readonly number: number;
  /** Exit code of the command line: 2 usage, 3 refused by a rule, 4 bad file, 5 interrupted or unreachable, 6 in part. */
  readonly exit: 2 | 3 | 4 | 5 | 6;
  /** What happened; `{name}` is replaced by the detail of that name. */
  readonly happened: string;
  /** The same where only the number is known, as in files; without names. Not needed where `happened` can do without its details. */
  readonly brief?: string;
  /** What it means for the licenses. */
  readonly effect: string;
  /** What to do next. */
  readonly remedy: string;
  readonly field?: number;
}

const NOTHING_CHANGED = 'Nothing was changed.';
/** For what is decided behind the notices of a file. */
const LISTS_TAKEN =
  'No license was changed; lists of revocations and certified time in the file were taken all the same, where they are new.';
/** For a container that has no room, whichever of the two it is. */
const NOT_MOVED = 'What did not fit was not moved, and nothing is lost; what is in transit stays so.';
const BOTH_KEEP = 'Nothing was changed; every license is where it was.';
const RENEW_OR_MEND =
  'If that is the right day, ask the vendor to renew it. If it is not, the clock is or was wrong, which the container does not forget: correct it, then bring the vendor a fresh context and take the file it makes (docs/losses.md, "A clock that was wrong").';

export const CATALOGUE = {
  FILE_TOO_LARGE: {
    number: 101,
    exit: 4,
    happened: 'The file has {size} bytes; at most {limit} are allowed here.',
    effect: NOTHING_CHANGED,
    remedy: 'Make sure that this is a .ferry-context or .ferry-update file, and ask its sender for a new one.',
  },
  FILE_MALFORMED: {
    number: 102,
    exit: 4,
    happened: 'The file is damaged or was not made by this system: {what}.',
    effect: NOTHING_CHANGED,
    remedy: 'Copy the file again from its source; if it stays damaged, have it issued again.',
    field: 701,
  },
  FILE_VERSION: {
    number: 103,
    exit: 4,
    happened: 'The file has format version {version}; this program reads version {known}.',
    brief: 'It is of a format that is not known there.',
    effect: NOTHING_CHANGED,
    remedy:
      'Use the version of this program that reads it; a file can also be issued again by a program of this version.',
  },
  FILE_KIND: {
    number: 104,
    exit: 4,
    happened: 'This is {found}; {expected} is needed here.',
    effect: NOTHING_CHANGED,
    remedy: 'Choose the other file; `ferry inspect` says what is in a context file, an update file or a certificate.',
  },
  FILE_HEADER: {
    number: 105,
    exit: 4,
    happened: 'The readable header of the file does not match what was signed: {what}.',
    effect: NOTHING_CHANGED,
    remedy: 'The file was edited. Use the original file as it was sent.',
  },
  SIGNATURE_WRONG: {
    number: 106,
    exit: 4,
    happened: 'The signature of {what} is not valid.',
    brief: 'Its signature is not valid.',
    effect: NOTHING_CHANGED,
    remedy: 'The file was damaged or forged. Copy it again from its source, or have it issued again.',
    field: 701,
  },
  CERTIFICATE_MISSING: {
    number: 107,
    exit: 4,
    happened: 'The file does not show the certificate of {who}.',
    effect: NOTHING_CHANGED,
    remedy: 'Have the file issued again by an up-to-date program.',
  },
  CERTIFICATE_WRONG: {
    number: 108,
    exit: 4,
    happened: 'The certificate of {who} is not valid: {why}.',
    brief: 'A certificate is not valid.',
    effect: NOTHING_CHANGED,
    remedy: 'The sender is not a certified party of this system. Ask your vendor where the file comes from.',
  },
  CERTIFICATE_OTHER_ROOT: {
    number: 109,
    exit: 4,
    happened: 'The certificate of {who} hangs on another root ({found}) than this container trusts ({pinned}).',
    brief: 'A certificate hangs on another root than the container trusts.',
    effect: NOTHING_CHANGED,
    remedy: 'Simulated (TEST) and production containers never mix. Use parties of the same root.',
  },
  CERTIFICATE_REVOKED: {
    number: 110,
    exit: 4,
    happened: 'The certificate of {who} was revoked.',
    brief: 'The certificate was revoked.',
    effect: 'No license was changed. Where the list of the root came with this very file, that list was taken.',
    remedy:
      'What it signs is refused as long as it is on the list of the root. A container: use another one; what was in it, its vendor can grant anew. A firm: what it granted stays usable; ask it for licenses under its new key.',
  },
  NOT_ADDRESSED: {
    number: 111,
    exit: 4,
    happened: 'The file is for {wanted}, not for {here}.',
    brief: 'It is for another container.',
    effect: NOTHING_CHANGED,
    remedy:
      'Take an update file to the container it names, and a context to the issuer it was made for; or have one made for {here}: a context by `ferry context ADDRESS --for ISSUER`.',
    field: 231,
  },
  CANNOT_OPEN: {
    number: 112,
    exit: 4,
    happened: 'The sealed part of the file cannot be opened with the key of {here}.',
    effect: NOTHING_CHANGED,
    remedy: 'The file was damaged on its way. Copy it again from its source, or have it issued again.',
  },
  CHAIN_INCONSISTENT: {
    number: 113,
    exit: 4,
    happened: 'The entries in the file do not add up to the chain value that its issuer signed.',
    effect: LISTS_TAKEN,
    remedy: 'Have the file issued again; if it happens again, the issuer is faulty: tell your vendor.',
  },

  NOTICE_UNKNOWN: {
    number: 114,
    exit: 4,
    happened: 'The file carries a notice of a kind that is not known here.',
    effect: 'The notice was passed over; what else the file carries is not touched by it.',
    remedy: 'Nothing to do; a newer program may know it.',
  },
  UPDATE_GAP: {
    number: 201,
    exit: 3,
    happened: 'The update {first} to {last} comes too early: {missing} must be applied before it.',
    effect: LISTS_TAKEN,
    remedy: 'Apply the missing update first, or bring the issuer a fresh context: its next file holds everything.',
    field: 228,
  },
  UPDATE_FORK: {
    number: 202,
    exit: 3,
    happened: 'The issuer {issuer} signed two different entries with the same sequence {sequence}.',
    effect: 'Nothing was applied; the evidence is kept in this container.',
    remedy: 'The issuer was restored from an old state or copied. Tell your vendor; show `ferry history`.',
  },
  CHALLENGE_UNKNOWN: {
    number: 115,
    exit: 3,
    happened: 'The notice answers a challenge that is not open here.',
    effect: 'The notice was passed over; what else the file carries is not touched by it.',
    remedy: 'An answer serves once, and only to the newest questions. Bring the vendor a fresh context.',
  },
  LISTS_FULL: {
    number: 116,
    exit: 6,
    happened: 'Lists of vendors that have nothing in this container take all the memory that they may have.',
    effect: 'The list was passed over; what else the file carries is not touched by it.',
    remedy: 'Nothing to do. Once its vendor has a license or a channel here, its next file brings the list.',
  },
  EPOCH_STALE: {
    number: 404,
    exit: 6,
    happened: 'The vendor has begun its channel anew, behind a state that this container has left.',
    effect: 'Nothing was changed; what the file carries waits at the vendor.',
    remedy: 'Bring the receipt to the vendor, who makes a new file behind the present state.',
  },
  UPDATE_EPOCH: {
    number: 203,
    exit: 3,
    happened: 'The update belongs to epoch {found} of its channel; this container is in epoch {known}.',
    effect: LISTS_TAKEN,
    remedy: 'The issuer has made newer files since then. Bring it a fresh context of this container.',
  },
  PARTNER_ROLLED_BACK: {
    number: 204,
    exit: 3,
    happened: '{partner} was set back to an earlier state or copied: {why}.',
    effect: 'Nothing new is taken from it or given to it; signed evidence, where there is any, is kept here.',
    remedy:
      'Where it was only put back, and the container itself still is in its latest state, use that one; one that is proven to be there twice stays refused. Tell your vendor, and show `ferry history`; the server of a vendor goes on after `ferry central restored`.',
  },
  SELF_ROLLED_BACK: {
    number: 205,
    exit: 3,
    happened: '{partner} has proof that {here} was set back to an earlier state or copied.',
    effect: '{here} issues nothing any more; what it holds stays in it. The signed evidence is kept.',
    remedy:
      'Where {here} itself still is, in its latest state, use that one. Otherwise tell your vendor; show `ferry history`.',
  },
  CONTAINER_LOCKED: {
    number: 206,
    exit: 3,
    happened: 'The container {here} is locked: its state does not match its anchor.',
    brief: 'The container is locked: its state does not match its anchor.',
    effect: 'Its licenses stay visible but cannot be used, moved or changed.',
    remedy:
      'Send its context file to the vendors of its licenses: each decides whether its licenses may be used as they are (`ferry central accept`).',
  },
  NOT_LOCKED: {
    number: 226,
    exit: 3,
    happened: 'The licenses of firm {firm} in {target} are not locked, by this context.',
    effect: NOTHING_CHANGED,
    remedy: 'Nothing to accept. Where they are locked all the same, bring a context that was made since then.',
  },
  KEY_RETIRED: {
    number: 225,
    exit: 3,
    happened: 'The container {here} was set back to an earlier state, and is used as it is.',
    effect:
      'Its licenses can be used; it takes nothing and gives nothing on any more, since others may have seen a later state.',
    remedy: 'Make a new container in its place, and ask the vendors to give it the licenses.',
  },
  ISSUED_OTHERWISE: {
    number: 207,
    exit: 3,
    happened: 'Sequence {sequence} for this target was already used for another order.',
    effect: BOTH_KEEP,
    remedy: 'Look at what is in transit with `ferry list`, and order again with the next free sequence.',
  },
  ISSUE_FORGOTTEN: {
    number: 208,
    exit: 3,
    happened: 'Sequence {sequence} for this target was settled long ago; its order is no longer remembered.',
    effect: BOTH_KEEP,
    remedy: 'Order again with the next free sequence, {next}.',
  },
  SEQUENCE_AHEAD: {
    number: 209,
    exit: 3,
    happened: 'The order expects sequence {sequence}; the next free one for this target is {next}.',
    effect: BOTH_KEEP,
    remedy: 'Ask the issuer for its present state and order again.',
  },
  NOT_HELD: {
    number: 210,
    exit: 3,
    happened: 'The container {here} holds no {item}.',
    effect: NOTHING_CHANGED,
    remedy: '`ferry list` shows what it holds.',
    field: 200,
  },
  QUANTITY_NOT_HELD: {
    number: 211,
    exit: 3,
    happened: '{wanted} of {item} are wanted; {held} are free to move here.',
    effect: BOTH_KEEP,
    remedy: 'Order less, or settle or cancel what is in transit first.',
  },
  MOVES_WHOLE: {
    number: 212,
    exit: 3,
    happened: '{item} can only be moved as a whole ({quantity}): {why}.',
    effect: BOTH_KEEP,
    remedy: 'Order the whole quantity.',
  },
  MAY_NOT_ISSUE: {
    number: 213,
    exit: 3,
    happened: 'The container {here} may not move {item} to {target}: {why}.',
    effect: BOTH_KEEP,
    remedy: 'Ask the vendor, who decides what may move where.',
    field: 231,
  },
  ITEM_DISABLED: {
    number: 214,
    exit: 3,
    happened: '{item} is disabled by its vendor.',
    effect: NOTHING_CHANGED,
    remedy: 'Ask the vendor to enable it.',
  },
  CHANNEL_FULL: {
    number: 215,
    exit: 3,
    happened: '{pending} entries are in transit to {target}; no more fit before some are settled.',
    effect: BOTH_KEEP,
    remedy: 'Let the target apply what is under way, bring its receipt, then order again.',
  },
  ORDER_EMPTY: {
    number: 216,
    exit: 3,
    happened: 'There is nothing to issue: {why}.',
    effect: NOTHING_CHANGED,
    remedy: '`ferry list` shows what the issuer holds.',
  },
  NOTHING_IN_TRANSIT: {
    number: 251,
    exit: 3,
    happened: 'Nothing is in transit from {from} to {target}.',
    effect: NOTHING_CHANGED,
    remedy: '`ferry status` shows what is in transit, and to whom.',
  },
  NOT_PENDING: {
    number: 217,
    exit: 3,
    happened: 'Sequence {sequence} for {target} is not in transit.',
    effect: NOTHING_CHANGED,
    remedy: '`ferry list` shows what is in transit.',
  },
  ISSUER_UNKNOWN: {
    number: 218,
    exit: 3,
    happened: 'The issuer {issuer} is not known to {here}.',
    brief: 'Its issuer is not known there.',
    effect: NOTHING_CHANGED,
    remedy: 'Show the issuer by its certificate: give its address or its certificate file.',
  },
  TARGET_UNKNOWN: {
    number: 219,
    exit: 3,
    happened: 'The container {target} is not known to {here}.',
    effect: NOTHING_CHANGED,
    remedy:
      'Bring a context file of that container, or its certificate. On a list of revocations its key can be put without either.',
    field: 201,
  },
  NOTHING_ISSUED: {
    number: 940,
    exit: 3,
    happened: '{here} knows of nothing that it issued to {target}: there is nothing to settle.',
    effect: NOTHING_CHANGED,
    remedy:
      'What another issuer gave to {target} is settled there, by a context that is made for it: `ferry context ADDRESS --for ISSUER`. This file is of use to give {target} licenses from here: `ferry issue --help`.',
  },
  ISSUER_FORGOT: {
    number: 943,
    exit: 3,
    happened:
      '{target} has taken in what {here} issued to it, through sequence {through}, and {here} knows of nothing: it was set back to an earlier state, or it is a copy.',
    brief:
      'The issuer knows of nothing that the context shows as taken in: it was set back to an earlier state, or it is a copy.',
    effect: 'Nothing was changed. What {target} has may be here once more.',
    remedy:
      'Where {here} itself still is, in its latest state, use that one. Otherwise issue nothing from here, and show your vendor this file. A License Central that was restored from a backup is told so: `ferry central restored --help`.',
  },
  NOT_ENROLLED: {
    number: 220,
    exit: 3,
    happened: 'The container in {where} is not certified yet.',
    effect: NOTHING_CHANGED,
    remedy: 'Have its key request certified, then apply the certificate.',
  },
  TOO_LARGE_FOR_TARGET: {
    number: 221,
    exit: 3,
    happened: '{item} needs {size} bytes; {target} takes at most {limit} at once.',
    effect: BOTH_KEEP,
    remedy: 'Choose a target with more memory.',
    field: 58,
  },
  PLACE_UNKNOWN: {
    number: 222,
    exit: 3,
    happened: 'It is not known for certain where {item} is now: {why}.',
    effect: NOTHING_CHANGED,
    remedy:
      'Bring fresh contexts of {where}, made for this vendor, to `ferry settle`; then the order becomes possible.',
  },
  SEATS_RETIRED: {
    number: 252,
    exit: 3,
    happened: '{seats} seats of {item} are in {where}, which was set back and whose state was accepted.',
    effect: 'They can be used there as they are, for good, and no change reaches them. Nothing was changed.',
    remedy:
      'Leave the license as it is. What others hold of it can be moved; what is to be different, grant anew to another container.',
  },
  ROLE_WRONG: {
    number: 223,
    exit: 3,
    happened: 'The certificate of {here} does not let it do this: {why}.',
    effect: NOTHING_CHANGED,
    remedy: 'Use a container whose certificate allows it: dongles move, soft containers only return.',
    field: 231,
  },
  TARGET_LOCKED: {
    number: 224,
    exit: 3,
    happened:
      'The container {target} takes no file: it is locked, since its state does not match its anchor, or was set back and is used as it is.',
    effect: BOTH_KEEP,
    remedy: 'Choose another target. What is in transit to this one stays visible; tell your vendor.',
  },
  OWNER_NEEDED: {
    number: 240,
    exit: 3,
    happened: 'Only the owner of {here} may do this ({what}): {orders}.',
    effect: NOTHING_CHANGED,
    remedy: 'Give the PIN: set it in the environment variable FERRY_PIN, or type it when asked at a terminal.',
  },
  PIN_WRONG: {
    number: 241,
    exit: 3,
    happened: 'That is not the PIN of {here}. Tries left: {left}.',
    effect: 'Nothing was changed but the number of tries, which is full again after the right PIN.',
    remedy: 'With tries left, type it again with care. With none left only a vendor can unblock the PIN.',
  },
  PIN_BLOCKED: {
    number: 242,
    exit: 3,
    happened: 'The PIN of {here} is blocked: it was wrong too often.',
    effect: 'Nothing was changed. The licenses can still be used, listed and received here.',
    remedy: 'Ask a vendor to unblock it: `ferry central unblock`. The PIN stays the same.',
  },
  PIN_NOT_SET: {
    number: 243,
    exit: 3,
    happened: 'No PIN is set for {here}.',
    effect: NOTHING_CHANGED,
    remedy: 'None is needed. To set one: `ferry pin set`.',
  },
  CHALLENGE_MISSING: {
    number: 244,
    exit: 3,
    happened: 'The sealed PIN does not answer the open challenge of {here}.',
    effect: 'Nothing was changed, and no try was counted.',
    remedy: 'Run the command again; when it happens again, something between here and the container alters messages.',
  },
  PIN_UNSUITABLE: {
    number: 245,
    exit: 2,
    happened: 'A PIN has {least} to {most} bytes in UTF-8; this one has {bytes}.',
    effect: 'Nothing was changed, and no try was counted.',
    remedy: 'Use digits, letters or a short sentence within these bounds.',
  },
  ORDER_UNKNOWN: {
    number: 246,
    exit: 3,
    happened: 'No work order {id} is armed in {here}.',
    effect: NOTHING_CHANGED,
    remedy: '`ferry order list` shows the armed work orders.',
  },
  ORDERS_FULL: {
    number: 248,
    exit: 3,
    happened: '{most} work orders are armed in {here}; there are no more.',
    effect: NOTHING_CHANGED,
    remedy: 'Disarm one that is over: `ferry order disarm`.',
  },
  ORDER_OVERTAKEN: {
    number: 249,
    exit: 3,
    happened: 'What the order was planned from was used otherwise before anything of it was issued: {why}',
    effect: 'Nothing of this order was moved.',
    remedy: 'Give the order again; it is planned from what is there now.',
  },
  TARGET_OTHER: {
    number: 250,
    exit: 3,
    happened: 'The context is of {found}, but the order is for {wanted}.',
    effect: BOTH_KEEP,
    remedy:
      'Somebody else answered for the target, or the context of another one was taken. Look with `ferry list` who is where, and bring a context of the one that is meant.',
  },
  ENTRY_NOT_REFUSABLE: {
    number: 247,
    exit: 3,
    happened: 'Sequence {sequence} cannot be refused by hand: {why}.',
    effect: LISTS_TAKEN,
    remedy:
      'Only what gives licenses to this container can be refused, from the first entry on. Choose another --through.',
  },

  CANCELLED: {
    number: 301,
    exit: 3,
    happened: 'The entry was cancelled by its issuer before it arrived.',
    effect: 'The licenses go back to the issuer with the receipt.',
    remedy: 'Nothing to do but to bring the receipt home.',
  },
  GRANT_WRONG: {
    number: 302,
    exit: 3,
    happened: 'A license in the entry is not validly granted by its vendor: {why}.',
    brief:
      'A license in the entry is not validly granted by its vendor, or the root has withdrawn the key that granted it.',
    effect: 'The entry was refused; what it carried goes back to the issuer with the receipt.',
    remedy:
      'Tell the vendor. A license whose key was withdrawn stays usable where it is, and goes nowhere from there; its vendor may grant it anew.',
  },
  CUSTODY_WRONG: {
    number: 303,
    exit: 3,
    happened: 'The signed way of a license from its vendor to here has a hole: {why}.',
    effect: 'The entry was refused; what it carried goes back to the issuer with the receipt.',
    remedy:
      'Tell the vendor. Where the root has withdrawn a container on that way, the license stays usable where it is, and goes nowhere from there.',
  },
  SENDER_MAY_NOT_ISSUE: {
    number: 304,
    exit: 3,
    happened: 'A container on the way of the license may not give licenses on: {why}.',
    effect: 'The entry was refused; what it carried goes back to the issuer with the receipt.',
    remedy: 'Soft containers may return licenses but not move them on. Use a dongle.',
  },
  TERMS_FORBID: {
    number: 305,
    exit: 3,
    happened: 'The transfer terms of the license forbid this move: {why}.',
    effect: 'The entry was refused; what it carried goes back to the issuer with the receipt.',
    remedy: 'Ask the vendor for a license whose terms allow it.',
    field: 231,
  },
  TARGET_NOT_ALLOWED: {
    number: 306,
    exit: 3,
    happened: 'The transfer terms of the license do not allow this target: {why}.',
    effect: 'The entry was refused; what it carried goes back to the issuer with the receipt.',
    remedy: 'Choose a target that the vendor has allowed.',
  },
  DEPTH_EXCEEDED: {
    number: 307,
    exit: 3,
    happened: 'The license was already moved as often as its vendor allows ({depth}).',
    effect: 'The entry was refused; what it carried goes back to the issuer with the receipt.',
    remedy: 'Return it towards its first holder, or ask the vendor.',
  },
  TARGET_LIMIT: {
    number: 308,
    exit: 3,
    happened: 'The target would hold more of the license than the vendor allows for one target ({limit}).',
    effect: 'The entry was refused; what it carried goes back to the issuer with the receipt.',
    remedy: 'Order less for this target.',
  },
  ITEM_ELSEWHERE: {
    number: 309,
    exit: 3,
    happened:
      'The vendor expects more or less of the license in this container ({expected}; {held} are here, {pending} in transit).',
    effect: 'The entry was refused and nothing of the license was changed.',
    remedy: 'Bring the vendor the receipt: it then knows where the license is and can issue the right update.',
  },
  QUANTITY_EXCEEDED: {
    number: 310,
    exit: 3,
    happened: 'The container would hold more of one license than was ever granted ({granted}).',
    effect: 'The entry was refused; what it carried goes back to the issuer. The signed evidence is kept here.',
    remedy: 'Somebody restored or copied a container on the way. Tell the vendor; show `ferry history`.',
  },
  ENTRY_UNKNOWN: {
    number: 311,
    exit: 3,
    happened: 'The entry is of a kind that this container does not support ({kind}).',
    effect: 'The entry was refused; everything else was applied.',
    remedy: 'Update the software of the container, then have it issued again.',
  },
  ENTRY_TOO_LARGE: {
    number: 312,
    exit: 3,
    happened: 'The entry is larger than this container could ever take.',
    effect: 'The entry was refused; what it carried goes back to the issuer with the receipt.',
    remedy: 'Choose a target with more memory.',
    field: 58,
  },
  FOREIGN_FIRM: {
    number: 313,
    exit: 3,
    happened: 'The entry touches a license of another vendor.',
    effect: 'The entry was refused and the license is untouched.',
    remedy: 'Tell both vendors.',
    field: 231,
  },
  EXHAUSTED: {
    number: 314,
    exit: 3,
    happened: 'A counter has reached its largest value ({what}).',
    effect: NOTHING_CHANGED,
    remedy: 'The container has reached the end of its life. Move its licenses to a new one.',
  },
  CUSTODY_FULL: {
    number: 315,
    exit: 3,
    happened: 'The license was moved as often as its way can be told ({limit}); it stays until its vendor renews it.',
    effect: BOTH_KEEP,
    remedy: 'Have the vendor replace the license in the container where it is.',
  },
  NOT_RETURNABLE: {
    number: 316,
    exit: 3,
    happened: 'The transfer terms of the license do not allow it to be returned.',
    effect: 'The entry was refused; the license stays where it was.',
    remedy: 'Ask the vendor.',
  },
  ITEM_KNOWN: {
    number: 317,
    exit: 3,
    happened: 'The license is already in this container.',
    effect: 'The entry was refused; the license that is here stays.',
    remedy: 'Every license is granted once, with an id of its own. Tell the vendor.',
  },
  ENTRY_MALFORMED: {
    number: 318,
    exit: 3,
    happened: 'The entry is not well formed: {why}.',
    effect: 'The entry was refused; what it carried goes back to the issuer with the receipt.',
    remedy: 'Tell the issuer.',
  },
  REVISION_WRONG: {
    number: 319,
    exit: 3,
    happened: 'The entry does not fit the license that it names: {why}.',
    effect: 'The entry was refused and nothing of the license was changed.',
    remedy: 'Tell the vendor.',
  },
  SENDER_REVOKED: {
    number: 321,
    exit: 3,
    happened:
      'The vendor refuses what the sender passes on: the sender is on the list of the vendor, or was written off here.',
    effect:
      "The entry was refused; what it carried stays with the sender, and other vendors' licenses are not touched.",
    remedy: 'Bring the sender and its receipt to the vendor, who knows why, and what was replaced.',
  },
  WRITE_OFF_AHEAD: {
    number: 322,
    exit: 3,
    happened: 'The write-off names a sequence that the target was never given ({through} of {issued}).',
    effect:
      'The entry was refused; nothing was written off, and what is in transit stays there. The target is on the list of its vendor all the same.',
    remedy: 'The vendor writes off again, up to the last sequence that `ferry list` of the container shows in transit.',
  },
  REFUSED_BY_OWNER: {
    number: 320,
    exit: 3,
    happened: 'The owner of the target refused the entry.',
    effect: 'The licenses go back to the issuer with the receipt.',
    remedy: 'Nothing to do but to bring the receipt home. Ask the owner before issuing it again.',
  },

  MEMORY_FULL: {
    number: 401,
    exit: 3,
    happened: 'The memory of {here} is full: {needed} bytes are needed, {free} are free.',
    brief: 'The memory of the container is full.',
    effect: NOT_MOVED,
    remedy:
      'Make room in the full container: give back or withdraw something, or settle what is in transit from it. Then run the same command again, which brings what waits as well.',
    field: 58,
  },
  TABLE_FULL: {
    number: 402,
    exit: 3,
    happened: 'A table of {here} is full: {what}.',
    brief: 'A table of the container is full.',
    effect: NOT_MOVED,
    remedy:
      'Where a file was taken in part, apply it again, which goes on; where that changes nothing, bring the receipt to its issuer and apply the next file from there. Where no channel record is free, that container deals only with those that it knows already: give by way of one of them.',
    field: 57,
  },
  LOG_FULL: {
    number: 403,
    exit: 3,
    happened: 'The custody log of {here} for the vendor {firm} is full.',
    brief: 'The custody log of the container for that vendor is full.',
    effect: NOT_MOVED,
    remedy:
      'Bring that vendor a context of the container whose log is full, and apply the vendor’s next file there. Then run the same command again.',
    field: 57,
  },

  STORE_DAMAGED: {
    number: 501,
    exit: 4,
    happened: 'The stored state of the container in {where} is damaged: {what}.',
    effect: 'The container was not opened and nothing was written; its licenses are blocked in it.',
    remedy: 'Keep the folder as it is and send it to the vendors of the licenses.',
  },
  ANCHOR_DAMAGED: {
    number: 502,
    exit: 4,
    happened: 'The anchor in {where} cannot be used: {why}.',
    effect:
      'The container was not opened and nothing was written; without its anchor its licenses are blocked in it, and it makes no context.',
    remedy:
      'Check the disk and put the anchor file of this container back, an older one from a backup if need be: then it opens, locked, and its vendors can accept its state. Where there is none: docs/losses.md, "The anchor of a device is gone".',
  },
  STORE_WRITE_FAILED: {
    number: 503,
    exit: 5,
    happened: 'Writing to {where} failed: {why}.',
    effect: 'The change is either complete or did not happen; the next start finds out. No license is lost.',
    remedy: 'Make room or repair the disk, then run the same command again.',
  },
  CENTRAL_UNWRITTEN: {
    number: 938,
    exit: 5,
    happened: 'The database of the License Central in {where} failed: {why}.',
    effect: 'What was asked for may have happened, or not. No license is lost.',
    remedy:
      'Make room, or see what keeps the disk or the file. An order with a name (`--order`) is carried out once: run the same command again. Otherwise look first at `ferry list central:{where}` whether it happened: what is ordered once more without a name is granted once more.',
  },
  CENTRAL_UNUSABLE: {
    number: 942,
    exit: 5,
    happened: 'The database of the License Central in {where} cannot be used: {why}.',
    effect: 'The License Central was not changed, and no license is lost.',
    remedy:
      'Make room there, let this user read and write there, or end the program that keeps it locked. Then run the same command again.',
  },
  NOT_MADE: {
    number: 939,
    exit: 5,
    happened: '{what} cannot be made: writing to {where} failed: {why}.',
    effect: 'There is none yet, so no license is touched.',
    remedy: 'Choose another place, or make room and let this user write there, then run the same command again.',
  },
  CONTAINER_IN_USE: {
    number: 504,
    exit: 5,
    happened: 'The state in {where} is in use by another program (process {process}).',
    effect: NOTHING_CHANGED,
    remedy: 'Wait until it has finished, or stop it, then run the same command again.',
  },
  CONTAINER_SERVED: {
    number: 840,
    exit: 5,
    happened: 'The container in {where} is served by another program (process {process}) at {addresses}.',
    effect: NOTHING_CHANGED,
    remedy: 'Give that address instead of the folder, or stop that program and run the same command again.',
  },
  COPY_OF_SERVED: {
    number: 944,
    exit: 5,
    happened:
      '{where} seems to be a copy of the folder of a container that another program (process {process}) serves at {addresses}: the lock in it is that of another folder.',
    effect: 'Nothing was changed. A copy has no licenses of its own.',
    remedy:
      'Where the container itself is meant, give that address instead. Do not use the copy: partners refuse it, and for good where they have proof. Where the folder was moved here, such as from another disk, stop that program and run the same command again.',
  },
  NO_CONTAINER: {
    number: 505,
    exit: 5,
    happened: 'There is no container in {where}.',
    effect: NOTHING_CHANGED,
    remedy: 'Check the address. `ferry dongle create` and `ferry device create` make a container.',
    field: 201,
  },
  CONTAINER_EXISTS: {
    number: 506,
    exit: 3,
    happened: 'There is already something in {where}.',
    effect: NOTHING_CHANGED,
    remedy: 'Choose an empty folder.',
  },
  NO_CENTRAL: {
    number: 507,
    exit: 5,
    happened: 'There is no License Central in {where}.',
    effect: NOTHING_CHANGED,
    remedy: 'Check the address. `ferry central init` makes one.',
  },
  CONTAINER_INCOMPLETE: {
    number: 508,
    exit: 5,
    happened: 'Making the container in {where} was interrupted: there is no container in it yet.',
    effect: 'No license was ever in it, so none is lost.',
    remedy: 'Run the same create command again; it removes what is left and makes the container.',
  },

  ITEM_EXPIRED: {
    number: 601,
    exit: 3,
    happened: '{item} expired on {date}; for its container it is {time}.',
    effect: 'The license stays in the container but may not be used.',
    remedy: RENEW_OR_MEND,
  },
  ITEM_NOT_YET_ACTIVE: {
    number: 602,
    exit: 3,
    happened: '{item} may be used from {date} on; for its container it is {time}.',
    effect: 'The license stays in the container but may not be used yet.',
    remedy: 'Wait, or correct the clock of the device.',
  },
  USAGE_PERIOD_OVER: {
    number: 603,
    exit: 3,
    happened: 'The usage period of {item} ended on {date}; for its container it is {time}.',
    effect: 'The license stays in the container but may not be used.',
    remedy: RENEW_OR_MEND,
  },
  UNITS_EXHAUSTED: {
    number: 604,
    exit: 3,
    happened: '{item} has {left} units left; {wanted} are needed.',
    effect: NOTHING_CHANGED,
    remedy: 'Ask the vendor for more units.',
    field: 48,
  },
  NOT_USABLE_HERE: {
    number: 605,
    exit: 3,
    happened: '{item} cannot be used in {here}: {why}.',
    effect: NOTHING_CHANGED,
    remedy: '`ferry list` shows what may be used here.',
    field: 200,
  },
  MAINTENANCE_OVER: {
    number: 606,
    exit: 3,
    happened: 'The release of {date} is outside the maintenance period of {item}.',
    effect: NOTHING_CHANGED,
    remedy: 'Use a release from within the period, or ask the vendor to extend it.',
  },

  ADDRESS_WRONG: {
    number: 701,
    exit: 2,
    happened: '"{address}" is not an address that works here: {why}.',
    effect: NOTHING_CHANGED,
    remedy: 'Addresses that work here: {forms}.',
  },
  USAGE_WRONG: {
    number: 702,
    exit: 2,
    happened: '{what}.',
    effect: NOTHING_CHANGED,
    remedy: 'Add --help to the command to see how it is used.',
  },
  FILE_UNREADABLE: {
    number: 703,
    exit: 5,
    happened: 'The file {file} cannot be read: {why}.',
    effect: NOTHING_CHANGED,
    remedy: 'Check the path and its permissions, then run the same command again.',
  },
  FOLDER_UNREADABLE: {
    number: 941,
    exit: 5,
    happened: 'The folder {folder} cannot be read: {why}.',
    effect: NOTHING_CHANGED,
    remedy: 'Check the path and its permissions, and that the stick is in. Then run the same command again.',
  },
  FILE_UNWRITABLE: {
    number: 704,
    exit: 5,
    happened: 'The file {file} cannot be written: {why}.',
    effect: 'What the command did before is kept; only the file is missing.',
    remedy: 'Make room or choose another place, then run the same command again.',
  },
  DONE_IN_PART: {
    number: 705,
    exit: 6,
    happened: '{done} of {all} were done; {why}.',
    effect: 'What was done is complete; the rest is where it was.',
    remedy: 'The list above says which and why.',
  },
  PASSPHRASE_WRONG: {
    number: 706,
    exit: 3,
    happened: 'The passphrase does not open the firm keys in {where}.',
    effect: NOTHING_CHANGED,
    remedy: 'Set the right one in the environment variable FERRY_PASSPHRASE.',
  },
  SNAPSHOT_WRONG: {
    number: 707,
    exit: 3,
    happened: 'What is stored of the interrupted work {id} cannot be used: {why}.',
    effect: 'Nothing was changed; every license is where it was, held or in transit.',
    remedy: 'Look at `ferry list`, then order again with --start-over: what is in transit is found and finished.',
  },
  PACKAGE_MISSING: {
    number: 708,
    exit: 5,
    happened: '{what} needs the package {package}, which is not installed here.',
    effect: NOTHING_CHANGED,
    remedy: 'Install it beside License Ferry: `npm install {package}`.',
  },
  PACKAGE_BROKEN: {
    number: 934,
    exit: 5,
    happened: '{what} needs the package {package}, which does not work here: {why}.',
    effect: NOTHING_CHANGED,
    remedy: 'Install it anew, on this system: `npm install {package}`. It may be that it was not built for it.',
  },
  LIBRARY_MISSING: {
    number: 935,
    exit: 5,
    happened: '{what} needs the library {library} of the system, which is not installed here.',
    effect: NOTHING_CHANGED,
    remedy: 'Install it for the system, once: {fix}. `ferry doctor` says whether all is well then.',
  },
  STATE_UNUSABLE: {
    number: 936,
    exit: 5,
    happened: 'The state folder {where}, in which ferry keeps unfinished moves, cannot be used: {why}.',
    effect:
      'What was asked for is not begun; what was unfinished or in transit before still is. No license is lost or changed.',
    remedy:
      'Make room there or let this user read and write there, or name another folder in the environment variable FERRY_STATE, then run the same command again. What was kept before is found in the old folder only.',
  },
  STATE_UNKEPT: {
    number: 937,
    exit: 5,
    happened: 'Noting in the state folder {where}, in which ferry keeps unfinished moves, failed: {why}.',
    effect: 'What was asked for is in transit, or not begun; no license is lost or doubled.',
    remedy:
      'Make room there or let this user write there, then run the same command again: it finds out, and finishes what is left. FERRY_STATE in the environment names another folder, in which nothing is found of what was kept in this one.',
  },
  PASSPHRASE_MISSING: {
    number: 709,
    exit: 2,
    happened: 'The firm keys in {where} are opened by a passphrase, and none is given.',
    effect: NOTHING_CHANGED,
    remedy: 'Set it in the environment variable FERRY_PASSPHRASE.',
  },
  UPDATE_UNWRITTEN: {
    number: 710,
    exit: 5,
    happened: 'What was asked for was done, but its update file {file} could not be written: {why}.',
    effect:
      'Nothing is lost: what it put in transit is there, and every later file for the same container carries it. A License Central that is given the order again grants once more.',
    remedy: 'Have only the files written again: {again}',
  },
  PIN_NEEDED: {
    number: 714,
    exit: 2,
    happened: '{what} is needed, and none is given.',
    effect: NOTHING_CHANGED,
    remedy: 'Set it in the environment variable {variable}, or run the command at a terminal, which asks for it.',
  },
  LEFT_IN_TRANSIT: {
    number: 711,
    exit: 6,
    happened: 'The order is in transit from {from} (sequences {sequences}), but {to} does not take it: {why}',
    effect: 'What is in transit is not lost; nobody can use it before it has arrived or come back.',
    remedy: 'Mend the cause and run the same command again, or take it back with `ferry cancel`.',
  },
  LEFT_WITH_RESTORED: {
    number: 892,
    exit: 6,
    happened:
      'The order is in transit from {from} (sequences {sequences}), and the License Central there is in an earlier state, as if restored from a backup: {why}',
    effect:
      'Nothing is given twice: it gives and settles nothing more. Every license that was delivered is where it was.',
    remedy:
      'Where it was restored, say so: `{command}`. Then run the same command again; where another folder has its latest state, use that one.',
  },
  LEFT_WITH_COPY: {
    number: 891,
    exit: 6,
    happened:
      'The order is in transit from {from} (sequences {sequences}), and {copy} is not the container in its latest state, but an earlier one or a copy: {why}',
    effect: 'What is in transit is not lost; nobody can use it, and with {copy} it neither arrives nor comes back.',
    remedy:
      'Nothing mends {copy}. Where the container itself still is in its latest state, and nothing proves that it is there twice, run the same command with that one; otherwise only the vendor can help: show `ferry history`.',
  },

  STICK_GONE: {
    number: 945,
    exit: 5,
    happened: 'The memory stick at {where} is not there any more.',
    effect:
      'What was taken in before is in the container and stays there; what was not is on the stick still. No license is lost or doubled.',
    remedy:
      'Plug it in again and leave it there until it may be pulled out: the rest is done then, and the receipts are written.',
  },
  CARRIER_UNREACHABLE: {
    number: 801,
    exit: 5,
    happened: '{where} cannot be reached: {why}.',
    effect:
      'What was asked for there is not begun. What was in transit before still is; no license is lost or doubled.',
    remedy:
      'See that the other side is served, or plugged in, and the address is right, then run the same command again; `ferry status` shows what is unfinished.',
    field: 101,
  },
  CARRIER_LOST: {
    number: 802,
    exit: 5,
    happened: 'The connection to {where} broke: {why}.',
    effect: 'What was asked for is done, or not begun; no license is lost or doubled.',
    remedy:
      'Run the same command again: it finds out, and finishes what is left. If it breaks at once every time, see whether the scheme of the address is right: what is served at tls:// is reached neither at tcp:// nor at http://.',
    field: 70,
  },
  CARRIER_TIMEOUT: {
    number: 803,
    exit: 5,
    happened: '{where} did not answer within {seconds} s.',
    effect: 'What was asked for is done, or not begun; no license is lost or doubled.',
    remedy: 'See what keeps the other side, then run the same command again: it finishes what is left.',
  },
  CARRIER_SLOW: {
    number: 860,
    exit: 5,
    happened: 'The conversation with {where} takes too long: a few bytes come or go now and then.',
    effect: 'What was asked for is done, or not begun; no license is lost or doubled.',
    remedy: 'See what slows the way or the other side down, then run the same command again: it finishes what is left.',
  },
  CARRIER_GARBLED: {
    number: 804,
    exit: 5,
    happened: 'The conversation with {where} is not in the device protocol: {why}.',
    effect: 'What was asked for is done, or not begun; no license is lost or doubled.',
    remedy:
      'See that a container is served at this address and with this scheme (tcp://, tls://, http://, usbip://) and nothing alters what either side sends, then run the command again.',
  },
  CARRIER_BUSY: {
    number: 805,
    exit: 5,
    happened: '{where} is busy: somebody else has it, or it serves as many others as it can.',
    effect: NOTHING_CHANGED,
    remedy:
      'Run the same command again when the others are done. A dongle on USB is one computer’s or program’s at a time, and cannot be both sides of a move. Whoever serves it takes it back with `ferry dongle fault DIR unplug`, and then `plug`.',
  },
  CARRIER_FORBIDDEN: {
    number: 930,
    exit: 5,
    happened: 'This user may not open {where}: the system keeps {node} for others.',
    effect:
      'What was asked for there is not begun. What was in transit before still is; no license is lost or doubled.',
    remedy:
      'Let the users of this computer open dongles, once: {fix}. Then plug the dongle in again; `ferry doctor` says whether all is well. For a dongle of other ids than 1209:0001 the rule needs lines of their own.',
  },
  NO_USB: {
    number: 931,
    exit: 5,
    happened: 'This computer has no USB, as far as this program can see.',
    effect: NOTHING_CHANGED,
    remedy:
      'A virtual machine or a container has the USB of its host only where it is given to it. A dongle that another computer serves is reached at usbip://HOST:PORT/BUSID without any.',
  },
  NOTHING_FOUND: {
    number: 932,
    exit: 5,
    happened: 'There is no container in this folder or the folders in it. {dongles}.',
    brief: 'There is no container in this folder or the folders in it, and no dongle was found.',
    effect: NOTHING_CHANGED,
    remedy:
      'Plug the dongle in; where that does not help, `ferry doctor` says why. Any other container is listed by its address: `ferry list --help`. `ferry dongle create` and `ferry device create` make one.',
    field: 201,
  },
  USB_UNREADY: {
    number: 933,
    exit: 5,
    happened: '{failed} of {all} checks found what keeps a dongle on USB from being used here.',
    effect: NOTHING_CHANGED,
    remedy: 'Do what stands below each of them, then run `ferry doctor` again.',
  },
  COMMAND_NOT_OFFERED: {
    number: 806,
    exit: 3,
    happened: '{where} does not offer "{command}" here.',
    effect: NOTHING_CHANGED,
    remedy: 'Reach the container in another way, or do the same by files: ferry context, ferry issue, ferry apply.',
  },
  MESSAGE_TOO_LARGE: {
    number: 807,
    exit: 3,
    happened: 'A message of {size} bytes is too large for {where}; at most {limit} are taken.',
    effect: NOTHING_CHANGED,
    remedy: 'Move fewer items at a time.',
  },
  BODY_GONE: {
    number: 808,
    exit: 5,
    happened: '{where} no longer has what was being carried.',
    effect: 'What was asked for is done, or not begun; no license is lost or doubled.',
    remedy: 'Run the same command again.',
  },
  PROTOCOL_VERSION: {
    number: 809,
    exit: 5,
    happened: '{where} speaks version {version} of the device protocol; this program speaks version {known}.',
    brief: 'The two programs speak different versions of the device protocol.',
    effect: NOTHING_CHANGED,
    remedy: 'Update the older one of the two programs.',
  },
  PEER_REFUSED: {
    number: 810,
    exit: 3,
    happened: '{where} refused it for a reason that this program does not know, number {number}.',
    effect: NOTHING_CHANGED,
    remedy: 'Update this program: a newer one knows the reason.',
  },
  PEER_DEFECT: {
    number: 811,
    exit: 5,
    happened: '{where} met a defect of its own program.',
    effect: 'What was stored there before stays stored; no license is lost or doubled.',
    remedy: 'Look into the log of the other side, and report what stands there.',
  },
  OUTCOME_UNKNOWN: {
    number: 813,
    exit: 5,
    happened: 'The connection to {where} broke before it said whether "{command}" was carried out.',
    effect: 'It was carried out once, or not at all.',
    remedy: 'Look before repeating it: `ferry list`, `ferry order list`, `ferry check`.',
  },
  PIN_NOT_TAKEN: {
    number: 814,
    exit: 3,
    happened: '{where} takes no PIN over this way, on which others could put in what they like.',
    effect: NOTHING_CHANGED,
    remedy:
      'Reach it over tls://, over exec:ssh, or at an address that only its own computer reaches, such as --listen unix:PATH beside the others; or as sim:DIR while it is not served.',
  },
  ADDRESS_TAKEN: {
    number: 812,
    exit: 5,
    happened: 'Nothing can be served at {where}: {why}.',
    effect: NOTHING_CHANGED,
    remedy:
      'Stop what is served there, or choose another address; port 0 takes a free one. Below 1024 the system may let only its administrator serve: take a higher port.',
  },
  GADGET_UNREADY: {
    number: 815,
    exit: 5,
    happened: 'This computer cannot be a USB device now: {why}.',
    effect: NOTHING_CHANGED,
    remedy: '{help}.',
  },
  MOVE_UNFINISHED: {
    number: 841,
    exit: 5,
    happened: 'The move from {from} to {to} is not finished: {why} [{cause}]',
    effect: '{stands} No license is lost or doubled.',
    remedy: '`ferry resume {id}` finishes it. {more}',
  },
  MOVE_UNDER_WAY: {
    number: 715,
    exit: 5,
    happened: 'Another program (process {process}) is carrying out a move between the same two.',
    effect: BOTH_KEEP,
    remedy: 'Wait until it has ended; `ferry status` shows what is left then.',
  },
  MOVE_MEANT_FOR: {
    number: 890,
    exit: 3,
    happened: 'An unfinished move of the same order ({id}) was begun with {expected}; at {address} is {found} now.',
    effect: 'Nothing was ordered. What is in transit by the unfinished move still is; no license is lost or doubled.',
    remedy:
      'Finish the other move where {expected} is reached: `ferry resume {id}` with `--from` or `--to` and that address. To move as much once more between those who answer now, add `--expect "{getter}"`.',
  },
  PEER_UNEXPECTED: {
    number: 712,
    exit: 3,
    happened: 'At {address} is {found}; {expected} was expected there.',
    effect: 'Nothing was changed now. {stands}',
    remedy: 'Look with `ferry list` who is where, and use the address of the right container.{more}',
  },
  LISTING_FALSE: {
    number: 716,
    exit: 4,
    happened: 'What answers there calls itself {claimed}; its certificate is of {certified}.',
    effect: BOTH_KEEP,
    remedy:
      'Somebody may be answering in the place of that container. Type no PIN there, and reach it over `unix:` or `tls://` or where it is.',
  },
  NOTE_WRONG: {
    number: 713,
    exit: 3,
    happened: 'What was noted of how the unfinished move {id} was begun cannot be used: {why}.',
    effect: 'Nothing was changed; every license is where it was, held or in transit.',
    remedy:
      'Name both its sides, `ferry resume ID --from ADDRESS --to ADDRESS`, or type the same `ferry move` again; `ferry status` shows what is in transit.',
  },
  NOTE_EXPOSED: {
    number: 861,
    exit: 3,
    happened:
      'The note of an unfinished move names a program to start, and {file} may be written by others: it was not started.',
    effect: 'Nothing was changed; every license is where it was, held or in transit.',
    remedy:
      'Let nobody else write there (`chmod go-w`), look at the addresses in the note, or type the same `ferry move` with its addresses again.',
  },
  CONFORMANCE_FAILED: {
    number: 720,
    exit: 3,
    happened: '{container} does not conform: {failed} of {all} cases failed.',
    effect:
      'What the cases wrote stays in the container; a container that failed is not for licenses that are worth something.',
    remedy: 'The report says for every case what was expected and what was found; `--case` runs one of them alone.',
  },
  CONFORMANCE_UNSUITED: {
    number: 721,
    exit: 3,
    happened: 'The container {where} cannot be tested: {why}.',
    effect: 'No case was run; the container took one channel record at most.',
    remedy:
      'Use a container that was made for testing: certified under the TEST root, unlocked, with room, and in which others have nothing.',
  },
  REQUEST_WRONG: {
    number: 830,
    exit: 2,
    happened: '{where} does not take the HTTP request: {why}.',
    effect: NOTHING_CHANGED,
    remedy: 'Compare the request with docs/device-service.md, and send it as it is shown there.',
  },
  REQUEST_FORBIDDEN: {
    number: 831,
    exit: 3,
    happened: '{where} refuses the HTTP request: {why}.',
    effect: NOTHING_CHANGED,
    remedy:
      'Send it from a program, not from a page of another site; a name under which the service is to be reached is allowed with `--http-name NAME`.',
  },
  PAIRING_NEEDED: {
    number: 820,
    exit: 3,
    happened: '{where} is not paired with this computer.',
    effect: NOTHING_CHANGED,
    remedy: 'Serve it with --pair, and run here: ferry pair {where} --code CODE, with the code that it shows.',
  },
  PAIRING_WRONG: {
    number: 821,
    exit: 3,
    happened: 'The pairing code is not that of {where}.',
    effect: 'Nothing was changed. After three wrong codes the other side takes none until it is served anew.',
    remedy: 'Type the code that the other side shows. If it is the right one, somebody is in between: do not go on.',
  },
  PAIRING_CLOSED: {
    number: 822,
    exit: 3,
    happened: '{where} takes no pairing code now.',
    effect: NOTHING_CHANGED,
    remedy: 'A code works once. Serve the container anew with --pair, and use the new code.',
  },
  PEER_CHANGED: {
    number: 823,
    exit: 3,
    happened: '{where} is not the one that this computer was paired with: it shows another certificate.',
    effect: 'Nothing was sent to it, and nothing was changed.',
    remedy:
      'Somebody may be in between. If the container was replaced or made anew: ferry pair --forget {where}, then pair again.',
  },
  PAIRING_CODE_MISSING: {
    number: 824,
    exit: 2,
    happened: 'There is no pairing code of four groups of five letters.',
    effect: NOTHING_CHANGED,
    remedy: 'Give the code that the other side shows: --code XXXXX-XXXXX-XXXXX-XXXXX, or in FERRY_PAIRING_CODE.',
  },
  OWNER_NOT_OVER_HTTP: {
    number: 851,
    exit: 3,
    happened: 'What only the owner of a container may do does not go over http://, so not at {where}.',
    effect: NOTHING_CHANGED,
    remedy:
      'Reach it over tls://, over exec:ssh, or on its own computer. Over http:// it is listed, makes contexts and takes updates.',
  },
  OTHER_KIND: {
    number: 850,
    exit: 2,
    happened: 'In {where} is a {found}, not a {expected}.',
    effect: NOTHING_CHANGED,
    remedy: 'Use {instead}.',
  },
  WORKING_FOLDER_GONE: {
    number: 900,
    exit: 5,
    happened: 'The folder in which this command was started was deleted.',
    effect: 'What was stored before stays stored; nothing is lost.',
    remedy: 'Go to a folder that is there (`cd`), then run the same command again.',
  },
  OUTPUT_REFUSED: {
    number: 901,
    exit: 3,
    happened: 'Nothing is written to {place}: {why}.',
    effect: 'Nothing was changed, and what is there is left as it is.',
    remedy:
      'Choose another place: a file that is not there yet, in a folder that is, or a folder, folder:DIR, which is made where the folder above it is there.',
  },
  USE_ELSEWHERE: {
    number: 902,
    exit: 3,
    happened: 'Licenses are used on the device that they are in, not at {where}.',
    effect: NOTHING_CHANGED,
    remedy:
      'Run it on the device itself: at unix:PATH, where its container is served, or at sim:DIR. `ferry list` works here.',
  },
  FIRM_UNKNOWN: {
    number: 904,
    exit: 3,
    happened: 'There is no firm {firm} in {here}.',
    effect: NOTHING_CHANGED,
    remedy: 'Its firms are: {firms}. Name one of these, by its Firm Code.',
  },
  NOTHING_TO_BRING: {
    number: 920,
    exit: 3,
    happened:
      'There is nothing to bring from {from} to {target}: no license in transit, no list, and no question for the time.',
    effect: 'Nothing was changed, and no file was written.',
    remedy:
      'Name with --item what to grant. For the certified time bring a fresh context first: `ferry context ADDRESS --for {central}`, then `ferry settle {central} FILE`.',
  },
  LICENSE_UNKNOWN: {
    number: 921,
    exit: 3,
    happened: 'The id "{id}", or the beginning of one, means {found} here.',
    effect: NOTHING_CHANGED,
    remedy: '`ferry list central:DIR` shows the ids; type as much of one as tells it from the others.',
    field: 200,
  },
  MOVE_UNKNOWN: {
    number: 922,
    exit: 3,
    happened: 'No unfinished move is called {id}.',
    effect: NOTHING_CHANGED,
    remedy: '`ferry status` shows the ids. One that is not shown there is over, or was forgotten.',
  },
  ORDER_NAME_USED: {
    number: 923,
    exit: 3,
    happened: 'An order of the name "{order}" was carried out with other licenses or for another container.',
    effect: 'Nothing was granted now; what that order granted stays.',
    remedy: 'Give this order a name of its own: --order. Just as it was, the earlier one can be repeated.',
  },
  CONTEXT_USED: {
    number: 924,
    exit: 3,
    happened: 'Other licenses were granted for this context already.',
    effect: 'Nothing was granted now; what was granted for it stays.',
    remedy: 'For other licenses bring a new context, made by `ferry context ADDRESS --for central:DIR`.',
  },
  PIN_SET: {
    number: 925,
    exit: 3,
    happened: 'A PIN is set for {here} already.',
    effect: NOTHING_CHANGED,
    remedy: 'To change it: `ferry pin change`.',
  },
  NOTHING_PARKED: {
    number: 926,
    exit: 5,
    happened: 'In the folder {folder} is {what}.',
    effect: NOTHING_CHANGED,
    remedy:
      'See that it is the right folder and the stick is in. Contexts are written there by `ferry context ADDRESS --for ISSUER -o folder:DIR`, update files by `ferry issue`; then run the same command again.',
  },
  STORE_UNOPENED: {
    number: 903,
    exit: 5,
    happened: 'The container in {where} cannot be opened: writing there failed: {why}.',
    effect: 'What was asked for is not begun; no license is lost or changed.',
    remedy:
      'Looking at a container writes, too: which program has it open, and that its last change is kept. Make room there or let this user write there, then run the same command again.',
  },
  PAIRING_DAMAGED: {
    number: 825,
    exit: 4,
    happened: 'The pairing file {where} cannot be understood.',
    effect: NOTHING_CHANGED,
    remedy: 'Delete that file and pair again.',
  },
  EPOCH_NEEDED: {
    number: 880,
    exit: 3,
    happened: 'This License Central was restored from a backup, and firm {firm} has not heard of {target} since.',
    effect: 'Nothing was changed. What is in transit to it stays in transit, and what it holds stays with it.',
    remedy:
      'Bring a fresh context of the container for that firm, behind which its channel begins anew: `ferry context DEVICE --for {firm}`, then `ferry settle`.',
  },
  REVOCATIONS_FULL: {
    number: 882,
    exit: 3,
    happened: '{list} has {limit} containers on it, as many as a list may have.',
    effect: NOTHING_CHANGED,
    remedy: 'Take those off that are long gone: `ferry central revoked`, then `ferry central revoke --lift`.',
  },
  TARGET_REVOKED: {
    number: 888,
    exit: 3,
    happened: '{target} is on the list of firm {firm}: it is given none of its licenses.',
    effect: BOTH_KEEP,
    remedy:
      'Give them to another container; what is in transit to this one is called back by `ferry cancel`. If it is to be trusted again, its vendor takes it off the list: `ferry central revoke DIR {target} --firm {firm} --lift`.',
  },
  CENTRAL_ROLLED_BACK: {
    number: 894,
    exit: 3,
    happened:
      'This License Central is in an earlier state than {partner} has seen of firm {firm}, as if it was restored from a backup.',
    effect:
      'For this firm it gives and settles nothing more, so that nothing is given twice. Every license that was delivered is where it was; the signed evidence is kept here.',
    remedy:
      'Where this folder was restored, say so: `ferry central restored DIR --firm {firm}`, then bring fresh contexts; nothing is wrong with {partner} by that. Where another folder has the latest state, use that one.',
  },
  FIRM_WITHDRAWN: {
    number: 893,
    exit: 3,
    happened: 'The root has withdrawn the key of firm {firm}: it is on the list of the root.',
    effect:
      'Nothing was granted or changed. What the firm granted stays usable where it is, and goes nowhere from there where that list has come.',
    remedy:
      'Grant from a new License Central of this Firm Code, whose key is certified anew (docs/losses.md, "The root has withdrawn the key of a firm"). If it was a mistake, take the key off the list: `ferry central revoked`, then `ferry central revoke DIR KEY --root --lift`.',
  },
  WRITE_OFF_OWN: {
    number: 889,
    exit: 3,
    happened: 'What a License Central granted by itself is not written off: nothing went off its hands.',
    effect: NOTHING_CHANGED,
    remedy:
      'Cancel what is in transit to {target}, so that it refuses it if it is met again: `ferry cancel central:DIR --to {target}`. No receipt is needed: grant it anew to another container.',
  },
  WRITE_OFF_NOTHING: {
    number: 884,
    exit: 3,
    happened: 'Of firm {firm} nothing is in transit from {from} to {target} that could be written off: {why}.',
    effect: 'Nothing was written off, and no list was changed.',
    remedy:
      'What a lost container held is lost with it: grant it anew where you decide so, and put the lost one on the list by `ferry central revoke`, so that it counts if it is met again. If {from} gave it something since, bring a fresh context of {from} first.',
  },
  WRITE_OFF_SWAPPED: {
    number: 885,
    exit: 3,
    happened: 'It is {target} that has something in transit, by its own word, and not {from}.',
    effect: 'Nothing was written off, and no list was changed.',
    remedy:
      'If {target} gave and {from} is lost, name them the other way round: --from {target} --target {from}. If {target} is lost, bring a fresh context of {from} first, which shows what it gave.',
  },
  WRITE_OFF_BEYOND: {
    number: 886,
    exit: 3,
    happened:
      'All that {from} told to be in transit is known, and sequence {last} is the last of it to {target}, not {through}.',
    effect: 'Nothing was written off, and no list was changed.',
    remedy: 'Write off up to there: --through {last}. If {from} gave more since, bring a fresh context of it first.',
  },
  WRITE_OFF_UNTOLD: {
    number: 887,
    exit: 3,
    happened: 'It is not known what {from} has in transit to {target}: {why}.',
    effect: 'Nothing was written off, and no list was changed.',
    remedy:
      'Bring a fresh context of {from}, which names all whom it ever gave something: `ferry context ADDRESS --for central:DIR -o FILE`, then `ferry settle central:DIR FILE`. Then run the same command again.',
  },
  CENTRAL_DAMAGED: {
    number: 883,
    exit: 4,
    happened: 'The database of the License Central in {where} is damaged: {what}.',
    effect: 'Nothing was granted or changed. Every license that was delivered is where it was.',
    remedy: 'Keep the folder as it is. Put the newest backup into a new one, then run `ferry central restored` there.',
  },
  FIRM_KEYS_DAMAGED: {
    number: 946,
    exit: 4,
    happened: 'The keys of firm {firm} in this License Central cannot be opened: what is stored of them is damaged.',
    effect: 'Nothing of this firm was granted or changed. Every license that was delivered is where it was.',
    remedy:
      'Its other firms go on. For this one keep the folder as it is, put the newest backup into a new one, then run `ferry central restored` there.',
  },
  CENTRAL_OUTDATED: {
    number: 881,
    exit: 5,
    happened: 'The License Central in {where} has tables of version {version}; this program uses version {known}.',
    effect: NOTHING_CHANGED,
    remedy: 'Make a new one in a new folder: `ferry central init`. Only the program that made the old one reads it.',
  },
} as const satisfies Record<string, CatalogueEntry>;
