import * as v from 'valibot';
import { CATALOGUE, type Details, type ErrorCode, FerryError } from '../container/errors.ts';

/** Why work ended badly, as it is kept in a machine: a code of the catalogue and its details, never a text. */
export interface Failure {
  readonly code: ErrorCode;
  readonly details: Details;
}

export const failureSchema = v.object({
  code: v.picklist(Object.keys(CATALOGUE) as ErrorCode[]),
  details: v.record(v.string(), v.union([v.string(), v.number()])),
});

/** The failure behind an explained error; any other error is a defect and is thrown on. */
export function failureOf(error: unknown): Failure {
  if (!isExplained(error)) throw error;
  return { code: error.code, details: error.details };
}

/** Whether an error is in the catalogue. Machines handle only these; a defect ends them with itself. */
export function isExplained(error: unknown): error is FerryError {
  return error instanceof FerryError;
}

/** Whether a failure says that something was unreachable or broke off, so that the same work may simply be run again. */
export function isInterruption(failure: Failure): boolean {
  return CATALOGUE[failure.code].exit === 5;
}
