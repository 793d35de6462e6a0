import { chainStart, entryHash } from '../../container/engine/issuer-channel.ts';
import { readStoredCertificate } from '../../container/files/certificate.ts';
import { sealContextFile } from '../../container/files/context-file.ts';
import { encodeEntry } from '../../container/files/entries.ts';
import { sealEnvelope, signParts } from '../../container/files/envelope.ts';
import type { SignedStatement } from '../../container/files/signed-file.ts';
import { statement } from '../../container/files/statement.ts';
import { transferRecord } from '../../container/files/transfer-record.ts';
import { sealUpdateFile, type UpdateBody } from '../../container/files/update-file.ts';
import { fromHex, utf8 } from '../../container/model/bytes.ts';
import { makeEntries, makeGrants, makeStatement, makeTransfer, type Parties } from './make-parts.ts';

/** The context files of the device: one for the dongle, one for the firm with what is sealed to it. */
export function makeContexts(parties: Parties) {
  const { crypto, dongle, device, firm, secret } = parties;
  const header = {
    certificate: device.certificate,
    issuer: dongle.key,
    locked: false,
    lockedFirms: [],
    freeMemory: 1_000_000,
    freeChannels: 8184,
    largestRecord: 262144,
    challenge: null,
  };
  const { plain } = makeGrants(parties);
  const record = sealEnvelope(crypto, dongle.seed, 'transferRecord', [transferRecord.encode(makeTransfer(parties))]);
  const told = {
    complete: true,
    holdings: [{ itemId: plain.itemId, quantity: 2, pending: 0, units: null, usageStart: null, enabled: true }],
    logFirst: 1,
    log: [record],
    certificates: [dongle.certificate],
    setBackBy: null,
    proofs: [{ about: dongle.key, statements: [makeSigned(parties, 7), makeSigned(parties, 8)] }],
  };
  const entropy = secret('context entropy');
  const forDongle = { statement: makeStatement(parties, device.key, dongle.key, []), header };
  const forFirm = {
    statement: makeStatement(parties, device.key, firm.key, []),
    header: { ...header, issuer: firm.key },
    inventory: { content: told, sealingKey: firm.sealingKey, entropy },
  };
  return {
    forDongle: { content: forDongle, file: sealContextFile(crypto, device.seed, forDongle) },
    forFirm: { content: forFirm, file: sealContextFile(crypto, device.seed, forFirm) },
  };
}

/** The statement of an update file of the dongle to the device, as the device keeps it. */
function makeSigned(parties: Parties, generation: number): SignedStatement {
  const { crypto, dongle, device } = parties;
  const said = statement.encode({ ...makeStatement(parties, dongle.key, device.key, []), generation });
  const parts = [said, utf8('header'), utf8('body')];
  return {
    file: 'updateFile',
    statement: said,
    others: parts.slice(1).map((part) => crypto.sha256(part)),
    signature: signParts(crypto, dongle.seed, 'updateFile', parts),
  };
}

/** Update files: the firm's to the dongle, the dongle's to the device, and that one again once it is cancelled. */
export function makeUpdates(parties: Parties) {
  const { crypto, dongle, device, firm, secret } = parties;
  const entries = makeEntries(parties).map(({ content, salt }) => encodeEntry(content, salt));
  const [add] = entries as [Uint8Array];
  const transfer = entries[7] as Uint8Array;
  const build = (
    issuer: Parties['dongle'] | Parties['firm'],
    target: Parties['dongle'],
    entry: Uint8Array,
    body: Omit<UpdateBody, 'notices'>,
    cancelled: readonly number[] = [],
  ) => {
    const said = makeStatement(parties, issuer.key, target.key, [entry]);
    const certificate = readStoredCertificate(target.certificate);
    if (certificate.party !== 'container') throw new TypeError('a container is needed');
    const header = {
      certificate: issuer.certificate,
      container: target.key,
      serial: certificate.serial,
      epoch: 0,
      first: 1,
      last: 1,
      chainBefore: chainStart(crypto, issuer.key, target.key),
      chainLast: said.outbound.hash,
      settledThrough: 0,
      custodyKnownThrough: 0,
      cancelled,
    };
    const content = { statement: said, header, body: { ...body, notices: [] } };
    const entropy = secret('update entropy');
    const file = sealUpdateFile(crypto, issuer.seed, content, target.sealingKey, entropy);
    return { issuer, target, header, body: content.body, entropy, file };
  };
  const signature = signParts(crypto, dongle.seed, 'transferRecord', [transferRecord.encode(makeTransfer(parties))]);
  const hash = fromHex(entryHash(crypto, transfer));
  const certificates = [firm.certificate];
  return {
    ofFirm: build(firm, dongle, add, { entries: [add], signatures: [null], certificates: [] }),
    ofDongle: build(dongle, device, transfer, { entries: [transfer], signatures: [signature], certificates }),
    cancelled: build(dongle, device, transfer, { entries: [hash], signatures: [null], certificates: [] }, [1]),
  };
}
