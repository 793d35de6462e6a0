import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floorAfter } from '../../../container/engine/certified-time.ts';
import { MEMORY } from '../../../container/engine/memory.ts';
import { counter } from '../../../container/engine/state.ts';
import { CATALOGUE } from '../../../container/errors.ts';
import { openContextFile } from '../../../container/files/context-file.ts';
import { signCertifiedTime, signRootRevocations } from '../../../container/files/notices.ts';
import { certifyTimeServer, testRoot } from '../../../container/files/test-root.ts';
import { equalBytes, toHex, utf8 } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { crypto, load, makeContainer, reopen, root, type TestContainer, TestFirm } from '../../world/parties.ts';
import { audit } from './audit.ts';
import { apply, bound, codeOf, contextFor, hashOf } from './scene.ts';

const DAY = 86_400;
const YEAR = 365 * DAY;
const NOW = 800_000_000;

function timeServer(name = 'time server', of = root) {
  const seed = crypto.sha256(utf8(name));
  const key = toHex(crypto.ed25519PublicKey(seed)) as PublicKey;
  return { seed, key, certificate: certifyTimeServer(crypto, of, key) };
}

const server = timeServer();

/** A device with a license until a year from now, and the firm that it can ask for the time. */
function dated() {
  const [firm, device] = [new TestFirm(), makeContainer('soft', 2)];
  load(firm, device, { productCode: 7, expirationTime: NOW + YEAR });
  const { env } = device.parts;
  const use = () =>
    codeOf(() => device.container.run('use', { firmCode: firm.firmCode, productCode: 7, units: 0, releaseDate: null }));
  return { firm, device, env, use };
}

function floorOf(it: TestContainer): number {
  return counter(it.container.state, 'timeFloor');
}

/** The challenge of a fresh context. */
function challengeOf(it: TestContainer, firm: TestFirm): Uint8Array {
  const opened = openContextFile(
    { crypto, root, known: () => undefined, isRevoked: () => false },
    contextFor(it, firm),
  );
  const challenge = opened.ok ? opened.value.header.challenge : null;
  if (challenge === null) throw new TypeError('no challenge');
  return challenge;
}

function answer(it: TestContainer, challenge: Uint8Array, time: number, by = server): Uint8Array {
  return signCertifiedTime(crypto, by, { container: it.key, challenge, time });
}

/** Brings a notice in a file of the firm that carries nothing else; tells what became of it. */
function bring(firm: TestFirm, it: TestContainer, notice: Uint8Array) {
  const { applied } = it.container.state.partners.get(firm.key)?.inbound ?? { applied: 0 };
  const [taken] = apply(it, firm.update(it, { first: applied + 1, last: applied, notices: [notice] })).notices;
  return taken?.isNew ? 'taken' : taken?.reason;
}

