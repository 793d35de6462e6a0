import { describe, expect, it } from 'vitest';
import type { ContainerState } from '../../../container/engine/state.ts';
import { Defect } from '../../../container/errors.ts';
import { pack, unpackTrusted } from '../../../container/files/codec.ts';
import { limitsOfBank } from '../../../container/model/limits.ts';
import { Journal } from '../../../container/store/journal.ts';
import { changesIn, decodeSnapshot, encodeSnapshot } from '../../../container/store/snapshot.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { load, makeContainer, move, order, type TestContainer, TestFirm } from '../../world/parties.ts';
import { backup, codeOf, restored } from '../engine/scene.ts';

/** The state as it comes back from a snapshot of it. */
function again({ container, parts }: TestContainer): ContainerState {
  const { journal } = Journal.open(parts.flash, { crypto: parts.crypto, where: parts.where });
  const secrets = { seed: parts.crypto.sha256(new Uint8Array(1)), sealingSecret: new Uint8Array(32).fill(7) };
  const bytes = encodeSnapshot(container.state, secrets);
  const decoded = decodeSnapshot(parts.crypto, bytes, (kind) => limitsOfBank(kind, journal.bankBytes));
  expect(decoded.secrets).toEqual(secrets);
  return { ...decoded.state, identity: container.state.identity };
}

/** The tables by key, since in which order things came to be is not kept; cloned, without what readers hang on bytes. */
function tablesOf({ identity, limits, ...tables }: ContainerState): object {
  const sorted = ([name, table]: [string, { entries(): Iterable<[unknown, unknown]> }]) => {
    const entries = [...table.entries()].map(([key, value]): [string, unknown] => [String(key), value]);
    return [name, entries.sort(([one], [other]) => (one < other ? -1 : 1))];
  };
  return structuredClone({ identity, limits, ...Object.fromEntries(Object.entries(tables).map(sorted)) });
}

/** A dongle with seats held, moved, returned and in transit, custody logs of two firms, one of them pruned. */
function busyDongle(): TestContainer {
  const dongle = makeContainer('dongle', 1_000_001);
  const [device, other] = [makeContainer('soft', 1_000_000_001), makeContainer('soft', 1_000_000_002)];
  const firms = [new TestFirm(6_000_010), new TestFirm(6_000_011)] as const;
  for (const firm of firms) load(firm, dongle, { quantity: 5 }, { quantity: 3 });
  for (const holding of [1, 3]) {
    move(dongle, device, [{ holding, quantity: 2 }]);
    const [id = 0] = device.container.state.holdings.keys();
    move(device, dongle, [{ holding: id, quantity: 1 }]);
  }
  const [firm] = firms;
  firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key).raw] });
  dongle.container.run('apply', { update: firm.update(dongle, { header: { custodyKnownThrough: 1 } }) });
  order(dongle, other, [{ holding: 2, quantity: 1 }]);
  return dongle;
}

describe('a snapshot', () => {
  it('brings back everything that a container knows, and what it is charged for', () => {
    const dongle = busyDongle();
    const { state } = dongle.container;
    const { records, pending, logs, log, holdings } = state;
    for (const table of [records, pending, logs, log, holdings]) expect(table.size).toBeGreaterThan(0);
    expect([...logs.values()].map(({ first }) => first)).toContain(2);
    expect(tablesOf(again(dongle))).toEqual(tablesOf(state));
    expect(changesIn(again(dongle))).toBe(changesIn(state));
  });

  it('brings back the proof that this container was set back', () => {
    const dongle = makeContainer('dongle', 1_000_001);
    const device = makeContainer('soft', 1_000_000_001);
    load(new TestFirm(), dongle, { quantity: 5 });
    device.container.run('context', { certificate: dongle.certificate, firmCode: null });
    const before = backup(dongle);
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    const twin = restored(dongle, before, 'memory and anchor');
    expect(codeOf(() => order(twin, device, [{ holding: 1, quantity: 1 }]))).toBe('SELF_ROLLED_BACK');
    expect(twin.container.state.evidence.size).toBe(1);
    expect(twin.container.state.marks.has('rolledBack')).toBe(true);
    expect(tablesOf(again(twin))).toEqual(tablesOf(twin.container.state));
  });

  it('brings back whom an order has served, and with how much', async () => {
    const dongle = makeContainer('dongle', 1_000_001);
    load(new TestFirm(), dongle, { quantity: 5 });
    const items = [{ firmCode: 6_000_010, productCode: 1001, quantity: 3 }];
    dongle.container.run('arm-order', { items, kinds: [], keys: [], most: 2 });
    const device = makeContainer('soft', 1_000_000_001);
    const { context } = device.container.run('context', { certificate: dongle.certificate, firmCode: null });
    const client = dongle.container.client(undefined, 'unattended');
    await client.call('issue', issueRequest({ context, first: 1, parts: [{ holding: 1, quantity: 2 }] }));
    expect([...dongle.container.state.served.values()]).toMatchObject([{ target: device.key, quantities: [2] }]);
    expect(tablesOf(again(dongle))).toEqual(tablesOf(dongle.container.state));
  });

  it('of a kind of container that there is not is a defect', () => {
    const { container, parts } = makeContainer('dongle', 1_000_001);
    const secrets = { seed: new Uint8Array(32), sealingSecret: new Uint8Array(32) };
    const [identity, ...rest] = unpackTrusted(encodeSnapshot(container.state, secrets)) as [unknown[], ...unknown[]];
    const bytes = pack([[99, ...identity.slice(1)], ...rest], 12);
    expect(() => decodeSnapshot(parts.crypto, bytes, () => container.state.limits)).toThrow(Defect);
  });
});
