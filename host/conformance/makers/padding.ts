import { Defect } from '../../../container/errors.ts';
import { ENTRY_KINDS, entry } from '../../../container/files/entries.ts';
import { certifyFirm } from '../../../container/files/test-root.ts';
import { FORMAT } from '../../../container/model/limits.ts';
import { newFirm } from './parties.ts';
import type { TestFirm } from './test-firm.ts';

/** An entry with so many bytes of a body that means nothing; it is meant to be cancelled. */
export function padding(firm: TestFirm, bytes: number): Uint8Array {
  const salt = firm.tools.env.random(16);
  return entry.encode({ version: 1, kind: ENTRY_KINDS.add, salt, body: new Uint8Array(bytes) });
}

/** Length of a firm's name from which a certificate can become a few bytes shorter or longer, its heads staying the same. */
const MIDDLE_NAME = 48;

/**
 * Issues cancelled entries, which the file carries whole, and shows one certificate more than needed, so that the file of
 * all that is in transit has exactly so many bytes.
 */
export function fileOfSize(firm: TestFirm, size: number): Uint8Array {
  const first = firm.issued + 1;
  const { crypto, env, root } = firm.tools;
  const { key } = newFirm(firm.tools, firm.firmCode);
  const sealingKey = crypto.x25519PublicKey(env.random(32));
  const file = (nameLength: number): Uint8Array => {
    const entries = Array.from({ length: firm.issued - first + 1 }, (_, at) => firm.entryAt(first + at));
    const name = 'x'.repeat(nameLength);
    const certificates = [certifyFirm(crypto, root, { firmCode: firm.firmCode, key, sealingKey, name })];
    return firm.file({ first, body: { entries, certificates } });
  };
  const left = (): number => size - file(MIDDLE_NAME).length;
  const add = (bytes: number): void => firm.cancel(firm.issueRaw(padding(firm, bytes)));
  const before = left();
  add(1024);
  const frame = before - left() - 1024;
  const most = FORMAT.entryBytes - 64;
  while (left() > most) add(Math.min(most, left() - 4096));
  add(left() - frame);
  const whole = file(MIDDLE_NAME + left());
  if (whole.length !== size) throw new Defect(`made a file of ${whole.length} bytes instead of ${size}`);
  return whole;
}