describe('certified time', () => {
  it('revives licenses that a clock far ahead has ended', () => {
    const { firm, device, env, use } = dated();
    env.time = NOW + 10 * YEAR;
    expect(use()).toBe('ITEM_EXPIRED');
    env.time = NOW;
    expect(use()).toBe('ITEM_EXPIRED');
    expect(bring(firm, device, answer(device, challengeOf(device, firm), NOW))).toBe('taken');
    expect([floorOf(device), use()]).toEqual([NOW, 'nothing']);
  });

  it('survives a restart, and is counted as memory', () => {
    const { firm, device } = dated();
    const challenge = challengeOf(device, firm);
    reopen(device);
    expect(audit(device.container.state)).toEqual([]);
    expect(bring(firm, device, answer(device, challenge, NOW + DAY))).toBe('taken');
    reopen(device);
    expect([floorOf(device), audit(device.container.state)]).toEqual([NOW + DAY, []]);
  });

  it('raises the floor of a container that has never seen a clock', () => {
    const { firm, device, env, use } = dated();
    env.time = 0;
    bring(firm, device, answer(device, challengeOf(device, firm), NOW + YEAR));
    expect(use()).toBe('ITEM_EXPIRED');
  });

  it('serves once', () => {
    const { firm, device } = dated();
    const notice = answer(device, challengeOf(device, firm), NOW);
    bring(firm, device, notice);
    const before = hashOf(device);
    expect(bring(firm, device, notice)).toBe(CATALOGUE.CHALLENGE_UNKNOWN.number);
    expect(hashOf(device)).toBe(before);
  });

  it('that was hoarded brings back no time that was seen since it was asked for', () => {
    const { firm, device, env, use } = dated();
    use();
    const hoarded = answer(device, challengeOf(device, firm), NOW);
    env.time = NOW + YEAR;
    expect(use()).toBe('ITEM_EXPIRED');
    env.time = NOW;
    expect(bring(firm, device, hoarded)).toBe('taken');
    expect([floorOf(device), use()]).toEqual([NOW + YEAR, 'ITEM_EXPIRED']);
  });

  it('ends every other open challenge, so that of two hoarded answers one is worthless', () => {
    const { firm, device, env, use } = dated();
    const other = new TestFirm(6000099);
    env.time = NOW + 10 * YEAR;
    use();
    const [one, two] = [challengeOf(device, firm), challengeOf(device, other)];
    bring(firm, device, answer(device, one, NOW));
    env.time = NOW + YEAR;
    use();
    expect(bring(firm, device, answer(device, two, NOW))).toBe(CATALOGUE.CHALLENGE_UNKNOWN.number);
    expect(floorOf(device)).toBe(NOW + YEAR);
  });

  it('of somebody whom the root did not certify, or withdrew, or for another container is passed over', () => {
    const { firm, device } = dated();
    const challenge = challengeOf(device, firm);
    const forged = { ...server, seed: crypto.sha256(utf8('somebody')) };
    const strange = timeServer('strange', { ...testRoot(crypto), seed: crypto.sha256(utf8('strange root')) });
    expect(bring(firm, device, answer(device, challenge, 1, forged))).toBe(CATALOGUE.SIGNATURE_WRONG.number);
    expect(bring(firm, device, answer(device, challenge, 1, strange))).toBe(CATALOGUE.CERTIFICATE_WRONG.number);
    expect(bring(firm, device, answer(makeContainer('soft', 3), challenge, 1))).toBe(CATALOGUE.NOT_ADDRESSED.number);
    bring(firm, device, signRootRevocations(crypto, root.seed, { version: 1, keys: [server.key] }));
    expect(bring(firm, device, answer(device, challenge, 1))).toBe(CATALOGUE.CERTIFICATE_REVOKED.number);
  });

  it('of somebody whom the root withdraws in the same file is passed over, whichever of the two comes first', () => {
    for (const isListFirst of [true, false]) {
      const { firm, device } = dated();
      const time = answer(device, challengeOf(device, firm), NOW + 9 * YEAR);
      const list = signRootRevocations(crypto, root.seed, { version: 1, keys: [server.key] });
      const notices = isListFirst ? [list, time] : [time, list];
      const taken = apply(device, firm.update(device, { first: 2, last: 1, notices })).notices;
      const reasons = [0, CATALOGUE.CERTIFICATE_REVOKED.number];
      expect(taken.map(({ reason }) => reason)).toEqual(isListFirst ? reasons : reasons.reverse());
      expect(floorOf(device)).toBe(0);
    }
  });
});

