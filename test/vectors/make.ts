import type { Crypto } from '../../container/crypto/port.ts';
import { chainNext, chainStart, entryHash, refusedChainNext } from '../../container/engine/issuer-channel.ts';
import { armor } from '../../container/files/armor.ts';
import { containerCertificate, firmCertificate } from '../../container/files/certificate.ts';
import type { Codec } from '../../container/files/codec.ts';
import { contextHeader, inventory } from '../../container/files/context-file.ts';
import { encodeEntry } from '../../container/files/entries.ts';
import { sealEnvelope, signedEnvelope, signingInput, signParts } from '../../container/files/envelope.ts';
import { grant } from '../../container/files/grant.ts';
import { keyRequest } from '../../container/files/key-request.ts';
import { signedStatement } from '../../container/files/signed-file.ts';
import { type Statement, statement } from '../../container/files/statement.ts';
import { signGrant } from '../../container/files/test-root.ts';
import { transferRecord } from '../../container/files/transfer-record.ts';
import { updateBody, updateHeader } from '../../container/files/update-file.ts';
import { concatBytes, fromHex, NO_BYTES, toHex, utf8 } from '../../container/model/bytes.ts';
import type { Hash } from '../../container/model/ids.ts';
import { bankKey, encodeHeader, firstLink, frameRecord } from '../../container/store/journal-layout.ts';
import { encodeRecord, type JournalRecord, nextStateHash } from '../../container/store/record.ts';
import { makeBadBytes } from './make-bad-bytes.ts';
import { makeContexts, makeUpdates } from './make-files.ts';
import { makeNotices } from './make-notices.ts';
import {
  makeEntries,
  makeGrants,
  makeParties,
  makeStatement,
  makeTransfer,
  type Parties,
  toJson,
  type Vector,
} from './make-parts.ts';
import { makeSealedPins } from './make-sealed-pin.ts';

function recordVector<T>(name: string, codec: Codec<T>, content: T): Vector {
  return { name, record: codec.record.name, content: toJson(content), encoded: toHex(codec.encode(content)) };
}

function makeCertificates({ crypto, root, contents, dongle, device, firm }: Parties): Vector[] {
  const request = { kind: 'dongle', key: dongle.key, sealingKey: dongle.sealingKey } as const;
  const requested = keyRequest.encode(request);
  return [
    { name: 'TEST root', seed: toHex(root.seed), key: root.key, id: root.id, successor: root.successor },
    recordVector('certificate of a dongle', containerCertificate, { root: root.id, ...contents.dongle }),
    { name: 'certificate of a dongle, signed', seed: toHex(root.seed), encoded: toHex(dongle.certificate) },
    recordVector('certificate of a soft container', containerCertificate, { root: root.id, ...contents.device }),
    { name: 'certificate of a soft container, signed', seed: toHex(root.seed), encoded: toHex(device.certificate) },
    recordVector('certificate of a firm', firmCertificate, { root: root.id, ...contents.firm }),
    { name: 'certificate of a firm, signed', seed: toHex(root.seed), encoded: toHex(firm.certificate) },
    recordVector('key request of a dongle', keyRequest, request),
    {
      name: 'key request of a dongle, signed',
      seed: toHex(dongle.seed),
      signs: toHex(signingInput('keyRequest', 1, [crypto.sha256(requested)])),
      encoded: toHex(sealEnvelope(crypto, dongle.seed, 'keyRequest', [requested])),
    },
  ];
}

function makeGrantVectors(parties: Parties): Vector[] {
  const { plain, full } = makeGrants(parties);
  const { crypto, firm } = parties;
  return [
    recordVector('without options', grant, plain),
    { name: 'without options, signed', seed: toHex(firm.seed), encoded: toHex(signGrant(crypto, firm.seed, plain)) },
    recordVector('with every option', grant, full),
    { name: 'with every option, signed', seed: toHex(firm.seed), encoded: toHex(signGrant(crypto, firm.seed, full)) },
  ];
}

