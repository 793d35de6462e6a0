import * as v from 'valibot';
import { boundedDetails, errorOf } from '../../container/commands/device/failure-message.ts';
import type { FerryError } from '../../container/errors.ts';
import { jsonIn } from './json-in.ts';

const MOST_BYTES = 64 * 1024;

const errorDocument = v.object({
  number: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffff)),
  details: v.optional(v.record(v.string(), v.union([v.string(), v.number()])), {}),
});

/**
 * The error that a device service told, by its number; its words are not believed, those of the catalogue are used.
 *
 * @param where the service
 * @returns undefined when it is no such document
 */
export function errorIn(bytes: Uint8Array, where: string): FerryError | undefined {
  if (bytes.length > MOST_BYTES) return undefined;
  const read = v.safeParse(errorDocument, jsonIn(bytes));
  if (!read.success) return undefined;
  const { number, details } = read.output;
  return errorOf({ number, details: boundedDetails(details) }, where);
}
