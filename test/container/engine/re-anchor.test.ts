import { describe, expect, it } from 'vitest';
import { Container } from '../../../container/container.ts';
import { CATALOGUE } from '../../../container/errors.ts';
import { openContextFile } from '../../../container/files/context-file.ts';
import { signFirmRevocations, signReAnchor } from '../../../container/files/notices.ts';
import { crypto, load, makeContainer, order, reopen, root, type TestContainer, TestFirm } from '../../world/parties.ts';
import { PowerLost } from '../store/faulty-flash.ts';
import { audit } from './audit.ts';
import { FaultyAnchor } from './cut-power.ts';
import { apply, backup, codeOf, contextFor, holdingId, only, restored } from './scene.ts';

const FIRM = 6000010;
const OTHER = 6000099;

/** A device with licenses of two firms that was set back behind the back of its anchor, after one unit was used. */
function setBack(askedBefore: readonly TestFirm[] = []) {
  const [firm, other, device] = [new TestFirm(FIRM), new TestFirm(OTHER), makeContainer('soft', 2)];
  load(firm, device, { unitCounter: 10 });
  load(other, device, {});
  for (const stranger of askedBefore) contextFor(device, stranger);
  const before = backup(device);
  device.container.run('use', { ...USE, units: 1 });
  return { firm, other, before, device: restored(device, before, 'memory') };
}

const USE = { firmCode: FIRM, productCode: 1001, units: 0, releaseDate: null };

const useOf = (it: TestContainer, firmCode: number) =>
  codeOf(() => it.container.run('use', { ...USE, firmCode, units: 0 }));

function headerOf(it: TestContainer, firm: { readonly certificate: Uint8Array }) {
  const opened = openContextFile(
    { crypto, root, known: () => undefined, isRevoked: () => false },
    contextFor(it, firm),
  );
  if (!opened.ok) throw new TypeError(opened.code);
  return opened.value.header;
}

/** The firm's word that it accepts the state that the container tells now. */
function accepts(it: TestContainer, firm: TestFirm, by = firm): Uint8Array {
  const { challenge } = headerOf(it, firm);
  if (challenge === null) throw new TypeError('no challenge');
  return signReAnchor(crypto, by.seed, { firmCode: firm.firmCode, container: it.key, challenge });
}

function bring(it: TestContainer, firm: TestFirm, ...notices: Uint8Array[]) {
  const certificates = [new TestFirm(FIRM), new TestFirm(OTHER)].map(({ certificate }) => certificate);
  const update = firm.update(it, { first: 2, last: 1, notices, certificates });
  return apply(it, update).notices.map(({ isNew, reason }) => (isNew ? 'taken' : reason));
}

