import * as v from 'valibot';
import { jsonIn } from './json-in.ts';

const MOST_CONTAINERS = 10_000;

const serialsDocument = v.pipe(
  v.array(v.pipe(v.string(), v.regex(/^\d{1,5}-\d{1,10}$/))),
  v.maxLength(MOST_CONTAINERS),
);

/** The serial numbers that a device service lists; undefined when it is no such list. */
export function serialsIn(bytes: Uint8Array): readonly string[] | undefined {
  const read = v.safeParse(serialsDocument, jsonIn(bytes));
  return read.success ? read.output : undefined;
}
