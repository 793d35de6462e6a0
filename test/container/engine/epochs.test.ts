import { describe, expect, it } from 'vitest';
import { newHead } from '../../../container/engine/issuer-channel.ts';
import { CATALOGUE } from '../../../container/errors.ts';
import type { InboundState } from '../../../container/files/statement.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { crypto, load, makeContainer, reopen, type TestContainer, TestFirm } from '../../world/parties.ts';
import { audit } from './audit.ts';
import { apply, codeOf, evidenceOf, HandContainer, hashOf, loaded, reasons } from './scene.ts';

/** The firm as a backup brings it back: it knows nothing of what it issued. */
function restoredServer(): TestFirm {
  const server = new TestFirm();
  // Its chance is another one than before.
  server.env.random(999);
  return server;
}

function inboundOf(it: TestContainer, firm: TestFirm): InboundState {
  const partner = it.container.state.partners.get(firm.key);
  if (partner === undefined) throw new TypeError('no channel');
  return partner.inbound;
}

/** An entry of a restored server, in a new epoch behind the state that it names. */
function begun(firm: TestFirm, it: TestContainer, epoch: number, named: Pick<InboundState, 'applied' | 'hash'>) {
  firm.beginEpoch(it, epoch, named.applied, named.hash);
  firm.issue(it, { kind: 'add', grants: [firm.grant(it.key, { productCode: 77 }).raw] });
  return firm.update(it, { first: named.applied + 1 });
}

const products = (it: TestContainer) => it.container.run('list', {}).holdings.map(({ productCode }) => productCode);