describe('a container that was set back while its anchor was not', () => {
  it('is locked, and tells every firm what to name', () => {
    const { device, firm } = setBack();
    expect([device.container.locked, useOf(device, FIRM)]).toEqual([true, 'CONTAINER_LOCKED']);
    expect(headerOf(device, firm)).toMatchObject({ locked: true, lockedFirms: [FIRM, OTHER] });
    expect(device.container.run('list', {})).toMatchObject({
      locked: true,
      lockedFirms: [FIRM, OTHER],
      retired: false,
    });
  });

  it('tells a container that it is locked, and asks it for no word', () => {
    const { device } = setBack();
    expect(headerOf(device, makeContainer('dongle', 1))).toMatchObject({ locked: true, challenge: null });
  });

  it('asks no container for its word where there are no licenses, so that any firm may say it', () => {
    const device = makeContainer('soft', 2);
    const [before, firm] = [backup(device), new TestFirm(FIRM)];
    contextFor(device, firm);
    const locked = restored(device, before, 'memory');
    expect(headerOf(locked, firm)).toMatchObject({ locked: true, challenge: expect.any(Uint8Array) });
    expect(headerOf(locked, makeContainer('dongle', 1))).toMatchObject({ locked: true, challenge: null });
  });

  it('asks for the time no more, not even whom it has asked before', () => {
    const stranger = new TestFirm(6000123);
    const { device } = setBack([stranger]);
    expect(headerOf(device, stranger)).toMatchObject({ locked: true, challenge: null });
  });

  it('takes no word of a firm that has no license in it, and asks it for none: the latest memory may still come back', () => {
    const { device, firm } = setBack();
    const stranger = new TestFirm(6000500);
    expect(headerOf(device, stranger)).toMatchObject({ locked: true, challenge: null });
    const { challenge } = headerOf(device, firm);
    const content = { firmCode: stranger.firmCode, container: device.key, challenge: challenge as Uint8Array };
    const word = signReAnchor(crypto, stranger.seed, content);
    expect(codeOf(() => apply(device, stranger.update(device, { notices: [word] })))).toBe('CONTAINER_LOCKED');
    expect([device.container.locked, device.container.state.locks.size]).toEqual([true, 0]);
  });

  it('can be used again for the firm that accepts its state, and for no other', () => {
    const { device, firm } = setBack();
    expect(bring(device, firm, accepts(device, firm))).toEqual(['taken']);
    expect([useOf(device, FIRM), useOf(device, OTHER)]).toEqual(['nothing', 'CONTAINER_LOCKED']);
    expect(device.container.run('list', {})).toMatchObject({ locked: false, lockedFirms: [OTHER], retired: true });
    reopen(device);
    expect([useOf(device, FIRM), useOf(device, OTHER)]).toEqual(['nothing', 'CONTAINER_LOCKED']);
    expect(audit(device.container.state)).toEqual([]);
  });

  it('is unlocked firm by firm, by words given for the same state, in whichever order and in one file or several', () => {
    for (const inOneFile of [true, false]) {
      const { device, firm, other } = setBack();
      const words = [accepts(device, other), accepts(device, firm)];
      if (inOneFile) expect(bring(device, firm, ...words)).toEqual(['taken', 'taken']);
      else
        for (const word of words) {
          expect(bring(device, firm, word)).toEqual(['taken']);
          if (useOf(device, FIRM) === 'nothing') device.container.run('use', { ...USE, units: 1 });
        }
      expect([useOf(device, FIRM), useOf(device, OTHER)]).toEqual(['nothing', 'nothing']);
      reopen(device);
      expect(device.container.run('list', {})).toMatchObject({ locked: false, lockedFirms: [], retired: true });
    }
  });

  it('asks a firm that is late for the same word as before, however much the others were used', () => {
    const { device, firm, other } = setBack();
    const asked = headerOf(device, other).challenge;
    bring(device, firm, accepts(device, firm));
    device.container.run('use', { ...USE, units: 1 });
    expect(headerOf(device, other)).toMatchObject({ challenge: asked, lockedFirms: [OTHER] });
  });

  it('gives nothing on and takes nothing any more but notices', () => {
    const { device, firm } = setBack();
    bring(device, firm, accepts(device, firm));
    firm.issue(device, { kind: 'add', grants: [firm.grant(device.key).raw] });
    expect(codeOf(() => apply(device, firm.update(device, { first: 2 })))).toBe('KEY_RETIRED');
    const dongle = makeContainer('dongle', 1);
    const parts = [{ holding: holdingId(device), quantity: 1 }];
    expect(codeOf(() => order(device, dongle, parts))).toBe('KEY_RETIRED');
    const { itemId } = only(load(firm, dongle, {}));
    expect(itemId).not.toBe('');
    expect(codeOf(() => order(dongle, device, [{ holding: holdingId(dongle), quantity: 1 }]))).toBe('TARGET_LOCKED');
    const list = signFirmRevocations(crypto, firm.seed, { firmCode: FIRM, version: 1, keys: [dongle.key] });
    expect(codeOf(() => bring(device, firm, list))).toBe('KEY_RETIRED');
    expect(device.container.state.revocations.size).toBe(1);
  });

  it('is told by the receipt what became of the word alone: entries of the same file are for another container', () => {
    const { device, firm } = setBack();
    firm.issue(device, { kind: 'add', grants: [firm.grant(device.key).raw] });
    const report = apply(device, firm.update(device, { first: 2, notices: [accepts(device, firm)] }));
    expect(report).toMatchObject({ applied: 1, skipped: 0, entries: [], deferred: null });
    expect(report.notices).toEqual([{ kind: 11, isNew: true, reason: 0 }]);
    expect(device.container.run('list', {}).holdings).toHaveLength(2);
  });

  it('takes a word once: set back to the same state again, it asks for another one', () => {
    const { device, firm, before } = setBack();
    const word = accepts(device, firm);
    bring(device, firm, word);
    device.container.run('use', { ...USE, units: 3 });
    const again = restored(device, before, 'memory');
    expect(codeOf(() => bring(again, firm, word))).toBe('CONTAINER_LOCKED');
    expect(useOf(again, FIRM)).toBe('CONTAINER_LOCKED');
    expect(bring(again, firm, accepts(again, firm))).toEqual(['taken']);
  });

  it('asks again for the word of a firm that was late, once it is set back to where only the first was taken', () => {
    const { device, firm, other } = setBack();
    const late = accepts(device, other);
    bring(device, firm, accepts(device, firm));
    const between = backup(device);
    expect(bring(device, firm, late)).toEqual(['taken']);
    device.container.run('use', { ...USE, units: 3 });
    const again = restored(device, between, 'memory');
    expect(codeOf(() => bring(again, firm, late))).toBe('CONTAINER_LOCKED');
    expect([again.container.locked, useOf(again, FIRM), useOf(again, OTHER)]).toEqual([
      true,
      'CONTAINER_LOCKED',
      'CONTAINER_LOCKED',
    ]);
    expect(bring(again, firm, accepts(again, other), accepts(again, firm))).toEqual(['taken', 'taken']);
  });

  it('is locked again, and asks for another word, when power fails before the anchor follows the word', () => {
    const { device, firm } = setBack();
    const word = accepts(device, firm);
    const anchor = new FaultyAnchor(device.parts.anchor.read(), 'before');
    device.container = Container.open({ ...device.parts, anchor });
    expect(() => bring(device, firm, word)).toThrow(PowerLost);
    reopen(device);
    expect([device.container.locked, useOf(device, FIRM)]).toEqual([true, 'CONTAINER_LOCKED']);
    expect(codeOf(() => bring(device, firm, word))).toBe('CONTAINER_LOCKED');
    expect(bring(device, firm, accepts(device, firm))).toEqual(['taken']);
    expect([device.container.locked, useOf(device, FIRM)]).toEqual([false, 'nothing']);
  });

  it('lets nobody write data beside a license that is still locked', () => {
    const { device, firm } = setBack();
    bring(device, firm, accepts(device, firm));
    const write = (firmCode: number) =>
      codeOf(() => {
        const one = device.container.run('list', {}).holdings.find((holding) => holding.firmCode === firmCode);
        device.container.run('write-data', {
          holding: one?.id ?? 0,
          userData: new Uint8Array([1]),
          customerInfo: null,
        });
      });
    expect([write(FIRM), write(OTHER)]).toEqual(['nothing', 'CONTAINER_LOCKED']);
  });

  it('takes the same word again as known, and changes nothing', () => {
    const { device, firm } = setBack();
    const word = accepts(device, firm);
    bring(device, firm, word);
    const { stateHash } = device.container.run('list', {});
    expect(codeOf(() => bring(device, firm, word))).toBe('KEY_RETIRED');
    expect(device.container.run('list', {}).stateHash).toBe(stateHash);
  });

  it('stays locked for what another firm, another container or another state was named in', () => {
    const { device, firm, other } = setBack();
    const { challenge } = headerOf(device, firm);
    const content = { firmCode: FIRM, container: device.key, challenge: challenge as Uint8Array };
    const words = [
      accepts(device, firm, other),
      signReAnchor(crypto, firm.seed, { ...content, container: firm.key }),
      signReAnchor(crypto, firm.seed, { ...content, challenge: new Uint8Array(16) }),
      signReAnchor(crypto, firm.seed, content).with(-1, 7),
      signFirmRevocations(crypto, firm.seed, { firmCode: FIRM, version: 1, keys: [] }),
    ];
    for (const word of words) expect(codeOf(() => bring(device, firm, word))).toBe('CONTAINER_LOCKED');
    expect([device.container.locked, device.container.state.revocations.size]).toEqual([true, 0]);
  });

  it('takes no list with the word that unlocks it, whichever comes first in the file', () => {
    for (const isFirst of [true, false]) {
      const { device, firm } = setBack();
      const list = signFirmRevocations(crypto, firm.seed, { firmCode: FIRM, version: 1, keys: [] });
      const word = accepts(device, firm);
      const locked = CATALOGUE.CONTAINER_LOCKED.number;
      expect(bring(device, firm, ...(isFirst ? [list, word] : [word, list]))).toEqual(
        isFirst ? [locked, 'taken'] : ['taken', locked],
      );
      expect([device.container.locked, device.container.state.revocations.size]).toEqual([false, 0]);
    }
  });

  it('knows a word that it has taken when it comes with one that is new', () => {
    const { device, firm, other } = setBack();
    const words = [accepts(device, firm), accepts(device, other)];
    bring(device, firm, ...words.slice(0, 1));
    expect(bring(device, firm, ...words)).toEqual([0, 'taken']);
  });

  it('commits nothing else: no context, no order and no certificate changes what lies beside another anchor', () => {
    const { device } = setBack();
    const image = Buffer.from(device.parts.flash.image());
    contextFor(device, new TestFirm(6000123));
    expect(codeOf(() => device.container.enrol(makeContainer('soft', 9).certificate))).toBe('CERTIFICATE_WRONG');
    expect(image.equals(Buffer.from(device.parts.flash.image()))).toBe(true);
  });
});

