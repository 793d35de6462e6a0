import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { MEMORY } from '../../container/engine/memory.ts';
import { encodeEntry } from '../../container/files/entries.ts';
import { sealEnvelope } from '../../container/files/envelope.ts';
import { signGrant } from '../../container/files/test-root.ts';
import { transferRecord } from '../../container/files/transfer-record.ts';
import { NO_BYTES } from '../../container/model/bytes.ts';
import { limitsOfBank } from '../../container/model/limits.ts';
import { bankCapacity } from '../../container/store/journal-layout.ts';
import { DEFAULT_MEMORY } from '../../device-side/soft-container/open-soft-container.adapter.ts';
import { DEFAULT_CAPACITY, PAGE_SIZE, SECTOR_SIZE } from '../../dongle-firmware-sim/flash/nor-flash.adapter.ts';
import { makeContexts, makeUpdates } from '../vectors/make-files.ts';
import { makeGrants, makeParties, makeTransfer } from '../vectors/make-parts.ts';
import { table } from './record-tables.ts';

/** Sizes in bytes of what travels and of what is stored, for the smallest Product Item: no options, no text. */
export function measuredSizes() {
  const parties = makeParties(nativeCrypto());
  const { crypto, dongle, firm, device } = parties;
  const { plain } = makeGrants(parties);
  const grant = signGrant(crypto, firm.seed, plain);
  const transferOf = (items: number): Uint8Array => {
    const transfer = makeTransfer(parties);
    const [item] = transfer.items;
    return transferRecord.encode({ ...transfer, items: Array.from({ length: items }, () => item ?? fail()) });
  };
  const signedOf = (items: number): Uint8Array =>
    sealEnvelope(crypto, dongle.seed, 'transferRecord', [transferOf(items)]);
  const entryOf = (items: number, hops: number): Uint8Array => {
    const custody = Array.from({ length: hops }, (_, at) => at);
    const holding = { grant, units: null, usageStart: null, userData: NO_BYTES, customerInfo: NO_BYTES, custody };
    const holdings = Array.from({ length: items }, () => holding);
    const records = custody.map(() => signedOf(1));
    return encodeEntry({ kind: 'transferIn', record: transferOf(items), records, holdings }, new Uint8Array(16));
  };
  const contexts = makeContexts(parties);
  return {
    grant: grant.length,
    containerCertificate: device.certificate.length,
    firmCertificate: firm.certificate.length,
    signedTransfer: signedOf(1).length,
    ownTransfer: transferOf(1).length,
    entry: entryOf(1, 0).length,
    entryItem: (entryOf(12, 0).length - entryOf(2, 0).length) / 10,
    entryHop: entryOf(1, 2).length - entryOf(1, 1).length,
    update: makeUpdates(parties).ofDongle.file.length,
    context: contexts.forDongle.file.length,
    stored: {
      item: MEMORY.holding + MEMORY.grant + grant.length,
      hop: MEMORY.hop + MEMORY.record + signedOf(1).length,
      channel: MEMORY.partner + MEMORY.certificate + device.certificate.length,
      transit: MEMORY.pendingEntry + MEMORY.pendingPart,
      logLine: MEMORY.logLine + MEMORY.record + transferOf(1).length,
    },
  };
}

function fail(): never {
  throw new TypeError('the transfer of the vectors has no item');
}

/** The table "Bytes" of docs/protocol.md. */
export function sizeTable(): string {
  const sizes = measuredSizes();
  const travels = [
    ['signed grant', sizes.grant],
    ['certificate of a container', sizes.containerCertificate],
    ['certificate of a firm', sizes.firmCertificate],
    ['signed transfer record of one item', sizes.signedTransfer],
    ['transfer-in entry with one item that was never moved before', sizes.entry],
    ['each further item in it', sizes.entryItem],
    ['each earlier hop of an item in it', sizes.entryHop],
    ['update file with one such entry', sizes.update],
    ['context file for a container', sizes.context],
  ] as const;
  const stored = [
    ['Product Item: grant and holding', sizes.stored.item],
    ['hop of a holding whose record nothing else refers to', sizes.stored.hop],
    ['partner that is a container: both channels, certificate', sizes.stored.channel],
    ['entry in transit with one item', sizes.stored.transit],
    ['log line of a transfer of one item that this container sent', sizes.stored.logLine],
  ] as const;
  const rows = [
    ...travels.map(([what, bytes]) => ['travels', what, bytes]),
    ...stored.map(([what, bytes]) => ['is stored', what, bytes]),
  ];
  return table(['where', 'what', 'bytes'], rows);
}

/** The table "Room" of docs/protocol.md: containers as they are made when nothing else is asked for. */
export function roomTable(): string {
  const { stored } = measuredSizes();
  const row = (kind: 'dongle' | 'soft', name: string, size: number) => {
    const bank = bankCapacity({ size, pageSize: PAGE_SIZE, sectorSize: SECTOR_SIZE });
    const { capacity, ownerRoom, largestRecord, journalRecord, channels, unusedChannels, logEntries } = limitsOfBank(
      kind,
      bank,
    );
    const partners = Math.min(channels, Math.floor(capacity / stored.channel));
    return [name, size, bank, largestRecord, journalRecord, capacity, ownerRoom, partners, unusedChannels, logEntries];
  };
  return table(
    [
      'container',
      'memory',
      'bank',
      'largest update file',
      'largest journal record',
      'capacity',
      'for the owner',
      'partners',
      'unused',
      'log lines a firm',
    ],
    [row('dongle', 'dongle', DEFAULT_CAPACITY), row('soft', 'soft container', DEFAULT_MEMORY)],
  );
}
