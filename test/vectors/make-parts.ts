import type { Crypto } from '../../container/crypto/port.ts';
import { chainNext, chainStart, entryHash, newInbound } from '../../container/engine/issuer-channel.ts';
import type { EntryContent } from '../../container/files/entries.ts';
import { sealEnvelope } from '../../container/files/envelope.ts';
import { type Grant, NO_OPTIONS } from '../../container/files/grant.ts';
import type { Statement } from '../../container/files/statement.ts';
import { certifyContainer, certifyFirm, signGrant, testRoot } from '../../container/files/test-root.ts';
import { type TransferRecord, transferRecord } from '../../container/files/transfer-record.ts';
import { NO_BYTES, toHex, utf8 } from '../../container/model/bytes.ts';
import type { Hash, ItemId, PublicKey } from '../../container/model/ids.ts';
import { serialFromParts } from '../../container/model/serial-number.ts';

/** Any value with its byte strings as hexadecimal text: what a JSON file can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Inputs and outputs of one pinned encoding. */
export interface Vector {
  readonly name: string;
  /** The record of docs/protocol.md that `content` fills and `encoded` is. */
  readonly record?: string;
  readonly [part: string]: Json | undefined;
}

/** Copies a value, turning byte strings into hexadecimal text. */
export function toJson(value: unknown): Json {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, toJson(part)]));
  return value as Json;
}

/** The parties of all vectors: their secrets follow from their names. */
export function makeParties(crypto: Crypto) {
  const secret = (words: string): Uint8Array => crypto.sha256(utf8(`license-ferry vectors: ${words}`));
  const root = testRoot(crypto);
  const keys = (name: string) => {
    const seed = secret(`${name} identity`);
    const sealingSecret = secret(`${name} sealing`);
    const key = toHex(crypto.ed25519PublicKey(seed)) as PublicKey;
    return { seed, sealingSecret, key, sealingKey: crypto.x25519PublicKey(sealingSecret) };
  };
  const [dongle, device, firm] = [keys('dongle'), keys('device'), keys('firm')];
  const contents = {
    dongle: {
      serial: serialFromParts(3, 1234567),
      kind: 'dongle',
      key: dongle.key,
      sealingKey: dongle.sealingKey,
      issues: 'move',
    },
    device: {
      serial: serialFromParts(130, 2459324738),
      kind: 'soft',
      key: device.key,
      sealingKey: device.sealingKey,
      issues: 'return',
    },
    firm: { firmCode: 6000010, key: firm.key, sealingKey: firm.sealingKey, name: 'Example Automation' },
  } as const;
  return {
    crypto,
    root,
    secret,
    contents,
    dongle: { ...dongle, certificate: certifyContainer(crypto, root, contents.dongle) },
    device: { ...device, certificate: certifyContainer(crypto, root, contents.device) },
    firm: { ...firm, certificate: certifyFirm(crypto, root, contents.firm) },
  };
}

export type Parties = ReturnType<typeof makeParties>;

/** A Product Item without any option, and one with every option. */
export function makeGrants({ secret, dongle, device }: Parties): { readonly plain: Grant; readonly full: Grant } {
  const plain: Grant = {
    itemId: toHex(secret('plain item').subarray(0, 16)) as ItemId,
    firmCode: 6000010,
    productCode: 1001,
    firstHolder: dongle.key,
    quantity: 5,
    ...NO_OPTIONS,
    terms: { type: 'quantity', targetKinds: [], targetKeys: [], mostPerTarget: null, returnable: true, depth: 2 },
  };
  const full: Grant = {
    ...plain,
    itemId: toHex(secret('full item').subarray(0, 16)) as ItemId,
    productCode: 0xffffffff,
    quantity: 1,
    unitCounter: 1000,
    featureMap: 0x80000001,
    activationTime: 757382400,
    expirationTime: 0xffffffff,
    usagePeriod: 2592000,
    maintenance: { start: 757382400, end: 788918400 },
    lingerTime: 300,
    minimumRuntime: 128,
    text: 'Laufzeitumgebung für Größe M – 制御',
    protectedData: Uint8Array.from({ length: 256 }, (_, at) => at),
    extendedProtectedData: [{ index: 0, data: utf8('extended') }],
    hiddenData: [{ index: 127, data: utf8('hidden') }],
    secretData: [{ index: 64, data: utf8('secret') }],
    terms: {
      type: 'complete',
      targetKinds: ['soft'],
      targetKeys: [device.key],
      mostPerTarget: 1,
      returnable: false,
      depth: 1,
    },
  };
  return { plain, full };
}

/** The transfer that several vectors carry: two of the five plain seats, from dongle to device. */
export function makeTransfer(parties: Parties): TransferRecord {
  const { plain } = makeGrants(parties);
  const items = [{ itemId: plain.itemId, quantity: 2, units: null, usageStart: null }];
  return { from: parties.dongle.key, to: parties.device.key, sequence: 1, firmCode: 6000010, items };
}

/** One entry of every kind, with the salt that it was made with. */
export function makeEntries(parties: Parties): { readonly content: EntryContent; readonly salt: Uint8Array }[] {
  const { crypto, firm, dongle, device, secret } = parties;
  const { plain, full } = makeGrants(parties);
  const signed = (content: Grant): Uint8Array => signGrant(crypto, firm.seed, content);
  const expected = { itemId: plain.itemId, quantity: 5 };
  const earlier = transferRecord.encode({ ...makeTransfer(parties), from: device.key, to: dongle.key });
  const contents: EntryContent[] = [
    { kind: 'add', grants: [signed(plain), signed(full)] },
    { kind: 'replace', expected, grant: signed(full) },
    { kind: 'withdraw', ...expected },
    { kind: 'enable', ...expected },
    { kind: 'disable', ...expected },
    { kind: 'writeOff', target: device.key, through: 7 },
    { kind: 'unblock', tries: 3 },
    {
      kind: 'transferIn',
      record: transferRecord.encode(makeTransfer(parties)),
      records: [],
      holdings: [
        {
          grant: signed(plain),
          units: null,
          usageStart: null,
          userData: utf8('u'),
          customerInfo: NO_BYTES,
          custody: [],
        },
      ],
    },
    {
      kind: 'transferIn',
      record: transferRecord.encode(makeTransfer(parties)),
      records: [sealEnvelope(crypto, device.seed, 'transferRecord', [earlier])],
      holdings: [
        {
          grant: signed(plain),
          units: null,
          usageStart: null,
          userData: NO_BYTES,
          customerInfo: utf8('line 4'),
          custody: [0],
        },
      ],
    },
  ];
  return contents.map((content, at) => ({ content, salt: secret(`salt ${at}`).subarray(0, 16) }));
}

/** What the signer of a vector's file says to its partner: entries issued and applied as the vector needs. */
export function makeStatement(
  { crypto, secret }: Parties,
  signer: PublicKey,
  partner: PublicKey,
  issued: readonly Uint8Array[],
): Statement {
  const head = issued.reduce<Hash>(
    (chain, raw) => chainNext(crypto, chain, entryHash(crypto, raw)),
    chainStart(crypto, signer, partner),
  );
  return {
    signer,
    partner,
    generation: 7,
    stateHash: toHex(secret('state')) as Hash,
    outbound: { epoch: 0, issued: issued.length, hash: head },
    inbound: newInbound(crypto, partner, signer),
  };
}
