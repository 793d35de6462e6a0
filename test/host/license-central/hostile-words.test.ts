import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readStoredCertificate } from '../../../container/files/certificate.ts';
import { readEnvelope } from '../../../container/files/envelope.ts';
import { statement } from '../../../container/files/statement.ts';
import { certifyContainer } from '../../../container/files/test-root.ts';
import { updateHeader } from '../../../container/files/update-file.ts';
import { serialFromParts } from '../../../container/model/serial-number.ts';
import type { LicenseCentral } from '../../../host/license-central/index.ts';
import { crypto, makeContainer, root } from '../../world/parties.ts';
import { contextFor, copyOf, deliver, deliverAndSettle, FIRM, licenseCentrals, makeBusy, seats } from './scene.ts';
import { signerOf } from './stolen-secrets.ts';

const scene = licenseCentrals();

/** A server whose dongle holds ten seats of one item, and a device that the server does not know. */
async function loaded(folder = scene.folder()) {
  const central = await scene.central(folder);
  const dongle = makeContainer('dongle', 1);
  await central.addContainer(dongle.certificate);
  const { itemIds } = await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(10)] });
  await deliverAndSettle(central, dongle);
  return { central, dongle, device: makeContainer('soft', 2), itemId: itemIds[0] ?? expect.fail('nothing granted') };
}

/** What the next update file for the dongle says in the open. */
async function saidTo(central: LicenseCentral) {
  const [update = expect.fail('there is always a file')] = await central.updatesFor({ firmCode: FIRM, target: '3-1' });
  const envelope = readEnvelope(update, 'updateFile', 3, 'an update file');
  if (!envelope.ok) return expect.fail('the server made a file that cannot be read');
  const [said = new Uint8Array(), header = new Uint8Array()] = envelope.value.parts;
  return { ...statement.decodeTrusted(said), ...updateHeader.decodeTrusted(header) };
}

describe('the custody that a container tells', () => {
  it('is refused when it brings a transfer of another vendor, and nothing of it is kept', async () => {
    const { central, dongle, device, itemId } = await loaded();
    const signer = signerOf(dongle);
    const record = (firmCode: number) =>
      signer.record({
        to: device.key,
        sequence: 1,
        firmCode,
        items: [{ itemId, quantity: 4, units: null, usageStart: null }],
      });
    const before = [await central.ledger(), await central.where()];
    const foreign = await signer.context(central, 1, { log: [record(FIRM), record(7)] });
    await expect(central.receiveContext(foreign)).rejects.toMatchObject({
      code: 'CUSTODY_WRONG',
      details: { why: 'a transfer record belongs to another vendor' },
    });
    expect([await central.ledger(), await central.where()]).toEqual(before);
    await central.receiveContext(await signer.context(central, 1, { log: [record(FIRM)] }));
  });

  it('is refused when it names a license of another vendor, held or moved, and nothing of it is kept', async () => {
    const { central, dongle, device } = await loaded();
    await central.addFirm({ firmCode: 77, name: 'Other' });
    const { itemIds } = await central.grantItems({ firmCode: 77, target: '3-1', items: [seats(3)] });
    const itemId = itemIds[0] ?? expect.fail('nothing granted');
    const signer = signerOf(dongle);
    const holding = { itemId, quantity: 99, pending: 0, units: null, usageStart: null, enabled: true };
    const items = [{ itemId, quantity: 2, units: null, usageStart: null }];
    const record = signer.record({ to: device.key, sequence: 1, firmCode: FIRM, items });
    const before = [await central.ledger(), await central.where()];
    for (const told of [{ holdings: [holding] }, { log: [record] }])
      await expect(central.receiveContext(await signer.context(central, 1, told))).rejects.toMatchObject({
        code: 'CUSTODY_WRONG',
        details: { why: 'a license belongs to another vendor' },
      });
    expect([await central.ledger(), await central.where()]).toEqual(before);
  });

  it('is refused when a transfer names a license twice, and nothing of it is kept', async () => {
    const { central, dongle, device, itemId } = await loaded();
    const signer = signerOf(dongle);
    const item = { itemId, quantity: 4, units: null, usageStart: null };
    const record = signer.record({ to: device.key, sequence: 1, firmCode: FIRM, items: [item, item] });
    const before = [await central.ledger(), await central.where()];
    await expect(central.receiveContext(await signer.context(central, 1, { log: [record] }))).rejects.toMatchObject({
      code: 'CUSTODY_WRONG',
      details: { why: 'a transfer record names a license twice' },
    });
    expect([await central.ledger(), await central.where()]).toEqual(before);
  });

  it('counts as known as far as nothing before it is missing', async () => {
    const { central, dongle, device, itemId } = await loaded();
    const signer = signerOf(dongle);
    const log = [1, 2, 3, 4].map((sequence) =>
      signer.record({
        to: device.key,
        sequence,
        firmCode: FIRM,
        items: [{ itemId, quantity: 1, units: null, usageStart: null }],
      }),
    );
    const known: number[] = [];
    for (const [first, last] of [
      [3, 4],
      [2, 2],
      [1, 1],
      [3, 4],
      [2, 4],
    ] as const) {
      const told = { logFirst: first, log: log.slice(first - 1, last) };
      await central.receiveContext(await signer.context(central, known.length + 1, told));
      known.push((await saidTo(central)).custodyKnownThrough);
    }
    expect(known).toEqual([0, 0, 1, 1, 4]);
  });
});

