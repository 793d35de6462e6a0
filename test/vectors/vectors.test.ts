import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { hpkeOpen } from '../../container/crypto/hpke.ts';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { nobleCrypto } from '../../container/crypto/noble.ts';
import { unarmor } from '../../container/files/armor.ts';
import * as certificates from '../../container/files/certificate.ts';
import type { Codec } from '../../container/files/codec.ts';
import * as contexts from '../../container/files/context-file.ts';
import { decodeEntry } from '../../container/files/entries.ts';
import { grant } from '../../container/files/grant.ts';
import { keyRequest } from '../../container/files/key-request.ts';
import { scanMsgpack } from '../../container/files/msgpack-scan.ts';
import * as notices from '../../container/files/notices.ts';
import { signedStatement } from '../../container/files/signed-file.ts';
import { statement } from '../../container/files/statement.ts';
import { transferRecord } from '../../container/files/transfer-record.ts';
import * as updates from '../../container/files/update-file.ts';
import { concatBytes, fromHex, toHex, utf8 } from '../../container/model/bytes.ts';
import { decodeRecord } from '../../container/store/record.ts';
import { makeVectors } from './make.ts';
import { makeParties, toJson, type Vector } from './make-parts.ts';

const FOLDER = import.meta.dirname;
const crypto = nativeCrypto();
const made = makeVectors(crypto);

function fileOf(name: string): string {
  return path.join(FOLDER, `${name}.json`);
}

function stored(name: string): readonly Vector[] {
  return JSON.parse(fs.readFileSync(fileOf(name), 'utf8'));
}

if (process.env.UPDATE_VECTORS === '1')
  for (const [name, vectors] of Object.entries(made))
    fs.writeFileSync(fileOf(name), `${JSON.stringify(vectors, null, 1)}\n`);

const CODECS = new Map(
  [
    certificates.containerCertificate,
    certificates.firmCertificate,
    certificates.timeCertificate,
    contexts.contextHeader,
    contexts.inventory,
    grant,
    keyRequest,
    notices.certifiedTime,
    notices.firmRevocations,
    notices.reAnchor,
    notices.rootRevocations,
    signedStatement,
    statement,
    transferRecord,
    updates.updateBody,
    updates.updateHeader,
  ].map((codec) => [codec.record.name, codec as unknown as Codec<unknown>]),
);

function bytesOf(vector: Vector, part = 'encoded'): Uint8Array {
  return fromHex(String(vector[part]));
}

describe('the golden vectors', () => {
  it.each(Object.keys(made))('in %s.json are what the encoders write', (name) => {
    expect(made[name]).toEqual(stored(name));
  });

  it('are the same for the portable cryptography', () => {
    expect(makeVectors(nobleCrypto)).toEqual(made);
  });

  it('are less than 100 kB each, and no file is without a maker', () => {
    const files = fs.readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
    expect(files.sort()).toEqual(
      Object.keys(made)
        .map((name) => `${name}.json`)
        .sort(),
    );
    for (const file of files) expect(fs.statSync(path.join(FOLDER, file)).size).toBeLessThan(100_000);
  });

  const records = Object.keys(made).flatMap((name) => stored(name).filter(({ record }) => record !== undefined));

  it.each(records.map((vector) => [`${vector.record}, ${vector.name}`, vector] as const))(
    'read back as what went in: %s',
    (_, vector) => {
      const codec = CODECS.get(String(vector.record));
      const read = codec?.decode(bytesOf(vector));
      expect(read?.ok === true ? toJson(read.value) : read).toEqual(vector.content);
      expect(toHex(codec?.encode(codec.decodeTrusted(bytesOf(vector))) ?? new Uint8Array(0))).toBe(vector.encoded);
    },
  );

  it.each(stored('entries').map((vector) => [vector.name, vector] as const))('read back as entry %s', (_, vector) => {
    const read = decodeEntry(bytesOf(vector));
    expect(read.outcome === 'known' ? toJson(read.content) : read).toEqual(vector.content);
  });

  it.each(['context-file', 'update-file'])('read back as armor in %s.json', (name) => {
    const files = stored(name).filter((vector) => vector.armor !== undefined);
    const read = files.map((file) => unarmor(String(file.armor)));
    expect(read.map((file) => file.ok && toHex(file.value))).toEqual(files.map(({ encoded }) => encoded));
  });

  it.each(stored('sealed-pin').map((vector) => [vector.name, vector] as const))(
    'opened with HPKE under the written info, are the padded PIN: %s',
    (name, vector) => {
      const sealed = bytesOf(vector, 'sealed');
      const domain = utf8(`license-ferry ${name}\0`);
      const info = concatBytes(domain, bytesOf(vector, 'container'), bytesOf(vector, 'challenge'));
      const secret = bytesOf(vector, 'sealingSecret');
      const opened = hpkeOpen(crypto, secret, sealed.subarray(0, 32), info, new Uint8Array(0), sealed.subarray(32));
      const pin = utf8('Z\u00fcrich 4711');
      expect(opened).toEqual(concatBytes(Uint8Array.of(pin.length), pin, new Uint8Array(64 - pin.length)));
    },
  );

  it('read back as a journal record', () => {
    const [record] = stored('journal') as [Vector];
    expect(toJson(decodeRecord(bytesOf(record)))).toEqual(record.content);
  });
});

describe('bad bytes', () => {
  const parties = makeParties(crypto);
  const verifier = { crypto, root: parties.root, known: () => undefined, isRevoked: () => false };
  const here = { key: parties.device.key, serial: parties.contents.device.serial };

  function readUpdate(raw: Uint8Array) {
    const file = updates.openUpdateFile(verifier, raw, here);
    return file.ok ? updates.openUpdateBody(crypto, parties.device.sealingSecret, file.value, here.serial) : file;
  }

  it.each(stored('bad-bytes').map((vector) => [vector.name, vector] as const))('are refused: %s', (_, vector) => {
    const raw = bytesOf(vector, 'bytes');
    if (vector.read === 'value') return expect(scanMsgpack(raw)).toBeTypeOf('string');
    const read = vector.read === 'context file' ? contexts.openContextFile(verifier, raw) : readUpdate(raw);
    expect(read.ok ? 'taken' : read.code).toBe(vector.error);
  });

  it('differ from good ones, which are taken', () => {
    const files = stored('update-file').filter(({ name }) => name === 'ofDongle: file' || name === 'cancelled: file');
    expect(files.map((file) => readUpdate(bytesOf(file)).ok)).toEqual([true, true]);
    const asked = stored('context-file').filter(({ parts }) => parts !== undefined);
    expect(asked.map((file) => contexts.openContextFile(verifier, bytesOf(file)).ok)).toEqual([true, true]);
  });
});