function makeTransferVectors(parties: Parties): Vector[] {
  const { crypto, dongle } = parties;
  const transfer = makeTransfer(parties);
  const part = transferRecord.encode(transfer);
  return [
    recordVector('two seats from dongle to device', transferRecord, transfer),
    {
      name: 'two seats from dongle to device, signed',
      seed: toHex(dongle.seed),
      signs: toHex(signingInput('transferRecord', 1, [crypto.sha256(part)])),
      signature: toHex(signParts(crypto, dongle.seed, 'transferRecord', [part])),
      encoded: toHex(sealEnvelope(crypto, dongle.seed, 'transferRecord', [part])),
    },
  ];
}

function makeEntryVectors(parties: Parties): Vector[] {
  return makeEntries(parties).map(({ content, salt }, at) => {
    const raw = encodeEntry(content, salt);
    return {
      name: `${at + 1}: ${content.kind}`,
      salt: toHex(salt),
      content: toJson(content),
      encoded: toHex(raw),
      hash: entryHash(parties.crypto, raw),
    };
  });
}

function makeChainVectors(parties: Parties): Vector[] {
  const { crypto, firm, dongle } = parties;
  let chain = chainStart(crypto, firm.key, dongle.key);
  const vectors: Vector[] = [{ name: 'chain(0)', issuer: firm.key, container: dongle.key, chain }];
  for (const [at, { content, salt }] of makeEntries(parties).slice(0, 3).entries()) {
    const hash = entryHash(crypto, encodeEntry(content, salt));
    const before = chain;
    chain = chainNext(crypto, before, hash);
    vectors.push({ name: `chain(${at + 1})`, before, entryHash: hash, chain });
  }
  let refused = chainStart(crypto, firm.key, dongle.key);
  for (const refusal of [
    { sequence: 2, reason: 301 },
    { sequence: 0xffffffff, reason: 399 },
  ]) {
    const before = refused;
    refused = refusedChainNext(crypto, before, refusal);
    vectors.push({ name: `chain of refusals, ${refusal.sequence} refused`, before, ...refusal, refusedChain: refused });
  }
  return vectors;
}

function makeStatementVectors(parties: Parties): Vector[] {
  const { dongle, device, secret, crypto } = parties;
  const first = makeStatement(parties, device.key, dongle.key, []);
  const later: Statement = {
    ...first,
    generation: 0xffffffff,
    inbound: {
      epoch: 0,
      applied: 9,
      hash: toHex(secret('chain')) as Hash,
      refused: [
        { sequence: 4, reason: 301 },
        { sequence: 9, reason: 307 },
      ],
      prunedThrough: 2,
      refusedChain: toHex(secret('refused')) as Hash,
    },
  };
  const parts = [statement.encode(later), utf8('header'), NO_BYTES];
  return [
    recordVector('before any entry', statement, first),
    recordVector('with refused entries', statement, later),
    recordVector('kept by a witness', signedStatement, {
      file: 'contextFile',
      statement: parts[0] as Uint8Array,
      others: parts.slice(1).map((part) => crypto.sha256(part)),
      signature: signParts(crypto, device.seed, 'contextFile', parts),
    }),
  ];
}

function makeContextVectors(parties: Parties): Vector[] {
  const { device, firm } = parties;
  const { forDongle, forFirm } = makeContexts(parties);
  const fileOf = (name: string, file: Uint8Array): Vector => ({
    name,
    seed: toHex(device.seed),
    parts: toJson(signedEnvelope.decodeTrusted(file).parts),
    encoded: toHex(file),
    armor: armor(file),
  });
  const { inventory: sealed } = forFirm.content;
  return [
    recordVector('header for a dongle', contextHeader, forDongle.content.header),
    fileOf('file for a dongle', forDongle.file),
    recordVector('header for a firm', contextHeader, forFirm.content.header),
    recordVector('inventory for a firm', inventory, sealed.content),
    {
      ...fileOf('file for a firm', forFirm.file),
      sealingSecret: toHex(firm.sealingSecret),
      sealingKey: toHex(firm.sealingKey),
      entropy: toHex(sealed.entropy),
      info: toHex(concatBytes(utf8('license-ferry context inventory 1'), fromHex(device.key), fromHex(firm.key))),
    },
  ];
}

