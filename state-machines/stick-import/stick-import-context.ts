import * as v from 'valibot';
import { deferralSchema, entryOutcomeSchema } from '../entry-outcome.ts';
import { type Failure, failureSchema } from '../failure.ts';
import type { ImportReport } from '../update-import/import-report.ts';
import type { WantedLicenses } from './wanted-licenses.ts';

/** A file that was copied from a stick, or is to be written to one. */
export interface KeptFile {
  /** Its name on the stick. */
  readonly file: string;
  /** Hash of its envelope, by which it is found again. */
  readonly hash: string;
}

export interface CopiedFile {
  readonly file: string;
  /** Null where it is nothing new: then it is read from the stick again. */
  readonly hash: string | null;
}

/** What a stick has for a container. */
export interface CopiedStick {
  /** Update files for the container; with their hashes where they were copied. */
  readonly updates: readonly CopiedFile[];
  /** Update files that cannot be read, so that nobody knows for whom they are. */
  readonly unreadable: readonly { readonly file: string; readonly failure: Failure }[];
  /** Update files for other containers. */
  readonly foreign: number;
  readonly hidden: number;
  /** Files that were not looked at, since there are too many. */
  readonly leftOut: number;
  /** Whether something lies there that the container does not know yet. */
  readonly isNews: boolean;
  readonly wanted: WantedLicenses;
}

/** What became of the files of a stick. */
export interface TakenStick {
  readonly report: ImportReport;
  /** Receipts that are to be written to the stick. */
  readonly answers: readonly KeptFile[];
}

export interface StickImportContext {
  readonly copied: CopiedStick | null;
  readonly taken: TakenStick | null;
  /** Why it did not go on. */
  readonly failure: Failure | null;
}

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
export const keptFileSchema = v.object({ file: v.string(), hash });
const copiedStick = v.object({
  updates: v.array(v.object({ file: v.string(), hash: v.nullable(hash) })),
  unreadable: v.array(v.object({ file: v.string(), failure: failureSchema })),
  foreign: v.number(),
  hidden: v.number(),
  leftOut: v.number(),
  isNews: v.boolean(),
  wanted: v.object({ isWanted: v.boolean(), certificates: v.array(v.string()) }),
});
const importedFile = v.object({
  file: v.string(),
  issuer: v.nullable(v.string()),
  state: v.picklist(['applied', 'known', 'deferred', 'refused']),
  entries: v.array(entryOutcomeSchema),
  deferral: v.nullable(deferralSchema),
  failure: v.nullable(failureSchema),
});
const writtenReceipt = v.object({
  issuer: v.string(),
  file: v.nullable(v.string()),
  isNew: v.boolean(),
  failure: v.nullable(failureSchema),
});
const takenStick = v.object({
  report: v.object({
    serial: v.string(),
    files: v.array(importedFile),
    receipts: v.array(writtenReceipt),
    foreign: v.number(),
    hidden: v.number(),
    interruption: v.nullable(failureSchema),
  }),
  answers: v.array(keptFileSchema),
});

/** What the context of a stored import has to be. */
export const stickImportContextSchema: v.GenericSchema<unknown, StickImportContext> = v.object({
  copied: copiedStick,
  taken: v.nullable(takenStick),
  failure: v.nullable(failureSchema),
});