describe('a container without any license that was set back', () => {
  it('takes the word of any firm, since nobody else could give it', () => {
    const [firm, device] = [new TestFirm(), makeContainer('soft', 2)];
    const before = backup(device);
    load(firm, device, {});
    const empty = restored(device, before, 'memory');
    expect(empty.container.locked).toBe(true);
    apply(empty, firm.update(empty, { notices: [accepts(empty, firm)] }));
    expect([empty.container.locked, empty.container.run('list', {}).retired]).toEqual([false, true]);
  });
});

describe('a container that is not locked', () => {
  it('takes no word at all, and goes on as it was', () => {
    const [firm, device] = [new TestFirm(), makeContainer('soft', 2)];
    load(firm, device, {});
    const word = { firmCode: FIRM, container: device.key, challenge: new Uint8Array(16) };
    expect(bring(device, firm, signReAnchor(crypto, firm.seed, word))).toEqual([CATALOGUE.CHALLENGE_UNKNOWN.number]);
    expect(device.container.run('list', {})).toMatchObject({ locked: false, retired: false });
  });
});

describe('a container whose anchor is lost', () => {
  it('is unlocked by a word for the state without one', () => {
    const [firm, device] = [new TestFirm(), makeContainer('soft', 2)];
    load(firm, device, {});
    const lost = restored(device, { ...backup(device), anchor: undefined }, 'memory and anchor');
    expect(lost.container.locked).toBe(true);
    expect(bring(lost, firm, accepts(lost, firm))).toEqual(['taken']);
    expect(useOf(lost, FIRM)).toBe('nothing');
    reopen(lost);
    expect(lost.container.locked).toBe(false);
  });
});
