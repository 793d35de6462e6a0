import { describe, expect, it } from 'vitest';
import { partyName, readStoredCertificate } from '../../../container/files/certificate.ts';
import { openContextFile, openInventory } from '../../../container/files/context-file.ts';
import { readEnvelope, verifyEnvelope } from '../../../container/files/envelope.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { FORMAT } from '../../../container/model/limits.ts';
import { crypto, load, makeContainer, move, root, type TestContainer, TestFirm } from '../../world/parties.ts';
import { contextFor, only, world } from './scene.ts';

/** What the firm reads in a context that was made for it, and how large that context is. */
function told(firm: TestFirm, container: TestContainer) {
  const raw = contextFor(container, firm);
  const file = openContextFile({ crypto, root, known: () => undefined, isRevoked: () => false }, raw);
  if (!file.ok) throw new TypeError(file.code);
  const inventory = openInventory(crypto, firm.sealingSecret, file.value);
  if (!inventory.ok || inventory.value === null) throw new TypeError('there is no inventory');
  return { ...inventory.value, bytes: raw.length };
}

/** A dongle with one item of the firm, and one transfer of it in the log. */
function scene() {
  const { firm, dongle, device } = world();
  load(firm, dongle, {});
  move(dongle, device, [{ holding: 1, quantity: 1 }]);
  return { firm, dongle, state: dongle.container.state };
}

describe('what a firm is told in a context', () => {
  it('is its own holdings and its own part of the log, and nothing of another firm', () => {
    const { firm, dongle } = scene();
    const other = new TestFirm(6000099);
    const { itemId } = only(load(other, dongle, { quantity: 9 }));
    expect(told(firm, dongle)).toMatchObject({ complete: true, logFirst: 1 });
    expect(told(firm, dongle).log).toHaveLength(1);
    const { holdings, log, complete } = told(other, dongle);
    expect(holdings).toEqual([{ itemId, quantity: 9, pending: 0, units: null, usageStart: null, enabled: true }]);
    expect([log, complete]).toEqual([[], true]);
  });

  it('has every transfer signed by its sender, in the log of the sender and in that of the target', () => {
    const { firm, dongle, device } = world();
    load(firm, dongle, {});
    move(dongle, device, [{ holding: 1, quantity: 1 }]);
    const [given, taken] = [dongle, device].map((it) => only(told(firm, it).log));
    expect(given).toEqual(taken);
    const envelope = readEnvelope(given as Uint8Array, 'transferRecord', 1, 'a transfer record');
    expect(envelope.ok && verifyEnvelope(crypto, dongle.key, envelope.value)).toBe(true);
  });

  it('says that it is not complete when there are more holdings than a file has room for', () => {
    const { firm, dongle, state } = scene();
    const holding = only([...state.holdings.values()]);
    for (let id = 2; id <= 45_000; id++) state.holdings.set(id, { ...holding, id });
    const { complete, holdings, bytes, log, certificates } = told(firm, dongle);
    expect(complete).toBe(false);
    expect(holdings.length).toBeGreaterThan(40_000);
    expect(bytes).toBeLessThanOrEqual(FORMAT.fileBytes);
    expect([log, certificates]).toEqual([[], []]);
  });

  it('is as many holdings as fit beside the evidence, and says that it is not complete where one more is held', () => {
    const { firm, dongle, state } = scene();
    const holding = only([...state.holdings.values()]);
    const room = FORMAT.fileBytes - 64 * 1024;
    const toldOf = (held: number) => {
      state.holdings.set(held, { ...holding, id: held });
      state.counters.set('evidenceBytes', room - 2 * 48);
      const { complete, holdings } = told(firm, dongle);
      return [complete, holdings.length];
    };
    expect([1, 2, 3].map(toldOf)).toEqual([
      [true, 1],
      [true, 2],
      [false, 2],
    ]);
  });

  it('is the oldest part of a log that is too long for one file: the rest follows when the firm knows that', () => {
    const { firm, dongle, state } = scene();
    const record = only([...state.log.values()]);
    for (let position = 2; position <= 5000; position++) state.log.set(`${firm.firmCode}:${position}`, record);
    state.logs.set(firm.firmCode, { first: 1, next: 5001 });
    const { log, logFirst, bytes, complete } = told(firm, dongle);
    expect([logFirst, complete]).toEqual([1, true]);
    expect(log.length).toBeGreaterThan(2000);
    expect(log.length).toBeLessThan(5000);
    expect(bytes).toBeLessThanOrEqual(FORMAT.fileBytes);
  });

  it('fills a file to the last byte: the log first, with those who sent what is in it, and other partners then', () => {
    const { firm, dongle, state } = scene();
    const [sender, stranger] = [makeContainer('soft', 2), makeContainer('soft', 9)];
    contextFor(dongle, stranger);
    const holdingBytes = 48;
    const longest = 2 ** 16 - 512;
    const withLast = (length: number) => {
      for (let position = 1; position <= 31; position++) {
        const hash = `${position}`.padStart(64, '0') as Hash;
        const raw = new Uint8Array(position < 31 ? longest : length);
        state.records.set(hash, { raw, own: false, from: sender.key, references: 1 });
        state.log.set(`${firm.firmCode}:${position}`, hash);
      }
      state.logs.set(firm.firmCode, { first: 1, next: 32 });
      const { log, certificates } = told(firm, dongle);
      return [log.length, ...certificates.map((one) => partyName(readStoredCertificate(one)))];
    };
    const fits = longest - holdingBytes;
    expect(withLast(fits + 1)).toEqual([30, '130-2']);
    expect(withLast(fits)).toEqual([31, '130-2']);
    expect(withLast(fits - 512)).toEqual([31, '130-2', 'firm 6000010']);
  });

  it('names the partners of the container as far as there is room for their certificates', () => {
    const { firm, dongle, state } = scene();
    const stranger = makeContainer('soft', 9);
    contextFor(dongle, stranger);
    expect(told(firm, dongle).certificates).toHaveLength(3);
    const partner = state.partners.get(stranger.key);
    if (partner === undefined) throw new TypeError('the stranger is no partner');
    for (let count = 0; count < 4500; count++) {
      const key = `${count}`.padStart(64, '0') as typeof stranger.key;
      state.partners.set(key, { ...partner, key });
      state.certificates.set(key, { raw: stranger.certificate, references: 1 });
    }
    const { certificates, bytes } = told(firm, dongle);
    expect(certificates.length).toBeLessThan(4500);
    expect(bytes).toBeLessThanOrEqual(FORMAT.fileBytes);
  });
});