describe('a challenge', () => {
  it('is the same, and costs no write, until the time floor moves', () => {
    const { firm, device, env, use } = dated();
    const first = challengeOf(device, firm);
    const before = device.parts.flash.image();
    expect(challengeOf(device, firm)).toEqual(first);
    expect(equalBytes(device.parts.flash.image(), before)).toBe(true);
    env.time += DAY;
    use();
    expect(challengeOf(device, firm)).not.toEqual(first);
  });

  it('changes neither generation nor state hash', () => {
    const { firm, device, env, use } = dated();
    const first = challengeOf(device, firm);
    env.time += DAY;
    use();
    const { generation, stateHash } = device.container.run('list', {});
    expect(challengeOf(device, firm)).not.toEqual(first);
    expect(device.container.run('list', {})).toMatchObject({ generation, stateHash });
    reopen(device);
    expect(device.container.run('list', {})).toMatchObject({ generation, stateHash, locked: false });
  });

  it('is of one firm alone: each has its own, and its own four', () => {
    const { firm, device, env, use } = dated();
    const other = new TestFirm(6000099);
    const theirs = challengeOf(device, other);
    expect(theirs).not.toEqual(challengeOf(device, firm));
    for (let count = 0; count < 4; count++) {
      env.time += DAY;
      use();
      challengeOf(device, firm);
    }
    expect(bring(firm, device, answer(device, theirs, NOW))).toBe('taken');
  });

  it('is not made anew by a file of a firm that was asked before', () => {
    const { firm, device, env, use } = dated();
    env.time += DAY;
    use();
    load(firm, device, {});
    expect(device.container.state.challenges.size).toBe(1);
    challengeOf(device, firm);
    expect(device.container.state.challenges.size).toBe(2);
  });

  it('is one of at most four for an issuer: the oldest goes', () => {
    const { firm, device, env, use } = dated();
    const given = Array.from({ length: 6 }, () => {
      env.time += DAY;
      use();
      return challengeOf(device, firm);
    });
    expect(device.container.state.challenges.size).toBe(4);
    expect(bring(firm, device, answer(device, given[1] as Uint8Array, NOW))).toBe(CATALOGUE.CHALLENGE_UNKNOWN.number);
    expect(bring(firm, device, answer(device, given[2] as Uint8Array, NOW))).toBe('taken');
  });

  it('is for firms alone', () => {
    const { device } = dated();
    const before = device.container.state.challenges.size;
    contextFor(device, makeContainer('dongle', 1));
    expect(device.container.state.challenges.size).toBe(before);
  });

  it('stays the one of before where the memory has no room for another', () => {
    const { firm, device, env, use } = dated();
    const first = challengeOf(device, firm);
    bound(device, { capacity: counter(device.container.state, 'usedBytes') });
    env.time += DAY;
    use();
    expect(challengeOf(device, firm)).toEqual(first);
    bound(device, { capacity: counter(device.container.state, 'usedBytes') + MEMORY.challenge });
    expect(challengeOf(device, firm)).not.toEqual(first);
  });

  it('comes with the first receipt already', () => {
    const [firm, device] = [new TestFirm(), makeContainer('soft', 2)];
    firm.issue(device, { kind: 'add', grants: [firm.grant(device.key).raw] });
    const { receipt } = apply(device, firm.update(device));
    const opened = openContextFile({ crypto, root, known: () => undefined, isRevoked: () => false }, receipt);
    expect(opened.ok && opened.value.header.challenge).toHaveLength(16);
  });
});

describe('the floor after an answer', () => {
  const time = fc.nat(0xffffffff);

  it('is never below the certified time, and never above the later of it and the floor before', () => {
    fc.assert(
      fc.property(time, time, time, (certified, now, then) => {
        const after = floorAfter(certified, Math.max(now, then), Math.min(now, then));
        expect(after).toBeGreaterThanOrEqual(certified);
        expect(after).toBeLessThanOrEqual(Math.max(certified, now, then));
      }),
    );
  });

  it('gives nobody a second more than the vendor certified, whatever clocks are set and answers are hoarded', () => {
    // Truth goes on; the owner sets the clock to whatever he likes, asks, hoards and answers. Between two answers, the
    // container must see no more time than truth allows: what is used up by its own floor is not used again.
    const step = fc.record({
      act: fc.constantFrom('wait', 'see', 'ask', 'answer', 'bring'),
      seconds: fc.nat(10 * YEAR),
      which: fc.nat(7),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let truth = NOW;
        let floor = 0;
        let open: { floor: number; seen: number }[] = [];
        const answers: { of: { floor: number; seen: number }; certified: number }[] = [];
        /** Rises of the floor since it began: time that was used up by being seen. */
        let seen = 0;
        for (const { act, seconds, which } of steps) {
          if (act === 'wait') truth += seconds;
          if (act === 'see') {
            const next = Math.max(floor, seconds);
            seen += next - floor;
            floor = next;
          }
          if (act === 'ask') open = [...open, { floor, seen }].slice(-4);
          const asked = open[which % Math.max(1, open.length)];
          if (act === 'answer' && asked !== undefined) answers.push({ of: asked, certified: truth });
          const held = answers[which % Math.max(1, answers.length)];
          if (act === 'bring' && held !== undefined && open.includes(held.of)) {
            const before = floor;
            floor = floorAfter(held.certified, floor, held.of.floor);
            // Going back, it keeps all that was seen since the question.
            if (floor < before) expect(floor).toBeGreaterThanOrEqual(held.certified + seen - held.of.seen);
            seen += Math.max(0, floor - before);
            open = [];
          }
        }
      }),
    );
  });
});
