import { describe, expect, it } from 'vitest';
import { counter } from '../../../container/engine/state.ts';
import type { FerryError } from '../../../container/errors.ts';
import { openContextFile } from '../../../container/files/context-file.ts';
import { signRootRevocations } from '../../../container/files/notices.ts';
import type { Hex } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { crypto, load, order, reopen, root, seats, type TestContainer, TestFirm } from '../../world/parties.ts';
import { audit } from './audit.ts';
import { apply, bound, codeOf, contextFor, HandContainer, loaded, only, settle, world } from './scene.ts';

function used(it: TestContainer): number {
  return counter(it.container.state, 'usedBytes');
}

function refusal(work: () => unknown): Pick<FerryError, 'code' | 'details'> | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    const { code, details } = error as FerryError;
    return { code, details };
  }
}

function headerOf(it: TestContainer, issuer: { readonly certificate: Uint8Array }) {
  const verifier = { crypto, root, known: () => undefined, isRevoked: () => false };
  const opened = openContextFile(verifier, contextFor(it, issuer));
  if (!opened.ok) throw new TypeError(opened.code);
  return opened.value.header;
}

describe('a context', () => {
  it('tells how much memory and how many channels are free, which is never less than nothing', () => {
    const { firm, dongle } = loaded();
    contextFor(dongle, firm);
    bound(dongle, { capacity: used(dongle) + 77, channels: 8 + 5 });
    expect(headerOf(dongle, firm)).toMatchObject({ freeMemory: 77, freeChannels: 4 });
    bound(dongle, { capacity: used(dongle) - 1, channels: 8 });
    expect(headerOf(dongle, firm)).toMatchObject({ freeMemory: 0, freeChannels: 0 });
  });

  it('names the first 1,024 of the firms whose licenses are locked', () => {
    const { firm, dongle } = loaded();
    for (let firmCode = 2000; firmCode > 900; firmCode--)
      dongle.container.state.locks.set(firmCode, { challenge: '00'.repeat(16) as Hex });
    const { lockedFirms } = headerOf(dongle, firm);
    expect([lockedFirms.length, lockedFirms[0], lockedFirms.at(-1)]).toEqual([1024, 901, 1924]);
  });
});

describe('a context for an issuer that is not known', () => {
  it('is refused, and the refusal names the firm that was asked for', () => {
    const { device } = world();
    const asked = (firmCode: number | null) =>
      refusal(() => device.container.run('context', { certificate: null, firmCode }));
    const unknown = (issuer: string) => ({ code: 'ISSUER_UNKNOWN', details: { here: '130-2', issuer } });
    expect(asked(6000010)).toEqual(unknown('firm 6000010'));
    expect(asked(null)).toEqual(unknown('firm (none)'));
  });
});

describe('a context for a Firm Code', () => {
  const [old, now] = [new TestFirm(6000010), new TestFirm(6000010, crypto, root, 'second key')];

  it('is for the first key of the firm that the root has not withdrawn', () => {
    const { device } = world();
    const asked = () => {
      const { context } = device.container.run('context', { certificate: null, firmCode: 6000010 });
      const opened = openContextFile({ crypto, root, known: () => undefined, isRevoked: () => false }, context);
      return opened.ok ? opened.value.header.issuer : opened.code;
    };
    load(old, device, {});
    load(now, device, {});
    expect(asked()).toBe(old.key);
    const list = (version: number, ...keys: PublicKey[]) =>
      apply(
        device,
        now.update(device, { first: 2, last: 1, notices: [signRootRevocations(crypto, root.seed, { version, keys })] }),
      );
    list(1, old.key);
    expect(asked()).toBe(now.key);
  });

  it('says that the certificate is withdrawn where every key of the firm is', () => {
    const { device } = world();
    load(old, device, {});
    const notices = [signRootRevocations(crypto, root.seed, { version: 1, keys: [old.key] })];
    const other = new TestFirm(6000011);
    apply(device, other.update(device, { notices }));
    const asked = () => device.container.run('context', { certificate: null, firmCode: 6000010 });
    expect(codeOf(asked)).toBe('CERTIFICATE_REVOKED');
  });
});

