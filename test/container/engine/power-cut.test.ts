import { describe, expect, it } from 'vitest';
import { Container, type ContainerParts } from '../../../container/container.ts';
import { signCertifiedTime, signFirmRevocations, signRootRevocations } from '../../../container/files/notices.ts';
import { certifyTimeServer } from '../../../container/files/test-root.ts';
import { fromHex, type Hex, toHex, utf8 } from '../../../container/model/bytes.ts';
import type { Hash, PublicKey } from '../../../container/model/ids.ts';
import { MemoryAnchor } from '../../../container/store/memory-anchor.ts';
import { MemoryFlash } from '../../../container/store/memory-flash.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { crypto, load, makeContainer, order, reopen, root, type TestContainer, TestFirm } from '../../world/parties.ts';
import { FaultyFlash, PowerLost } from '../store/faulty-flash.ts';
import { cutEverywhere, endOf, FaultyAnchor, type Scene, shown } from './cut-power.ts';
import { apply, backup, codeOf, contextFor, settle } from './scene.ts';

/** One whole life of a dongle: each command with the memory that it began on. */
function life(): { readonly scenes: Scene[]; readonly proof: Scene; readonly parts: ContainerParts } {
  const firm = new TestFirm();
  const dongle = makeContainer('dongle', 1, { size: 320 * 1024 });
  const device = makeContainer('soft', 2);
  const scenes: Scene[] = [];
  const act = (name: string, work: (container: Container) => void): void => {
    scenes.push({ name, before: backup(dongle), work });
    work(dongle.container);
  };
  const [first, second] = [1, 2].map(() => firm.grant(dongle.key).raw);
  firm.issue(dongle, { kind: 'add', grants: [first ?? new Uint8Array(), second ?? new Uint8Array()] });
  const update = firm.update(dongle);
  act('load', (container) => container.run('apply', { update }));
  const context = contextFor(device, dongle);
  const ordering = (sequence: number) => (container: Container) => {
    container.run('issue', issueRequest({ context, first: sequence, parts: [{ holding: 1, quantity: 1 }] }));
  };
  act('order', ordering(1));
  const { receipt } = apply(device, pendingFile(dongle, device));
  act('settle what was applied', (container) => container.run('settle', { context: receipt }));
  act('order again', ordering(2));
  act('cancel', (container) => {
    container.run('cancel', { target: device.key, sequences: [2] });
  });
  const refused = apply(device, pendingFile(dongle, device)).receipt;
  act('settle what was refused', (container) => container.run('settle', { context: refused }));
  const back = order(device, dongle, [{ holding: 1, quantity: 1 }]).updates[0] ?? new Uint8Array();
  act('apply a return', (container) => container.run('apply', { update: back }));
  settle(device, contextFor(dongle, device));
  act('meet a stranger', (container) => {
    container.run('context', { certificate: makeContainer('soft', 3).certificate, firmCode: null });
  });
  act('order for one that is lost', ordering(3));
  firm.issue(dongle, { kind: 'writeOff', target: device.key, through: 3 });
  const given = firm.update(dongle, { first: 2 });
  act('write off', (container) => container.run('apply', { update: given }));
  const told = firm.update(dongle, { first: 3, last: 2, notices: noticesFor(dongle, firm) });
  act('take notices', (container) => container.run('apply', { update: told }));
  const other = new TestFirm(6000099);
  load(other, dongle, {});
  const inbound = dongle.container.state.partners.get(other.key)?.inbound;
  other.beginEpoch(dongle, 1, inbound?.applied ?? 0, inbound?.hash ?? ('' as Hash));
  other.issue(dongle, { kind: 'add', grants: [other.grant(dongle.key, {}).raw] });
  const begun = other.update(dongle, { first: 2 });
  act('begin an epoch', (container) => container.run('apply', { update: begun }));
  const forged = new TestFirm();
  forged.env.random(500);
  forged.issue(dongle, { kind: 'add', grants: [forged.grant(dongle.key).raw] });
  const file = forged.update(dongle, { generation: 2 });
  const proof: Scene = {
    name: 'keep evidence',
    before: backup(dongle),
    work: (container) => expect(codeOf(() => container.run('apply', { update: file }))).toBe('PARTNER_ROLLED_BACK'),
  };
  untilCompaction(dongle, act);
  return { scenes, proof, parts: dongle.parts };
}

