import { describe, expect, it } from 'vitest';
import { Container } from '../../../container/container.ts';
import { emitContext, emitUpdates, pendingTo } from '../../../container/engine/emit.ts';
import { evolve } from '../../../container/engine/evolve.ts';
import { type ContainerState, draftOf } from '../../../container/engine/state.ts';
import { grantOf, recordOf } from '../../../container/engine/stored.ts';
import { DraftTable } from '../../../container/engine/table.ts';
import { transferEntry } from '../../../container/engine/transfer-entry.ts';
import { Defect } from '../../../container/errors.ts';
import { readStoredCertificate } from '../../../container/files/certificate.ts';
import { decodeEntry } from '../../../container/files/entries.ts';
import { readEnvelope, verifyEnvelope } from '../../../container/files/envelope.ts';
import { keyRequest } from '../../../container/files/key-request.ts';
import { statement } from '../../../container/files/statement.ts';
import { certifyContainer } from '../../../container/files/test-root.ts';
import { fromHex } from '../../../container/model/bytes.ts';
import type { Hash, ItemId, PublicKey } from '../../../container/model/ids.ts';
import { serialFromParts } from '../../../container/model/serial-number.ts';
import { MemoryAnchor } from '../../../container/store/memory-anchor.ts';
import { MemoryFlash } from '../../../container/store/memory-flash.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { crypto, load, makeContainer, move, order, root, seededEnv } from '../../world/parties.ts';
import { apply, codeOf, contextFor, HandContainer, holdingId, only, world } from './scene.ts';

function fresh() {
  const flash = new MemoryFlash({ size: 512 * 1024, pageSize: 256, sectorSize: 4096 });
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
  return { container, parts, content, key };
}

describe('a container that is not certified yet', () => {
  it('lists itself without a serial number and does nothing with files', () => {
    const { container, key } = fresh();
    const { firm, dongle, device } = world();
    expect(container.run('list', {})).toMatchObject({ serial: null, certificate: null, issues: 'nothing' });
    const context = contextFor(device, dongle);
    const works = [
      () => container.run('context', { certificate: firm.certificate, firmCode: null }),
      () => container.run('apply', { update: firm.update(dongle) }),
      () => container.run('issue', issueRequest({ context, first: 1, parts: [{ holding: 1, quantity: 1 }] })),
      () => container.run('cancel', { target: key, sequences: [1] }),
      () => container.run('transit', { target: key }),
    ];
    expect(works.map(codeOf)).toEqual(Array(5).fill('NOT_ENROLLED'));
    const emitter = { crypto, seed: new Uint8Array(32), random: seededEnv('x').random, lock: null };
    const issuer = readStoredCertificate(firm.certificate);
    expect(() => emitContext(container.state, emitter, issuer)).toThrow(Defect);
  });

  it('takes the certificate of its own keys and no other, and the same one twice', () => {
    const { container, parts, content } = fresh();
    const hand = new HandContainer(3);
    const certify = (change: object) => certifyContainer(crypto, root, { ...content, ...change });
    const enrol = (raw: Uint8Array) => codeOf(() => container.enrol(raw));
    expect(enrol(new Uint8Array(1))).toBe('FILE_MALFORMED');
    expect(enrol(hand.certificate)).toBe('CERTIFICATE_WRONG');
    expect(enrol(world().firm.certificate)).toBe('CERTIFICATE_WRONG');
    expect(enrol(certify({ kind: 'soft' }))).toBe('CERTIFICATE_WRONG');
    expect(enrol(certify({ sealingKey: new Uint8Array(32) }))).toBe('CERTIFICATE_WRONG');
    expect(enrol(certify({}))).toBe('nothing');
    const { generation } = container.run('list', {});
    expect(enrol(certify({}))).toBe('nothing');
    expect(enrol(certify({ serial: serialFromParts(3, 2) }))).toBe('CERTIFICATE_WRONG');
    expect(container.run('list', {}).generation).toBe(generation);
    expect(Container.open(parts).run('list', {})).toMatchObject({ serial: '3-1', locked: false });
  });

  it('asks for it with a request that its own key signed', () => {
    const { container, content } = fresh();
    const envelope = readEnvelope(container.keyRequest(), 'keyRequest', 1, 'a key request');
    if (!envelope.ok) throw new TypeError(envelope.code);
    expect(verifyEnvelope(crypto, content.key, envelope.value)).toBe(true);
    const { kind, key, sealingKey } = content;
    expect(keyRequest.decode(envelope.value.parts[0] as Uint8Array)).toEqual({
      ok: true,
      value: { kind, key, sealingKey },
    });
  });

  it('at its last generation commits nothing more', async () => {
    const { dongle, device } = world();
    dongle.container.state.counters.set('generation', 0xffffffff);
    expect(codeOf(() => contextFor(dongle, device))).toBe('EXHAUSTED');
    const client = dongle.container.client();
    await expect(client.call('context', { certificate: device.certificate, firmCode: null })).rejects.toMatchObject({
      code: 'EXHAUSTED',
    });
    await client.close();
  });
});

describe('a table of changes over another', () => {
  it('shows what was set and hides what was deleted, and the base stays as it is', () => {
    const base = new Map([
      ['a', 1],
      ['b', 2],
    ]);
    const table = new DraftTable(base);
    expect(table.delete('z')).toBe(false);
    expect(table.delete('a')).toBe(true);
    table.set('c', 3);
    table.set('b', 4);
    expect([...table.entries()].sort()).toEqual([
      ['b', 4],
      ['c', 3],
    ]);
    expect([table.size, [...table.values()].sort(), [...table.keys()].sort()]).toEqual([2, [3, 4], ['b', 'c']]);
    expect(base.get('a')).toBe(1);
  });
});

