import { signedEnvelope, signParts } from '../../container/files/envelope.ts';
import { statement } from '../../container/files/statement.ts';
import { sealUpdateFile, updateHeader } from '../../container/files/update-file.ts';
import { concatBytes, fromHex, toHex } from '../../container/model/bytes.ts';
import { makeContexts, makeUpdates } from './make-files.ts';
import { makeStatement, type Parties, type Vector } from './make-parts.ts';

/** A value of the encoding by hand, so that what no encoder writes can be written. */
function array(...items: readonly Uint8Array[]): Uint8Array {
  return concatBytes(Uint8Array.of(0x90 + items.length), ...items);
}

function binary(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  return concatBytes(
    length < 256 ? Uint8Array.of(0xc4, length) : Uint8Array.of(0xc5, length >> 8, length & 0xff),
    bytes,
  );
}

/** Bytes that are no value of the encoding, each with what the scan says. */
const NO_VALUES: readonly (readonly [name: string, hex: string])[] = [
  ['nothing', ''],
  ['a map', '80'],
  ['a map with a key twice', '82a16101a16102'],
  ['a map with the key __proto__', '81a95f5f70726f746f5f5f01'],
  ['a float', 'cb3ff8000000000000'],
  ['a negative integer', 'ff'],
  ['an integer of 64 bits', 'cf0000000100000000'],
  ['an extension type', 'd40100'],
  ['an integer in two bytes where one is enough', 'cc7f'],
  ['an integer in five bytes where three are enough', 'ce0000ffff'],
  ['a byte string with a longer head than needed', 'c50001aa'],
  ['an array with a longer head than needed', 'dc000101'],
  ['a byte string that ends early', 'c403aabb'],
  ['an array that ends early', '9301'],
  ['an array that claims 4294967295 values', 'ddffffffff'],
  ['text that is not UTF-8', 'a2c328'],
  ['a byte after the end', 'c000'],
  ['nesting seven deep', '9191919191919100'],
];

/** Bytes that must be refused, with the error and, for the encoding, the words of the scan. */
export function makeBadBytes(parties: Parties): Vector[] {
  return [
    ...NO_VALUES.map(([name, hex]) => ({ name, read: 'value', bytes: hex })),
    ...badUpdates(parties),
    ...badContexts(parties),
  ];
}

function badUpdates(parties: Parties): Vector[] {
  const { crypto, dongle, device, firm } = parties;
  const { ofDongle, ofFirm } = makeUpdates(parties);
  const { file } = ofDongle;
  const { parts, signature } = signedEnvelope.decodeTrusted(file);
  const [said, header, sealed] = parts as [Uint8Array, Uint8Array, Uint8Array];
  const envelope = (kind: number, version: number, changed: readonly Uint8Array[]): Uint8Array =>
    array(
      Uint8Array.of(kind),
      Uint8Array.of(version),
      array(...changed.map(binary)),
      concatBytes(Uint8Array.of(0xc4, 64), signature),
    );
  const flipped = file.slice();
  flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
  const resigned = (changed: readonly Uint8Array[]): Uint8Array =>
    signedEnvelope.encode({
      kind: 'updateFile',
      version: 1,
      parts: changed,
      signature: signParts(crypto, dongle.seed, 'updateFile', changed),
    });
  const entropy = ofDongle.entropy;
  const seal = (change: Partial<typeof ofDongle.header>): Uint8Array =>
    sealUpdateFile(
      crypto,
      dongle.seed,
      {
        statement: statement.decodeTrusted(said),
        header: { ...updateHeader.decodeTrusted(header), ...change },
        body: ofDongle.body,
      },
      device.sealingKey,
      entropy,
    );
  const bad = (name: string, error: string, bytes: Uint8Array): Vector => ({
    name,
    read: 'update file for the device',
    bytes: toHex(bytes),
    error,
  });
  return [
    bad('an update file with its last byte missing', 'FILE_MALFORMED', file.subarray(0, file.length - 1)),
    bad('an update file with one byte more', 'FILE_MALFORMED', concatBytes(file, Uint8Array.of(0))),
    bad('an update file of version 2', 'FILE_VERSION', envelope(8, 2, parts)),
    bad('an envelope of an unknown kind', 'FILE_MALFORMED', envelope(99, 1, parts)),
    bad('a context file where an update file is needed', 'FILE_KIND', makeContexts(parties).forDongle.file),
    bad('an update file of two parts', 'FILE_MALFORMED', resigned([said, header])),
    bad('an update file with one bit of its signature flipped', 'SIGNATURE_WRONG', flipped),
    bad(
      'an update file with the sealed part of another',
      'SIGNATURE_WRONG',
      envelope(8, 1, [said, header, signedEnvelope.decodeTrusted(ofFirm.file).parts[2] as Uint8Array]),
    ),
    bad('an update file for another container', 'NOT_ADDRESSED', ofFirm.file),
    bad('a sealed part with one bit flipped, signed again', 'CANNOT_OPEN', resigned([said, header, flipFirst(sealed)])),
    bad(
      'a header with a number written as a float',
      'FILE_MALFORMED',
      resigned([said, array(fromHex('cb3ff8000000000000')), sealed]),
    ),
    bad('a header that carries a settled sequence again', 'FILE_MALFORMED', seal({ settledThrough: 1 })),
    bad('a header that carries more than was issued', 'FILE_MALFORMED', seal({ last: 2 })),
    bad('a header of another epoch than its statement', 'FILE_MALFORMED', seal({ epoch: 1 })),
    bad('a header with cancelled sequences out of order', 'FILE_MALFORMED', seal({ cancelled: [2, 1] })),
    bad('a header with the certificate of the firm', 'SIGNATURE_WRONG', seal({ certificate: firm.certificate })),
    bad(
      'a header with a damaged certificate',
      'CERTIFICATE_WRONG',
      seal({ certificate: flipLast(dongle.certificate) }),
    ),
  ];
}

function badContexts(parties: Parties): Vector[] {
  const { crypto, dongle, device, firm } = parties;
  const { forDongle } = makeContexts(parties);
  const bad = (name: string, error: string, bytes: Uint8Array): Vector => ({
    name,
    read: 'context file',
    bytes: toHex(bytes),
    error,
  });
  const parts = signedEnvelope.decodeTrusted(forDongle.file).parts;
  const elsewhere = statement.encode(makeStatement(parties, device.key, firm.key, []));
  const other = statement.encode(makeStatement(parties, dongle.key, dongle.key, []));
  const resigned = (first: Uint8Array): Uint8Array => {
    const changed = [first, ...parts.slice(1)];
    const signature = signParts(crypto, device.seed, 'contextFile', changed);
    return signedEnvelope.encode({ kind: 'contextFile', version: 1, parts: changed, signature });
  };
  return [
    bad('a context file with its last bit flipped', 'SIGNATURE_WRONG', flipLast(forDongle.file)),
    bad('a context file whose statement speaks to another issuer', 'FILE_MALFORMED', resigned(elsewhere)),
    bad('a context file with the statement of another container', 'FILE_MALFORMED', resigned(other)),
  ];
}

function flipFirst(bytes: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of((bytes[0] ?? 0) ^ 1), bytes.subarray(1));
}

function flipLast(bytes: Uint8Array): Uint8Array {
  return concatBytes(bytes.subarray(0, -1), Uint8Array.of((bytes.at(-1) ?? 0) ^ 1));
}