/** A list of the root, one of the firm, and the time. */
function noticesFor(dongle: TestContainer, firm: TestFirm): Uint8Array[] {
  const keys = [makeContainer('dongle', 9).key];
  const seed = crypto.sha256(utf8('time server'));
  const certificate = certifyTimeServer(crypto, root, toHex(crypto.ed25519PublicKey(seed)) as PublicKey);
  contextFor(dongle, firm);
  const [asked] = [...dongle.container.state.challenges.values()].filter(({ issuer }) => issuer === firm.key);
  const challenge = fromHex(asked?.challenge ?? ('' as Hex));
  return [
    signRootRevocations(crypto, root.seed, { version: 1, keys }),
    signFirmRevocations(crypto, firm.seed, { firmCode: firm.firmCode, version: 1, keys }),
    signCertifiedTime(crypto, { seed, certificate }, { container: dongle.key, challenge, time: 900_000_000 }),
  ];
}

function pendingFile(from: TestContainer, to: TestContainer): Uint8Array {
  return from.container.run('transit', { target: to.key }).updates[0] ?? new Uint8Array();
}

/** Writes data until a commit compacts the journal first, and keeps only that one as a scene. */
function untilCompaction(dongle: TestContainer, act: (name: string, work: (container: Container) => void) => void) {
  for (let round = 1; ; round++) {
    const userData = new Uint8Array(250).fill(round % 256);
    const write = (container: Container): void => {
      container.run('write-data', { holding: 1, userData, customerInfo: null });
    };
    if (operationsOf(dongle, write) > 12) {
      act('compact', write);
      return;
    }
    write(dongle.container);
  }
}

/** Page programs, erases and flushes of one command; at most 13 are counted. */
function operationsOf(dongle: TestContainer, work: (container: Container) => void): number {
  const { geometry } = dongle.parts.flash;
  const flash = new FaultyFlash(geometry, dongle.parts.flash.image(), 12);
  try {
    work(Container.open({ ...dongle.parts, flash, anchor: new MemoryAnchor(dongle.parts.anchor.read()) }));
  } catch (error) {
    if (error instanceof PowerLost) return 13;
    throw error;
  }
  return 12;
}

describe('a container whose power is cut', () => {
  const { scenes, proof, parts } = life();

  it.each(scenes.map((scene) => ({ name: scene.name, scene })))(
    'during "$name" opens unlocked with the state before or after, and the command can be given again',
    ({ scene }) => {
      expect(cutEverywhere(parts, scene)).toBeGreaterThan(2);
    },
  );

  it('while it keeps evidence, which moves no anchor, has it or has it not, and keeps it the next time', () => {
    expect(cutEverywhere(parts, proof)).toBeGreaterThan(1);
  });

  it.each(['before', 'after'] as const)('%s the anchor is durable opens unlocked with the state after', (cut) => {
    for (const scene of scenes) {
      const flash = new MemoryFlash(parts.flash.geometry, scene.before.image);
      const anchor = new FaultyAnchor(scene.before.anchor, cut);
      const container = Container.open({ ...parts, flash, anchor });
      expect(() => scene.work(container)).toThrow(PowerLost);
      expect(() => scene.work(container)).toThrow(expect.objectContaining({ code: 'STORE_WRITE_FAILED' }));
      const end = endOf(parts, scene);
      const again = Container.open({ ...parts, flash, anchor: new MemoryAnchor(anchor.read()) });
      expect([again.locked, shown(again)]).toEqual([false, end]);
    }
  });

  it('at the very moment of its roll forward is rolled forward the next time', () => {
    for (const scene of scenes) {
      const flash = new MemoryFlash(parts.flash.geometry, scene.before.image);
      const anchor = new FaultyAnchor(scene.before.anchor, 'before');
      expect(() => scene.work(Container.open({ ...parts, flash, anchor }))).toThrow(PowerLost);
      const blocked = new FaultyAnchor(anchor.read(), 'before');
      expect(() => Container.open({ ...parts, flash, anchor: blocked })).toThrow(PowerLost);
      expect(Container.open({ ...parts, flash, anchor: new MemoryAnchor(blocked.read()) }).locked).toBe(false);
    }
  });
});

describe('a container that is opened again', () => {
  it('is the same without any cut', () => {
    const firm = new TestFirm();
    const device = makeContainer('soft', 2);
    load(firm, device, {}, {});
    const text = shown(device.container);
    reopen(device);
    expect(shown(device.container)).toBe(text);
  });
});
