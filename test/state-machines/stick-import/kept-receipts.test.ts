import { describe, expect, it } from 'vitest';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { FerryError } from '../../../container/errors.ts';
import { toHex, utf8 } from '../../../container/model/bytes.ts';
import { MemoryBlobStore, MemoryRecordStore, OwedReceipts, type OwedRecord } from '../../../state-machines/index.ts';
import { MadeReceipts } from '../../../state-machines/stick-import/made-receipts.ts';
import { placeOfOwed } from '../../../state-machines/stick-import/place-of-owed.ts';
import { RECEIPTS } from '../update-import/import-scene.ts';
import { stickScenes } from './stick-scene.ts';

const crypto = nativeCrypto();
const hashOf = (text: string): string => toHex(crypto.sha256(utf8(text)));
const file = (name: string, text: string) => ({ file: name, hash: hashOf(text) });
const texts = async (hash: string): Promise<Uint8Array | undefined> => {
  const text = ['one', 'two', 'three'].find((one) => hashOf(one) === hash);
  return text === undefined ? undefined : utf8(text);
};

describe('receipts that are owed', () => {
  function owing() {
    const records = new MemoryRecordStore<OwedRecord>();
    const blobs = new MemoryBlobStore(crypto);
    return { records, blobs, owed: new OwedReceipts(records, blobs) };
  }

  it('are kept with what they say, those of before, too, and of one name the latest', async () => {
    const { owed } = owing();
    await owed.add([file('a', 'one'), file('b', 'two')], texts);
    await owed.add([file('a', 'three')], texts);
    expect(await owed.all()).toEqual([file('b', 'two'), file('a', 'three')]);
    expect(await owed.receipt(file('a', 'three'))).toEqual(utf8('three'));
    expect(await owed.receipt(file('a', 'one'))).toBeUndefined();
  });

  it('are kept without those that are lost, and nothing is where all of them are', async () => {
    const { records, owed } = owing();
    await owed.add([file('a', 'lost')], texts);
    expect(await records.load('owed-receipts')).toBeUndefined();
    await owed.add([file('a', 'lost'), file('b', 'two')], texts);
    expect(await owed.all()).toEqual([file('b', 'two')]);
  });

  it('are forgotten once they are written, but for those that were kept meanwhile', async () => {
    const { records, blobs, owed } = owing();
    await owed.add([file('a', 'one'), file('b', 'two')], texts);
    const before = await owed.all();
    await owed.add([file('a', 'three')], texts);
    await owed.written(before);
    expect(await owed.all()).toEqual([file('a', 'three')]);
    await owed.written(await owed.all());
    expect([await owed.all(), await records.load('owed-receipts')]).toEqual([[], undefined]);
    await expect(blobs.part('owed-receipts').get(hashOf('three'))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('are none where their list is none', async () => {
    const { records, owed } = owing();
    await records.save('owed-receipts', { receipts: [{ file: 'a', hash: 'none' }] });
    expect(await owed.all()).toEqual([]);
  });
});

describe('receipts that are made', () => {
  it('are found again in memory, and by another process where they were kept', async () => {
    const durable = new MemoryBlobStore(crypto);
    const made = new MadeReceipts(new MemoryBlobStore(crypto), durable);
    const hash = await made.put(utf8('one'));
    expect(await made.get(hash)).toEqual(utf8('one'));
    expect(await new MadeReceipts(new MemoryBlobStore(crypto), durable).get(hash)).toEqual(utf8('one'));
  });

  it('are lost where they were only in memory, and with a full disk kept there', async () => {
    const memory = new MemoryBlobStore(crypto);
    const full = new FerryError('STORE_WRITE_FAILED', { where: 'x', why: 'full' });
    const failing = Object.assign(new MemoryBlobStore(crypto), { put: () => Promise.reject(full) });
    const hash = await new MadeReceipts(memory, failing).put(utf8('one'));
    expect(await new MadeReceipts(memory, failing).get(hash)).toEqual(utf8('one'));
    expect(await new MadeReceipts(new MemoryBlobStore(crypto), failing).get(hash)).toBeUndefined();
    expect(await new MadeReceipts(new MemoryBlobStore(crypto), undefined).get(hash)).toBeUndefined();
  });
});

describe('the place of an owed receipt', () => {
  const makeScene = stickScenes();

  function scene() {
    const here = makeScene();
    const receiptFor = (certificate: Uint8Array): Uint8Array =>
      here.device.container.run('context', { certificate, firmCode: null }).context;
    return { here, receiptFor };
  }

  it('is its own name where nothing of the kind is', () => {
    const { here, receiptFor } = scene();
    const receipt = receiptFor(here.firm.certificate);
    expect(placeOfOwed(RECEIPTS.firm, undefined, receipt)).toBe(RECEIPTS.firm);
    expect(placeOfOwed(RECEIPTS.firm, utf8('noise'), receipt)).toBe(RECEIPTS.firm);
    expect(placeOfOwed(RECEIPTS.firm, receipt, utf8('noise'))).toBe(RECEIPTS.firm);
  });

  it('is none where one is that is as late or later, and its own name where that is older', () => {
    const { here, receiptFor } = scene();
    receiptFor(here.firm.certificate);
    const earlier = receiptFor(here.firm.certificate);
    receiptFor(here.other.certificate);
    const later = receiptFor(here.firm.certificate);
    expect(placeOfOwed(RECEIPTS.firm, earlier, earlier)).toBeUndefined();
    expect(placeOfOwed(RECEIPTS.firm, later, earlier)).toBeUndefined();
    expect(placeOfOwed(RECEIPTS.firm, earlier, later)).toBe(RECEIPTS.firm);
  });

  it('is its own name where one of another container is', () => {
    const [{ here, receiptFor }, other] = [scene(), scene()];
    const theirs = other.receiptFor(here.firm.certificate);
    expect(placeOfOwed(RECEIPTS.firm, theirs, receiptFor(here.firm.certificate))).toBe(RECEIPTS.firm);
  });

  it('has the key of its issuer in it where one for somebody else is that people call the same', () => {
    const { here, receiptFor } = scene();
    const [receipt, theirs] = [receiptFor(here.firm.certificate), receiptFor(here.other.certificate)];
    const apart = RECEIPTS.firm.replace('-receipt', `-${here.firm.key.slice(0, 8)}-receipt`);
    expect(placeOfOwed(RECEIPTS.firm, theirs, receipt)).toBe(apart);
    expect(placeOfOwed(apart, theirs, receipt)).toBe(apart);
    expect(placeOfOwed('x', theirs, receipt)).toBe(`x-${here.firm.key.slice(0, 8)}-receipt.ferry-context`);
  });
});