describe('a change of an item', () => {
  it('is refused for a container that is contradicted, though the item certainly is there', async () => {
    const { central, dongle, itemId } = await loaded();
    const copy = copyOf(dongle);
    for (const one of [dongle, copy]) makeBusy(one);
    await central.receiveContext(await contextFor(central, dongle));
    const contradiction = 'two different states have the same generation';
    expect(await central.receiveContext(await contextFor(central, copy))).toMatchObject({ contradiction });
    const order = { firmCode: FIRM, itemId };
    const refused = { code: 'PARTNER_ROLLED_BACK', details: { partner: '3-1', why: contradiction } };
    await expect(central.withdrawItem(order)).rejects.toMatchObject(refused);
    await expect(central.setEnabled({ ...order, enabled: false })).rejects.toMatchObject(refused);
    await expect(central.replaceItem({ ...order, item: seats(11) })).rejects.toMatchObject(refused);
    expect(await central.channels(FIRM)).toMatchObject([{ issued: 1, settled: 1 }]);
  });

  it('is refused from the first word of its container that is newer than the one that told of it', async () => {
    const { central, dongle, itemId } = await loaded();
    const order = { firmCode: FIRM, itemId, enabled: false };
    await central.receiveContext(await contextFor(central, dongle));
    expect(await central.setEnabled(order)).toMatchObject({ target: '3-1' });
    await central.receiveContext(await signerOf(dongle).context(central, 1, {}));
    await expect(central.setEnabled(order)).rejects.toMatchObject({
      code: 'PLACE_UNKNOWN',
      details: { why: 'the container did not tell all of its licenses' },
    });
  });
});

describe('a firm that was proven to be set back', () => {
  it('settles nothing more, from no container', async () => {
    const [folder, backup] = [scene.folder(), scene.folder()];
    const { central, dongle, device } = await loaded(folder);
    await central.addContainer(device.certificate);
    await central.grantItems({ firmCode: FIRM, target: '130-2', items: [seats(3)] });
    await central.close();
    fs.copyFileSync(path.join(folder, 'central.sqlite'), path.join(backup, 'central.sqlite'));
    const lost = await scene.another(folder, 'before the loss');
    const receipts = await deliver(lost, device);
    await lost.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1)] });
    await deliverAndSettle(lost, dongle);
    const restored = await scene.another(backup, 'restored');
    await expect(restored.receiveContext(await contextFor(restored, dongle))).rejects.toMatchObject({
      code: 'CENTRAL_ROLLED_BACK',
    });
    for (const receipt of receipts)
      expect(await restored.receiveContext(receipt)).toMatchObject({ outcomes: [], pending: 1 });
    expect(await restored.channels(FIRM)).toMatchObject([
      { serial: '130-2', issued: 1, settled: 0 },
      { serial: '3-1', issued: 1, settled: 1 },
    ]);
    expect((await restored.ledger()).map(({ status }) => status)).toContain('issued');
  });
});

describe('a transfer of more seats than were granted', () => {
  it('is refused with the context that tells of it, so that no liar fills the ledger with seats of others', async () => {
    const { central, dongle, itemId } = await loaded();
    const liar = makeContainer('dongle', 9);
    await central.addContainer(liar.certificate);
    const told = async (quantity: number) => {
      const items = [{ itemId, quantity, units: null, usageStart: null }];
      const record = signerOf(liar).record({ to: dongle.key, sequence: 1, firmCode: FIRM, items });
      return central.receiveContext(await signerOf(liar).context(central, quantity, { complete: true, log: [record] }));
    };
    await expect(told(11)).rejects.toMatchObject({ code: 'CUSTODY_WRONG' });
    expect((await central.ledger()).find((line) => line.itemId === itemId)).toMatchObject({ arrivals: [], surplus: 0 });
    expect(await told(10)).toMatchObject({ contradiction: null });
  });
});

describe('a container key', () => {
  it('keeps its serial number, and a serial number its key', async () => {
    const { central, dongle, device } = await loaded();
    const certified = readStoredCertificate(dongle.certificate);
    if (certified.party !== 'container') return expect.fail('a dongle is a container');
    const { kind, key, sealingKey, serial, issues } = certified;
    const certify = (change: Partial<typeof certified>) =>
      certifyContainer(crypto, root, { serial, kind, key, sealingKey, issues, ...change });
    for (const change of [{ serial: serialFromParts(3, 9) }, { key: device.key }])
      await expect(central.addContainer(certify(change))).rejects.toMatchObject({ code: 'CERTIFICATE_WRONG' });
    expect(await central.addContainer(certify({}))).toEqual({ serial: '3-1', key });
    await expect(central.updatesFor({ firmCode: FIRM, target: '3-9' })).rejects.toMatchObject({
      code: 'TARGET_UNKNOWN',
    });
  });
});

describe('the state that a firm signs for a container', () => {
  it('is a new one after every issue, cancel and settlement, and the same one otherwise', async () => {
    const { central, dongle } = await loaded();
    const states: string[] = [];
    const note = async (): Promise<number> => {
      const { generation, stateHash } = await saidTo(central);
      expect(await saidTo(central)).toMatchObject({ generation, stateHash });
      states.push(stateHash);
      return generation;
    };
    const start = await note();
    await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1)] });
    expect(await note()).toBe(start + 1);
    await central.cancel({ firmCode: FIRM, target: '3-1', sequences: [2] });
    expect(await note()).toBe(start + 2);
    const receipts = await deliver(central, dongle);
    for (const receipt of [...receipts, ...receipts]) {
      await central.receiveContext(receipt);
      expect(await note()).toBe(start + 3);
    }
    expect(new Set(states).size).toBe(4);
  });
});
