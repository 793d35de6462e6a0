import type { ApplyReport } from '../../container/commands/apply.ts';
import { encodeBase64 } from '../../container/files/base64.ts';
import { toHex } from '../../container/model/bytes.ts';

/** A value of a message as JSON can hold it: bytes as hexadecimal text. */
export function jsonOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, jsonOf(part)]));
}

/** What a file did, for scripts; the receipt is a whole file, so it is base64. */
export function jsonOfReport({ receipt, ...report }: ApplyReport): object {
  return { ...report, receipt: encodeBase64(receipt) };
}
