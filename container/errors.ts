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
  /** What it means for the licenses. */
  readonly effect: string;
  /** What to do next. */
  readonly remedy: string;
  readonly field?: number;
}

const NOTHING_CHANGED = 'Nothing was changed.';
const BOTH_KEEP = 'Nothing was changed; every license is where it was.';

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
    effect: NOTHING_CHANGED,
    remedy: 'Use a newer version of this program, or have the file issued in the older format.',
  },
  FILE_KIND: {
    number: 104,
    exit: 4,
    happened: 'This is {found}; {expected} is needed here.',
    effect: NOTHING_CHANGED,
    remedy: 'Choose the other file; `ferry inspect FILE` says what is in one.',
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
    effect: NOTHING_CHANGED,
    remedy: 'The sender is not a certified party of this system. Ask your vendor where the file comes from.',
  },
  CERTIFICATE_OTHER_ROOT: {
    number: 109,
    exit: 4,
    happened: 'The certificate of {who} hangs on another root ({found}) than this container trusts ({pinned}).',
    effect: NOTHING_CHANGED,
    remedy: 'Simulated (TEST) and production containers never mix. Use parties of the same root.',
  },
  CERTIFICATE_REVOKED: {
    number: 110,
    exit: 4,
    happened: 'The certificate of {who} was revoked.',
    effect: NOTHING_CHANGED,
    remedy: 'Ask your vendor for a replacement.',
  },
  NOT_ADDRESSED: {
    number: 111,
    exit: 4,
    happened: 'The file is for {wanted}, not for {here}.',
    effect: NOTHING_CHANGED,
    remedy: 'Take the file to the container it names, or have one issued for this container.',
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
    effect: NOTHING_CHANGED,
    remedy: 'Have the file issued again; if it happens again, the issuer is faulty: tell your vendor.',
  },

  UPDATE_GAP: {
    number: 201,
    exit: 3,
    happened: 'The update {first} to {last} comes too early: {missing} must be applied before it.',
    effect: NOTHING_CHANGED,
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
  UPDATE_EPOCH: {
    number: 203,
    exit: 3,
    happened: 'The update belongs to epoch {found} of its channel; this container is in epoch {known}.',
    effect: NOTHING_CHANGED,
    remedy: 'Bring the issuer a fresh context of this container.',
  },
  PARTNER_ROLLED_BACK: {
    number: 204,
    exit: 3,
    happened: '{partner} was set back to an earlier state or copied: {why}.',
    effect: 'Nothing new is taken from it or given to it; signed evidence, where there is any, is kept here.',
    remedy: 'Tell your vendor; show `ferry history`.',
  },
  SELF_ROLLED_BACK: {
    number: 205,
    exit: 3,
    happened: '{partner} has proof that this container was set back to an earlier state or copied.',
    effect: 'This container issues nothing any more; what it holds stays in it. The signed evidence is kept.',
    remedy: 'Tell your vendor; show `ferry history`.',
  },
  CONTAINER_LOCKED: {
    number: 206,
    exit: 3,
    happened: 'The container {here} is locked: its state does not match its anchor.',
    effect: 'Its licenses stay visible but cannot be used, moved or changed.',
    remedy: 'Send its context file to the vendors of its licenses; this version cannot unlock it.',
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
    effect: NOTHING_CHANGED,
    remedy: 'Show the issuer by its certificate: give its address or its certificate file.',
  },
  TARGET_UNKNOWN: {
    number: 219,
    exit: 3,
    happened: 'The container {target} is not known to {here}.',
    effect: NOTHING_CHANGED,
    remedy: 'Bring a context file of that container, or its certificate.',
    field: 201,
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
    remedy: 'Bring a fresh context of {where}, made for this vendor; then the order becomes possible.',
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
    happened: 'The container {target} is locked: its state does not match its anchor, and it takes no file.',
    effect: BOTH_KEEP,
    remedy: 'Choose another target. What is in transit to this one stays visible; tell your vendor.',
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
    effect: 'The entry was refused; what it carried goes back to the issuer with the receipt.',
    remedy: 'Tell the vendor.',
  },
  CUSTODY_WRONG: {
    number: 303,
    exit: 3,
    happened: 'The signed way of a license from its vendor to here has a hole: {why}.',
    effect: 'The entry was refused; what it carried goes back to the issuer with the receipt.',
    remedy: 'Tell the vendor.',
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

  MEMORY_FULL: {
    number: 401,
    exit: 6,
    happened: 'The memory of {here} is full: {needed} bytes are needed, {free} are free.',
    effect: 'What did not fit waits at the issuer, in transit; nothing is lost.',
    remedy: 'Return or withdraw something, settle what is in transit, then apply the same file again.',
    field: 58,
  },
  TABLE_FULL: {
    number: 402,
    exit: 6,
    happened: 'A table of {here} is full: {what}.',
    effect: 'What did not fit waits at the issuer, in transit; nothing is lost.',
    remedy: 'Bring the receipt to the issuer and apply its next file; that frees the table.',
    field: 57,
  },
  LOG_FULL: {
    number: 403,
    exit: 6,
    happened: 'The custody log of {here} for the vendor {firm} is full.',
    effect: 'What did not fit waits at the issuer, in transit; nothing is lost.',
    remedy: 'Bring the vendor a context of this container and apply the vendor’s next file.',
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
    happened: 'The anchor in {where} cannot be read.',
    effect: 'The container was not opened and nothing was written; its licenses are blocked in it.',
    remedy: 'Check the disk and put the anchor file back. If it is lost, ask the vendors of the licenses.',
  },
  STORE_WRITE_FAILED: {
    number: 503,
    exit: 5,
    happened: 'Writing to {where} failed: {why}.',
    effect: 'The change is either complete or did not happen; the next start finds out. No license is lost.',
    remedy: 'Make room or repair the disk, then run the same command again.',
  },
  CONTAINER_IN_USE: {
    number: 504,
    exit: 5,
    happened: 'The state in {where} is in use by another program (process {process}).',
    effect: NOTHING_CHANGED,
    remedy: 'Wait until it has finished, or stop it, then run the same command again.',
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
    happened: '{item} expired on {date}.',
    effect: 'The license stays in the container but may not be used.',
    remedy: 'Ask the vendor to renew it: a container does not forget how late it has been.',
  },
  ITEM_NOT_YET_ACTIVE: {
    number: 602,
    exit: 3,
    happened: '{item} may be used from {date} on.',
    effect: 'The license stays in the container but may not be used yet.',
    remedy: 'Wait, or correct the clock of the device.',
  },
  USAGE_PERIOD_OVER: {
    number: 603,
    exit: 3,
    happened: 'The usage period of {item} ended on {date}.',
    effect: 'The license stays in the container but may not be used.',
    remedy: 'Ask the vendor to renew it.',
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
    remedy: 'Addresses are sim:DIR for a container, folder:DIR for parked files and central:DIR for a License Central.',
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
    happened: 'The order was carried out, but its update file {file} could not be written: {why}.',
    effect: 'The licenses are in transit and nothing is lost; giving the order again could give them twice.',
    remedy: 'Have only the files written again: {again}',
  },
  LEFT_IN_TRANSIT: {
    number: 711,
    exit: 6,
    happened: 'The order is in transit from {from} (sequences {sequences}), but {to} does not take it: {why}',
    effect: 'What is in transit is not lost; nobody can use it before it has arrived or come back.',
    remedy: 'Mend the cause and run the same command again, or take it back with `ferry cancel`.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof CATALOGUE;
export type Details = Readonly<Record<string, string | number>>;

/** A rule's answer when it says no. */
export interface Refusal {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly details: Details;
}

export function refuse(code: ErrorCode, details: Details = {}): Refusal {
  return { ok: false, code, details };
}

/** The catalogue's words for an error, with its details filled in. */
export interface Explanation {
  readonly code: ErrorCode;
  readonly number: number;
  readonly exit: number;
  readonly happened: string;
  readonly effect: string;
  readonly remedy: string;
  readonly field?: number;
}

export function explain(code: ErrorCode, details: Details = {}): Explanation {
  const entry: CatalogueEntry = CATALOGUE[code];
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? `(${name})`));
  return {
    code,
    number: entry.number,
    exit: entry.exit,
    happened: fill(entry.happened),
    effect: fill(entry.effect),
    remedy: fill(entry.remedy),
    ...(entry.field === undefined ? {} : { field: entry.field }),
  };
}

/** What happened in one sentence, where no details are at hand. */
export function summary(code: ErrorCode): string {
  return CATALOGUE[code].happened.replace(/ \([^)]*\{[^)]*\)|: \{\w+\}/g, '');
}

/** The code with that number; undefined when a newer program refused for a reason that this one does not know. */
export function codeOfNumber(number: number): ErrorCode | undefined {
  return (Object.keys(CATALOGUE) as ErrorCode[]).find((code) => CATALOGUE[code].number === number);
}

/** A refusal on its way to the edge. */
export class FerryError extends Error {
  readonly code: ErrorCode;
  readonly details: Details;

  constructor(code: ErrorCode, details: Details = {}, options?: ErrorOptions) {
    super(explain(code, details).happened, options);
    this.name = 'FerryError';
    this.code = code;
    this.details = details;
  }
}

/** A broken invariant: a defect of this program, never the user's fault. */
export class Defect extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Defect';
  }
}
