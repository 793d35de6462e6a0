/** Bounds of the format and of the rules. They are part of the protocol: changing one is a new format version. */
export const FORMAT = {
  /** Bytes of a whole context or update file before armor. */
  fileBytes: 2 * 1024 * 1024,
  /** Product Items in one entry. */
  entryItems: 64,
  /** Bytes of one entry. */
  entryBytes: 128 * 1024,
  /** Entries in transit on one channel. */
  pendingEntries: 1024,
  /** Signed transfer records through which a holding came. */
  custodyRecords: 16,
  /** Refused sequences that a channel remembers until the issuer has settled them. */
  refusedEntries: 64,
  /** Orders that a channel remembers after they are settled, so that a repeated call is answered, not done again. */
  rememberedOrders: 8,
  /** Entries that one file carries at most. */
  fileEntries: 1024,
  /** Certificates that one file carries at most. */
  fileCertificates: 256,
  /** Tries that a PIN has. */
  pinTries: 8,
  /** Bytes of a PIN in UTF-8. */
  pinBytes: 64,
  /** Challenges for certified time that are open for one issuer. */
  timeChallenges: 4,
  /** Keys in one list of revocations. */
  revokedKeys: 1024,
  /** Notices that one file carries at most. */
  fileNotices: 16,
  /** Work orders that are armed at a time. */
  armedOrders: 16,
  /** Product Items in a work order. */
  orderItems: 64,
  /** Targets that one work order names, and that it serves. */
  orderTargets: 1024,
} as const;

/**
 * The smallest `largestRecord` that a container of each kind offers: what an issuer that knows only the certificate may
 * rely on. Bytes.
 */
export const LEAST_LARGEST_RECORD = { dongle: 32 * 1024, soft: 256 * 1024, cloud: 256 * 1024 } as const;

/** Bytes that a PIN has in UTF-8 at least. */
export const LEAST_PIN_BYTES = 4;

/** Channel records kept free for the owner's choice: a stranger's context request cannot take them. */
export const RESERVED_CHANNELS = 8;

/** The bounds of one container, fixed when it is created. */
export interface ContainerLimits {
  /** Bytes that all stored objects together may take by what files bring and anybody asks for, evidence apart. */
  readonly capacity: number;
  /** Bytes beyond the capacity for what the owner does: of a container that is filled with licenses, some can still be given on. */
  readonly ownerRoom: number;
  /** Bytes kept free for evidence, so that a full container can still keep some. */
  readonly evidence: number;
  /** Bytes of the largest update file that this container takes. */
  readonly largestRecord: number;
  /** Bytes of the largest journal record. */
  readonly journalRecord: number;
  /** Partners with whom it keeps channels. */
  readonly channels: number;
  /** Channel records that contexts have reserved and that nothing came of yet. */
  readonly unusedChannels: number;
  /** Custody log entries kept for one firm until the firm knows them. */
  readonly logEntries: number;
}

const CHANNELS = { dongle: 1024, soft: 8192, cloud: 8192 } as const;

/** Bytes of an unused channel record with the certificate of its issuer, in round numbers. */
const UNUSED_CHANNEL = 1024;

/**
 * The limits that a journal bank of `bankBytes` gives a container: an eighth for one update file, twice that kept
 * free for the journal's tail, a thirty-second for evidence, the rest for what is stored. Of that, an eighth is for the owner alone,
 * and another one bounds what contexts for strangers take.
 *
 * @see docs/protocol.md, "Memory"
 */
export function limitsOfBank(kind: keyof typeof CHANNELS, bankBytes: number): ContainerLimits {
  const eighth = Math.min(FORMAT.fileBytes, Math.floor(bankBytes / 8 / 4096) * 4096);
  const largestRecord = Math.max(LEAST_LARGEST_RECORD[kind], eighth);
  const journalRecord = 2 * largestRecord + 4096;
  const evidence = Math.min(64 * 1024, Math.floor(bankBytes / 32));
  const stored = bankBytes - journalRecord - evidence - SNAPSHOT_FIXED_BYTES;
  const ownerRoom = Math.max(0, Math.min(16 * 1024, Math.floor(stored / 8)));
  return {
    capacity: stored - ownerRoom,
    ownerRoom,
    evidence,
    largestRecord,
    journalRecord,
    channels: CHANNELS[kind],
    unusedChannels: Math.max(4, Math.min(16, Math.floor(stored / 8 / UNUSED_CHANNEL))),
    logEntries: 4096,
  };
}

/** Bytes of a snapshot that holds nothing: keys, counters, certificate. */
export const SNAPSHOT_FIXED_BYTES = 2048;
