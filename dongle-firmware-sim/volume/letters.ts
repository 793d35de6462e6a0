import type { ContainerClient } from '../../container/commands/client.ts';
import type { Listing } from '../../container/commands/list.ts';
import type { Crypto } from '../../container/crypto/port.ts';
import { describeFile, unarmor } from '../../container/files/armor.ts';
import { contextHeader } from '../../container/files/context-file.ts';
import { readEnvelope, verifyEnvelope } from '../../container/files/envelope.ts';
import { contextFileName, updateFileNames } from '../../container/files/file-names.ts';
import { statementIn } from '../../container/files/statement-in.ts';
import { NO_BYTES } from '../../container/model/bytes.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import type { Failure } from '../../state-machines/index.ts';
import { failureIn } from './failure-in.ts';
import type { MailboxContainer } from './mailbox-container.ts';

/** Files of a container for somebody, by their file names: envelopes. */
export type Letters = ReadonlyMap<string, Uint8Array>;

/** The update files for all to whom an armed work order has given something that is still in transit. */
export interface OutgoingUpdates {
  readonly updates: Letters;
  /** The devices whose files they are. */
  readonly targets: ReadonlySet<PublicKey>;
  /** By serial number: why there is no file. */
  readonly failures: ReadonlyMap<string, Failure>;
}

export async function outgoingUpdates({ client, orders }: MailboxContainer, self: Listing): Promise<OutgoingUpdates> {
  const served = new Set(orders().flatMap((order) => order.served.map(({ target }) => target)));
  const inTransit = new Map(self.transit.map(({ target, serial }) => [target, serial]));
  const updates = new Map<string, Uint8Array>();
  const failures = new Map<string, Failure>();
  for (const [target, serial] of inTransit) {
    if (!served.has(target)) continue;
    const failure = await failureIn(async () => {
      for (const raw of (await client.call('transit', { target })).updates) updates.set(nameFor(raw, updates), raw);
    });
    if (failure !== null) failures.set(serial, failure);
  }
  const targets = new Set(
    [...inTransit].filter(([key, serial]) => served.has(key) && !failures.has(serial)).map(([key]) => key),
  );
  return { updates: new Map([...updates].sort(byName)), targets, failures };
}

function byName([one]: readonly [string, Uint8Array], [other]: readonly [string, Uint8Array]): number {
  return one < other ? -1 : Number(one > other);
}

function nameFor(raw: Uint8Array, taken: Letters): string {
  const described = describeFile(raw);
  const lines = new Map(described.ok ? described.value.lines : []);
  const said = (line: string): string => lines.get(line) ?? '';
  const names = updateFileNames({ issuer: said('From'), serial: said('For'), content: said('Sequences') }, raw);
  return names.find((name) => !taken.has(name)) ?? names.at(-1) ?? '';
}

/** The contexts for the vendors of whom something is here. */
export interface FirmContexts {
  readonly contexts: Letters;
  /** By Firm Code: why there is none that says how it is. */
  readonly failures: ReadonlyMap<number, Failure>;
}

/**
 * A context for each vendor of whom something is here: who reads it knows what the container holds, and it is the receipt for all
 * that came from that vendor. One that is there already and says the same is left as it is: each new one asks its vendor anew for
 * the time, and only the last few questions are remembered.
 *
 * @param before what lies there, by name; where none can be made anew, what lies there stays
 */
export async function firmContexts(
  client: ContainerClient,
  crypto: Crypto,
  before: ReadonlyMap<string, Uint8Array>,
): Promise<FirmContexts> {
  const first = await client.call('list', {});
  const partners = new Set(first.channels.map(({ partner }) => partner));
  const make = (firmCode: number) => client.call('context', { certificate: null, firmCode });
  // The first context for a vendor commits its channel; only after the last of them do all contexts show one state.
  for (const { key, firmCode } of first.firms) if (!partners.has(key)) await failureIn(() => make(firmCode));
  const self = await client.call('list', {});
  const contexts = new Map<string, Uint8Array>();
  const failures = new Map<number, Failure>();
  for (const { firmCode } of self.firms) {
    const name = contextFileName(self.serial ?? '', `firm ${firmCode}`, 'context');
    const there = unarmored(before.get(name));
    if (there !== undefined && isCurrent(crypto, self, there)) contexts.set(name, there);
    else {
      const failure = await failureIn(async () => contexts.set(name, (await make(firmCode)).context));
      if (failure !== null) failures.set(firmCode, failure);
    }
  }
  return { contexts, failures };
}

/** The envelope in the bytes of a file; undefined when there is none. */
export function unarmored(bytes: Uint8Array | null | undefined): Uint8Array | undefined {
  const read = bytes == null ? undefined : unarmor(bytes);
  return read?.ok === true ? read.value : undefined;
}

/** Locks, and what there is to prove, are told in contexts and come without a new state: then each is made anew. */
function isCurrent(crypto: Crypto, self: Listing, there: Uint8Array): boolean {
  const isPlain = !self.locked && self.lockedFirms.length === 0 && self.evidence === 0;
  const said = statementIn(there);
  const file = readEnvelope(there, 'contextFile', 3, 'a context file');
  const header = file.ok ? contextHeader.decode(file.value.parts[1] ?? NO_BYTES) : file;
  return (
    isPlain &&
    said?.signer === self.key &&
    said.generation === self.generation &&
    said.stateHash === self.stateHash &&
    header.ok &&
    !header.value.locked &&
    header.value.lockedFirms.length === 0 &&
    file.ok &&
    verifyEnvelope(crypto, self.key, file.value)
  );
}
