import { describe, expect, it } from 'vitest';
import { Container } from '../../container/container.ts';
import { certifyContainer } from '../../container/files/test-root.ts';
import { fromHex, utf8 } from '../../container/model/bytes.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { serialFromParts } from '../../container/model/serial-number.ts';
import type { Flash } from '../../container/store/flash-port.ts';
import { Journal } from '../../container/store/journal.ts';
import { MemoryAnchor } from '../../container/store/memory-anchor.ts';
import { MemoryFlash } from '../../container/store/memory-flash.ts';
import { decodeRecord } from '../../container/store/record.ts';
import { crypto, load, makeContainer, root, seededEnv, type TestContainer, TestFirm } from '../world/parties.ts';
import { backup, bound, restored } from './engine/scene.ts';

/** A flash that counts its erased sectors, and that fails from a moment on. */
class WatchedFlash extends MemoryFlash implements Flash {
  erased = 0;
  isBroken = false;

  override erase(address: number): void {
    this.erased += 1;
    super.erase(address);
  }

  override program(address: number, bytes: Uint8Array): void {
    if (this.isBroken) throw new Error('no more');
    super.program(address, bytes);
  }
}

const GEOMETRY = { size: 512 * 1024, pageSize: 256, sectorSize: 4096 };

function fresh() {
  const flash = new WatchedFlash(GEOMETRY);
  const parts = { crypto, env: seededEnv('fresh'), flash, anchor: new MemoryAnchor(), where: 'here' };
  const container = Container.create(parts, { kind: 'dongle', root });
  const { key, sealingKey } = container.state.identity;
  const content = {
    serial: serialFromParts(3, 1),
    kind: 'dongle',
    key,
    sealingKey: fromHex(sealingKey),
    issues: 'move',
  } as const;
  const certify = (change: object): Uint8Array => certifyContainer(crypto, root, { ...content, ...change });
  return { container, parts, flash, certify };
}

const refused = (code: string, details: object) => expect.objectContaining({ code, details });

function write(target: Pick<TestContainer, 'container'>, customerInfo: string): void {
  const [{ id = 0 } = {}] = target.container.run('list', {}).holdings;
  target.container.run('write-data', { holding: id, userData: null, customerInfo: utf8(customerInfo) });
}

describe('the certificate of a container', () => {
  it('is not taken for another key with the same sealing key, nor with another sealing key for the same key', () => {
    const { container, certify } = fresh();
    const wrong = refused('CERTIFICATE_WRONG', { who: 'here', why: 'it certifies other keys' });
    const key = makeContainer('soft', 2).key as PublicKey;
    expect(() => container.enrol(certify({ key }))).toThrow(wrong);
    const sealingKey = crypto.x25519PublicKey(new Uint8Array(32).fill(3));
    expect(() => container.enrol(certify({ sealingKey }))).toThrow(wrong);
    expect(container.state.identity.certified).toBeNull();
  });

  it('is not taken by a container that is locked', () => {
    const { container, parts, certify } = fresh();
    const other = Container.open({ ...parts, anchor: new MemoryAnchor() });
    expect([container.locked, other.locked]).toEqual([false, true]);
    expect(() => other.enrol(certify({}))).toThrow(refused('CONTAINER_LOCKED', { here: 'here' }));
    expect([other.locked, other.state.identity.certified]).toEqual([true, null]);
  });
});

describe('a commit', () => {
  it('may be as large as a journal record, and says by how much a larger one is too large', () => {
    const { container, parts, certify } = fresh();
    container.enrol(certify({}));
    const { records } = Journal.open(parts.flash, { crypto, where: 'here' });
    const size = records.at(-1)?.length ?? 0;
    const bounded = (journalRecord: number, capacity: number) => {
      const again = fresh();
      bound(again as unknown as TestContainer, { journalRecord, capacity });
      return again.container.enrol(certify({}));
    };
    expect(() => bounded(size - 1, size + 7)).toThrow(
      refused('MEMORY_FULL', { here: 'here', needed: size, free: size - 1 }),
    );
    expect(() => bounded(size - 1, size - 5)).toThrow(
      refused('MEMORY_FULL', { here: 'here', needed: size, free: size - 5 }),
    );
    expect(bounded(size, size)).toBeUndefined();
  });

  it('writes the whole state again only when the memory behind it is used up', () => {
    const { container, parts, flash, certify } = fresh();
    container.enrol(certify({}));
    const it = { container, parts, key: container.state.identity.key, certificate: certify({}) };
    load(new TestFirm(), it as unknown as TestContainer, {});
    const before = flash.erased;
    const text = 'x'.repeat(200);
    for (let times = 0; times < 20; times++) write(it, `${times} ${text}`);
    expect(flash.erased).toBe(before);
    for (let times = 20; times < 1500; times++) write(it, `${times} ${text}`);
    expect(flash.erased).toBeGreaterThan(before);
    const opened = Container.open(parts);
    expect(opened.locked).toBe(false);
    expect(opened.run('list', {}).holdings[0]?.customerInfo).toEqual(utf8(`1499 ${text}`));
  });

  it('that fails stops the container until it is opened again, and every later command says so', () => {
    const { container, parts, flash, certify } = fresh();
    flash.isBroken = true;
    expect(() => container.enrol(certify({}))).toThrow();
    flash.isBroken = false;
    const failed = refused('STORE_WRITE_FAILED', { where: 'here', why: 'it failed before' });
    expect(() => container.run('list', {})).toThrow(failed);
    expect(Container.open(parts).run('list', {}).serial).toBeNull();
  });

  it('after the last generation there can be is refused for that', () => {
    const { container, certify } = fresh();
    container.state.counters.set('generation', 0xffffffff);
    expect(() => container.enrol(certify({}))).toThrow(refused('EXHAUSTED', { what: 'generation' }));
  });
});

describe('a container that is opened', () => {
  it('takes an anchor that is one chained record behind, whatever was noted after that record', () => {
    const firm = new TestFirm();
    const device = makeContainer('soft', 2);
    load(firm, device, { unitCounter: 10 });
    const { anchor } = backup(device);
    device.parts.env.time += 1000;
    device.container.run('use', { firmCode: 6000010, productCode: 1001, units: 1, releaseDate: null });
    device.container.run('context', { certificate: firm.certificate, firmCode: null });
    const { records } = Journal.open(device.parts.flash, { crypto, where: 'there' });
    expect(records.map((bytes) => decodeRecord(bytes).chained).slice(-2)).toEqual([true, false]);
    const behind = restored(device, { ...backup(device), anchor }, 'memory and anchor');
    expect(behind.container.locked).toBe(false);
    expect(behind.parts.anchor.read()).toEqual(device.parts.anchor.read());
  });
});

describe('a client of a container', () => {
  it('ends what it was given to end when it is closed', async () => {
    const { container } = fresh();
    let ended = 0;
    const client = container.client(() => {
      ended += 1;
    });
    await client.close();
    expect(ended).toBe(1);
  });
});