function makeUpdateVectors(parties: Parties): Vector[] {
  return Object.entries(makeUpdates(parties)).flatMap(([name, { issuer, target, header, body, entropy, file }]) => [
    recordVector(`${name}: header`, updateHeader, header),
    recordVector(`${name}: body`, updateBody, body),
    {
      name: `${name}: file`,
      seed: toHex(issuer.seed),
      sealingSecret: toHex(target.sealingSecret),
      sealingKey: toHex(target.sealingKey),
      entropy: toHex(entropy),
      info: toHex(concatBytes(utf8('license-ferry update body 1'), fromHex(issuer.key), fromHex(target.key))),
      parts: toJson(signedEnvelope.decodeTrusted(file).parts),
      encoded: toHex(file),
      armor: armor(file),
    },
  ]);
}

function makeJournalVectors(parties: Parties): Vector[] {
  const { crypto, secret, device, firm, contents } = parties;
  const { plain } = makeGrants(parties);
  const record: JournalRecord = {
    chained: true,
    salt: secret('journal salt').subarray(0, 16),
    changes: [
      { change: 'certificateStored', key: firm.key, raw: firm.certificate },
      { change: 'grantStored', itemId: plain.itemId, firm: firm.key, raw: signGrant(crypto, firm.seed, plain) },
      {
        change: 'holdingPut',
        id: 1,
        itemId: plain.itemId,
        quantity: 5,
        pending: 0,
        units: null,
        usageStart: null,
        enabled: true,
        userData: NO_BYTES,
        customerInfo: NO_BYTES,
        custody: [],
      },
      { change: 'holdingCounted', id: 1, quantity: 3, pending: 2 },
      { change: 'cancelMarked', target: device.key, sequence: 1 },
      { change: 'floorRaised', time: 800000000 },
    ],
  };
  const bytes = encodeRecord(record);
  const before = toHex(secret('state before')) as Hash;
  const snapshot = utf8(`snapshot of ${contents.device.serial}`);
  const bank = bankKey(crypto, 4, snapshot);
  const framed = frameRecord(crypto, bank, firstLink(bank), utf8('first record'));
  return [
    { name: 'record', content: toJson(record), encoded: toHex(bytes) },
    { name: 'state hash', before, bytes: toHex(bytes), after: nextStateHash(crypto, before, bytes) },
    {
      name: 'bank',
      sequence: 4,
      snapshot: toHex(snapshot),
      key: toHex(bank),
      header: toHex(encodeHeader(crypto, 4, snapshot.length, bank)),
    },
    {
      name: 'framed record',
      payload: toHex(utf8('first record')),
      bytes: toHex(framed.bytes),
      link: toHex(framed.link),
    },
  ];
}

/** Every vector, by the name of the file that pins it. The same bytes come from every implementation of `Crypto`. */
export function makeVectors(crypto: Crypto): Readonly<Record<string, readonly Vector[]>> {
  const parties = makeParties(crypto);
  return {
    certificates: makeCertificates(parties),
    grant: makeGrantVectors(parties),
    'transfer-record': makeTransferVectors(parties),
    entries: makeEntryVectors(parties),
    chain: makeChainVectors(parties),
    statement: makeStatementVectors(parties),
    'context-file': makeContextVectors(parties),
    'update-file': makeUpdateVectors(parties),
    notices: makeNotices(parties),
    'sealed-pin': makeSealedPins(parties),
    journal: makeJournalVectors(parties),
    'bad-bytes': makeBadBytes(parties),
  };
}