describe('a broken invariant', () => {
  it('is a defect of the program, never a refusal', () => {
    const { firm, dongle, device } = world();
    load(firm, dongle, {});
    order(dongle, device, [{ holding: 1, quantity: 1 }]);
    const { state } = dongle.container;
    const entry = only([...state.pending.values()]);
    const draft = (bend: (copy: ContainerState) => void): ContainerState => {
      const copy = draftOf(state);
      bend(copy);
      return copy;
    };
    const itemId = only([...state.grants.keys()]);
    const emitter = {
      crypto,
      seed: new Uint8Array(32),
      random: (length: number) => new Uint8Array(length),
      lock: null,
    };
    const works = [
      () => grantOf(state, '00' as ItemId),
      () => recordOf(state, '00' as Hash),
      () => emitUpdates(state, emitter, firm.key, null),
      () => emitUpdates(state, emitter, makeContainer('soft', 9).key, null),
      () => emitUpdates({ ...state, identity: { ...state.identity, certified: null } }, emitter, device.key, null),
      () => evolve(draftOf(state), { change: 'holdingDropped', id: 99 }),
      () => evolve(draftOf(state), { change: 'enrolled', certificate: firm.certificate }),
      () =>
        transferEntry(
          draft((copy) => {
            const hash = '11'.repeat(32) as Hash;
            copy.records.set(hash, { raw: new Uint8Array(200), own: true, from: dongle.key, references: 1 });
            copy.holdings.set(1, { ...only([...state.holdings.values()]), custody: [hash] });
          }),
          entry,
        ),
      () =>
        transferEntry(
          draft((copy) => copy.holdings.delete(1)),
          entry,
        ),
      () =>
        transferEntry(
          draft((copy) => copy.grants.delete(itemId)),
          entry,
        ),
    ];
    for (const work of works) expect(work).toThrow(Defect);
    state.pending.delete(`${device.key}:1`);
    expect(() => dongle.container.run('transit', { target: device.key })).toThrow(Defect);
    expect([firm, makeContainer('soft', 9)].map(({ key }) => pendingTo(state, key))).toEqual([[], []]);
  });

  it('in a custody log is a defect as well', () => {
    const { firm, dongle, device } = world();
    load(firm, dongle, {});
    move(dongle, device, [{ holding: 1, quantity: 1 }]);
    dongle.container.state.records.delete(only([...dongle.container.state.records.keys()]));
    expect(() => contextFor(dongle, firm)).toThrow(Defect);
    dongle.container.state.log.delete(`${firm.firmCode}:1`);
    expect(() => contextFor(dongle, firm)).toThrow(Defect);
  });
});

describe('evidence', () => {
  it('about a stranger that forks at first sight is the one word that it signed', () => {
    const { dongle } = world();
    const hand = new HandContainer(4);
    hand.entries.push({ entry: new Uint8Array(40), signature: null });
    const chainBefore = '11'.repeat(32) as Hash;
    const header = { chainBefore, chainLast: hand.chainAfter(chainBefore) };
    expect(codeOf(() => apply(dongle, hand.update(dongle, [], { header, generation: 7 })))).toBe('UPDATE_FORK');
    const { about, statements } = only([...dongle.container.state.evidence.values()]);
    expect(about).toBe(hand.key);
    expect(statement.decodeTrusted(only(statements).statement)).toMatchObject({ signer: hand.key, generation: 7 });
  });

  it('about strangers that fork at first sight is kept once for each, 64 pieces at most', () => {
    const { dongle } = world();
    const hands = Array.from({ length: 66 }, (_, count) => new HandContainer(4 + count));
    const chainBefore = '11'.repeat(32) as Hash;
    for (const hand of hands) {
      hand.entries.push({ entry: new Uint8Array(40), signature: null });
      const header = { chainBefore, chainLast: hand.chainAfter(chainBefore) };
      for (const generation of [1, 2])
        expect(codeOf(() => apply(dongle, hand.update(dongle, [], { header, generation })))).toBe('UPDATE_FORK');
    }
    expect(dongle.container.run('list', {}).evidence).toBe(64);
    const names = dongle.container.run('history', {}).evidence.map(({ name }) => name);
    expect(names).toEqual(hands.slice(0, 64).map(({ key }) => key.slice(0, 8)));
  });
});

describe('items that came the same way', () => {
  it('share their transfer records when they move on', () => {
    const { firm, dongle, device } = world();
    load(firm, dongle, {}, {});
    const second = makeContainer('dongle', 5);
    const parts = (...ids: number[]) => ids.map((holding) => ({ holding, quantity: 1 }));
    move(dongle, second, parts(1, 2));
    const id = holdingId(second);
    order(second, device, parts(id, id + 1));
    const { state } = second.container;
    const read = decodeEntry(transferEntry(state, only([...state.pending.values()])).entry);
    expect(read).toMatchObject({ content: { records: [expect.any(Uint8Array)], holdings: [{}, {}] } });
    apply(device, only(second.container.run('transit', { target: device.key }).updates));
    expect(device.container.run('list', {}).holdings.map(({ hops }) => hops)).toEqual([2, 2]);
    expect(device.container.state.records.size).toBe(2);
    expect(device.container.state.partners.has('00' as PublicKey)).toBe(false);
  });
});