describe('the first context for an issuer', () => {
  it('needs memory for its channels, and is refused where one byte is missing', () => {
    const { dongle, device } = world();
    const before = used(device);
    contextFor(device, dongle);
    const needed = used(device) - before;
    const other = world().device;
    bound(other, { capacity: used(other) + needed - 1 });
    expect(refusal(() => contextFor(other, dongle))).toEqual({
      code: 'MEMORY_FULL',
      details: { here: '130-2', needed, free: needed - 1 },
    });
    bound(other, { capacity: used(other) + needed });
    expect(codeOf(() => contextFor(other, dongle))).toBe('nothing');
  });
});

describe('contexts for ever more issuers, who never answer', () => {
  const strangers = Array.from({ length: 40 }, (_, at) => new HandContainer(500 + at));
  const partners = (it: TestContainer) => [...it.container.state.partners.keys()];

  it('take as many channel records as that takes an eighth of the memory, the oldest of which gives way', () => {
    const { dongle } = world();
    bound(dongle, { unusedChannels: 9 });
    const before = used(dongle);
    const sizes = strangers.map((stranger) => {
      contextFor(dongle, stranger);
      return used(dongle) - before;
    });
    const one = sizes[0] ?? 0;
    expect(sizes).toEqual(strangers.map((_, at) => one * Math.min(9, at + 1)));
    expect(partners(dongle)).toEqual(strangers.slice(-9).map(({ key }) => key));
    expect(audit(dongle.container.state)).toEqual([]);
    reopen(dongle);
    expect(partners(dongle)).toEqual(strangers.slice(-9).map(({ key }) => key));
    expect(used(dongle) - before).toBe(9 * one);
  });

  it('take no record of anybody from whom something came, to whom something went or of whom something is known', () => {
    const { firm, dongle, device } = loaded();
    order(dongle, device, [{ holding: 1, quantity: 1 }]);
    const known = new HandContainer(600);
    apply(dongle, known.update(dongle, []));
    bound(dongle, { unusedChannels: 4 });
    for (const stranger of strangers) contextFor(dongle, stranger);
    expect(partners(dongle)).toEqual([firm, device, known, ...strangers.slice(-4)].map(({ key }) => key));
    expect(audit(dongle.container.state)).toEqual([]);
  });

  it('of vendors end the oldest questions for the time as well', () => {
    const { dongle } = world();
    bound(dongle, { unusedChannels: 4 });
    const firms = Array.from({ length: 20 }, (_, at) => new TestFirm(7_000_000 + at));
    for (const firm of firms) contextFor(dongle, firm);
    const asked = [...dongle.container.state.challenges.values()].map(({ issuer }) => issuer);
    expect(asked).toEqual(firms.slice(-4).map(({ key }) => key));
  });

  it('keep no answer out: whoever gave way is met as if for the first time', () => {
    const { dongle, device, itemId } = loaded();
    const context = contextFor(device, dongle);
    for (const stranger of strangers) contextFor(device, stranger);
    expect(partners(device)).not.toContain(dongle.key);
    const parts = [{ holding: 1, quantity: 2 }];
    const { updates } = dongle.container.run('issue', issueRequest({ context, first: 1, parts }));
    settle(dongle, apply(device, only(updates)).receipt);
    expect([seats(dongle, itemId), seats(device, itemId)]).toEqual([
      { held: 3, pending: 0 },
      { held: 2, pending: 0 },
    ]);
  });
});

describe('any later context', () => {
  it('needs no memory, even where more is used than there is', () => {
    const { firm, dongle } = loaded();
    bound(dongle, { capacity: used(dongle) - 1 });
    expect(codeOf(() => contextFor(dongle, firm))).toBe('nothing');
    expect(codeOf(() => dongle.container.run('context', { certificate: null, firmCode: firm.firmCode }))).toBe(
      'nothing',
    );
  });
});
