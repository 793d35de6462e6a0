import type { Listing } from '../../container/commands/list.ts';
import type { Inventory } from '../../container/files/context-file.ts';
import { readEnvelope } from '../../container/files/envelope.ts';
import { transferRecord } from '../../container/files/transfer-record.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { TEST_FIRM_NAME, TEST_MASK } from './makers/parties.ts';
import { EVALUATION_FIRM } from './makers/test-firm.ts';

/**
 * What of others in a container a run would disturb, in words: licenses, whose vendor would show by the name of the tool's,
 * and a vendor of the same Firm Code, with whom it could be confused from then on. What a run that was cut off has left is the
 * tool's own.
 */
export function belongingsOfOthers({ holdings, firms }: Listing): string | undefined {
  const namesOf = (code: number) => firms.filter(({ firmCode }) => firmCode === code).map(({ name }) => name);
  const isOfTool = (code: number): boolean => {
    const names = namesOf(code);
    return names.length > 0 && names.every((name) => name === TEST_FIRM_NAME);
  };
  const others = holdings.filter(({ firmCode }) => !isOfTool(firmCode)).length;
  if (others > 0) return `it holds ${others} license(s)`;
  const vendor = namesOf(EVALUATION_FIRM).find((name) => name !== TEST_FIRM_NAME);
  return vendor === undefined ? undefined : `it deals with "${vendor}", Firm Code ${EVALUATION_FIRM}, already`;
}

/**
 * Transfers between others that the container keeps for their vendor, in words: the tool's vendor has the same Firm Code, and
 * what it is told of is forgotten.
 */
export function historyOfOthers(target: PublicKey, { channels }: Listing, { log }: Inventory): string | undefined {
  const ofTool = new Set(channels.filter(({ name }) => isTestContainer(name)).map(({ partner }) => partner));
  const others = log.filter((raw) => {
    const ends = endsOf(raw);
    return ends !== undefined && !ends.some((end) => end !== target && ofTool.has(end));
  }).length;
  if (others === 0) return undefined;
  return `it keeps transfers for Firm Code ${EVALUATION_FIRM} that their vendor does not know of yet (${others})`;
}

function isTestContainer(name: string): boolean {
  return name.startsWith(`${TEST_MASK}-`);
}

/** Who gave and who got; undefined for a record that cannot be read, which the cases will tell. */
function endsOf(raw: Uint8Array): readonly PublicKey[] | undefined {
  const envelope = readEnvelope(raw, 'transferRecord', 1, 'a transfer record');
  const content = envelope.ok ? transferRecord.decode(envelope.value.parts[0] ?? new Uint8Array(0)) : envelope;
  return content.ok ? [content.value.from, content.value.to] : undefined;
}