describe('a new epoch of a firm whose server was restored', () => {
  it('is taken behind the state that it names, and goes on from there', () => {
    const { firm, dongle } = loaded();
    const server = restoredServer();
    expect(apply(dongle, begun(server, dongle, 1, inboundOf(dongle, firm)))).toMatchObject({
      applied: 2,
      deferred: null,
    });
    expect([products(dongle), inboundOf(dongle, firm).epoch]).toEqual([[1001, 77], 1]);
    server.issue(dongle, { kind: 'add', grants: [server.grant(dongle.key, { productCode: 78 }).raw] });
    expect(reasons(apply(dongle, server.update(dongle, { first: 2 })))).toEqual([0]);
    reopen(dongle);
    expect([products(dongle), audit(dongle.container.state), evidenceOf(dongle)]).toEqual([[1001, 77, 78], [], []]);
  });

  it('is taken of a firm that contradicted itself before its vendor said that its server was restored', () => {
    const { firm, dongle } = loaded();
    const unaware = restoredServer();
    unaware.issue(dongle, { kind: 'add', grants: [unaware.grant(dongle.key, { productCode: 76 }).raw] });
    expect(codeOf(() => apply(dongle, unaware.update(dongle)))).toBe('PARTNER_ROLLED_BACK');
    expect(evidenceOf(dongle)).toEqual(['two different states have the same generation']);
    const server = restoredServer();
    apply(dongle, begun(server, dongle, 1, inboundOf(dongle, firm)));
    server.issue(dongle, { kind: 'add', grants: [server.grant(dongle.key, { productCode: 78 }).raw] });
    expect(reasons(apply(dongle, server.update(dongle, { first: 2 })))).toEqual([0]);
    expect(products(dongle)).toEqual([1001, 77, 78]);
  });

  it('is taken once: the same file again changes nothing', () => {
    const { firm, dongle } = loaded();
    const file = begun(restoredServer(), dongle, 1, inboundOf(dongle, firm));
    apply(dongle, file);
    const before = hashOf(dongle);
    expect(apply(dongle, file)).toMatchObject({ applied: 2, skipped: 1 });
    expect(hashOf(dongle)).toBe(before);
  });

  it('behind a state that is no longer the present one changes nothing, and the receipt tells the present one', () => {
    const { firm, dongle } = loaded();
    const named = inboundOf(dongle, firm);
    load(firm, dongle, { productCode: 5 });
    const before = hashOf(dongle);
    const report = apply(dongle, begun(restoredServer(), dongle, 1, named));
    expect(report).toMatchObject({ applied: 2, entries: [], deferred: 2, deferredFor: CATALOGUE.EPOCH_STALE.number });
    expect([hashOf(dongle), products(dongle)]).toEqual([before, [1001, 5]]);
    expect(report.receipt.length).toBeGreaterThan(0);
  });

  it('behind another history of the same length changes nothing', () => {
    const { firm, dongle } = loaded();
    const other = { applied: inboundOf(dongle, firm).applied, hash: 'ab'.repeat(32) as Hash };
    const report = apply(dongle, begun(restoredServer(), dongle, 1, other));
    expect(report).toMatchObject({ entries: [], deferredFor: CATALOGUE.EPOCH_STALE.number });
    expect(products(dongle)).toEqual([1001]);
  });

  it('that names an older state than the present one changes nothing, wherever its file begins', () => {
    const { firm, dongle } = loaded();
    load(firm, dongle, { productCode: 5 });
    const server = restoredServer();
    const { applied, hash } = inboundOf(dongle, firm);
    begun(server, dongle, 1, { applied, hash });
    const report = apply(dongle, server.update(dongle, { first: 3, header: { settledThrough: 1 } }));
    expect(report).toMatchObject({ applied: 2, entries: [], deferredFor: CATALOGUE.EPOCH_STALE.number });
    expect([products(dongle), inboundOf(dongle, firm).epoch]).toEqual([[1001, 5], 0]);
  });

  it('makes every file of an earlier epoch one of the past', () => {
    const { firm, dongle } = loaded();
    firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key, { productCode: 5 }).raw] });
    const old = firm.update(dongle, { first: 2 });
    apply(dongle, begun(restoredServer(), dongle, 3, inboundOf(dongle, firm)));
    expect(codeOf(() => apply(dongle, old))).toBe('UPDATE_EPOCH');
    expect(codeOf(() => apply(dongle, begun(restoredServer(), dongle, 2, inboundOf(dongle, firm))))).toBe(
      'UPDATE_EPOCH',
    );
    expect(products(dongle)).toEqual([1001, 77]);
  });

  it('whose first file is missing names what is missing', () => {
    const { firm, dongle } = loaded();
    const server = restoredServer();
    begun(server, dongle, 1, inboundOf(dongle, firm));
    server.issue(dongle, { kind: 'add', grants: [server.grant(dongle.key).raw] });
    expect(codeOf(() => apply(dongle, server.update(dongle, { first: 3 })))).toBe('UPDATE_GAP');
    expect(inboundOf(dongle, firm).epoch).toBe(0);
  });

  it('forgets what was refused before, which its firm has read with the state, but not the chain of it', () => {
    const { firm, dongle, device } = loaded();
    firm.issue(dongle, { kind: 'add', grants: [firm.grant(device.key).raw] });
    expect(reasons(apply(dongle, firm.update(dongle)))).toEqual([CATALOGUE.GRANT_WRONG.number]);
    const { refused, refusedChain } = inboundOf(dongle, firm);
    expect(refused).toHaveLength(1);
    apply(dongle, begun(restoredServer(), dongle, 1, inboundOf(dongle, firm)));
    expect(inboundOf(dongle, firm)).toMatchObject({ applied: 3, refused: [], prunedThrough: 2, refusedChain });
  });

  it('may be the first that a container hears of the firm', () => {
    const [server, device] = [restoredServer(), makeContainer('soft', 2)];
    const named = { applied: 0, hash: newHead(crypto, server.key, device.key).issuedChain };
    expect(apply(device, begun(server, device, 4, named))).toMatchObject({ applied: 1, deferred: null });
    expect(inboundOf(device, server).epoch).toBe(4);
  });

  it('is a firm’s alone: a container opens none', () => {
    const [giver, device] = [new HandContainer(9), makeContainer('soft', 2)];
    const update = giver.update(device, [], { header: { epoch: 1 } });
    expect(codeOf(() => apply(device, update))).toBe('UPDATE_EPOCH');
  });
});
