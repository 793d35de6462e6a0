import { toHex } from '../../container/model/bytes.ts';

/** A case found the container to do something else than the protocol says. */
export class CaseFailure extends Error {
  /** What was looked at. */
  readonly what: string;
  readonly expected: string;
  readonly actual: string;

  constructor(what: string, expected: unknown, actual: unknown) {
    const [wanted, found] = [shown(expected), shown(actual)];
    super(`${what}: expected ${wanted}, actual ${found}`);
    this.name = 'CaseFailure';
    this.what = what;
    this.expected = wanted;
    this.actual = found;
  }
}

/** A case cannot be carried out on this container, for a reason that is no fault of it. */
export class CaseSkipped extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'CaseSkipped';
  }
}

/** Characters of a value that a failure shows at most. */
const SHOWN = 200;

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(plain(value));
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
}

/** A value as JSON can hold it: bytes as hexadecimal text. */
function plain(value: unknown): unknown {
  if (value === undefined) return 'nothing';
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

/** Both values are the same through and through; a failure names the first part that differs. @throws CaseFailure */
export function same(what: string, actual: unknown, expected: unknown): void {
  const found = difference(plain(actual), plain(expected), what);
  if (found !== undefined) throw new CaseFailure(found.what, found.expected, found.actual);
}

/** @throws CaseFailure unless it holds */
export function holds(isTrue: boolean, what: string, expected: unknown, actual: unknown): void {
  if (!isTrue) throw new CaseFailure(what, expected, actual);
}

/** A value that has to be there. @throws CaseFailure */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new CaseFailure(what, 'a value', 'none');
  return value;
}

interface Difference {
  readonly what: string;
  readonly actual: unknown;
  readonly expected: unknown;
}

function difference(actual: unknown, expected: unknown, what: string): Difference | undefined {
  if (!isObject(actual) || !isObject(expected))
    return actual === expected ? undefined : { what, actual: actual ?? 'nothing', expected: expected ?? 'nothing' };
  if (Array.isArray(actual) && Array.isArray(expected) && actual.length !== expected.length)
    return { what, actual, expected };
  for (const name of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const found = difference(actual[name], expected[name], `${what}, ${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
