import { NO_BYTES } from '../model/bytes.ts';
import { readEnvelope } from './envelope.ts';
import { type Statement, statement } from './statement.ts';

/** What a context or receipt says of its container and its issuer, unverified; undefined when it is neither. */
export function statementIn(raw: Uint8Array): Statement | undefined {
  const envelope = readEnvelope(raw, 'contextFile', 3, 'a context file');
  const said = envelope.ok ? statement.decode(envelope.value.parts[0] ?? NO_BYTES) : envelope;
  return said.ok ? said.value : undefined;
}
