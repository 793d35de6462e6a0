import { describe, expect, it } from 'vitest';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { decideAttempt, decideComparison, decideNewPin, decideNoPin } from '../../../container/engine/owner-pin.ts';
import { FerryError } from '../../../container/errors.ts';
import { openPin, pinBytes } from '../../../container/files/sealed-pin.ts';
import { concatBytes, fromHex, type Hex, toHex, utf8 } from '../../../container/model/bytes.ts';
import type { Hash, PublicKey } from '../../../container/model/ids.ts';
import { setOwnerPin, unlockOwner } from '../../../container/owner-client.ts';
import { crypto, makeContainer, reopen, root, seededEnv, type TestContainer, TestFirm } from '../../world/parties.ts';
import { guarded, lockedBook, OTHER_PIN, PIN, sealedFor, setPin, tries, unlock } from './owner-scene.ts';
import { apply, backup, bound, codeOf, contextFor, hashOf, reasons, restored } from './scene.ts';

const random = (length: number): Uint8Array => seededEnv('person').random(length);
const toolsFor = ({ certificate }: TestContainer) => ({ crypto, random, root, certificate });

/** A client for which everything about a PIN fails. */
function failing({ container }: TestContainer, error: Error): ContainerClient {
  const inner = container.client();
  return {
    call: (name, request) =>
      name === 'unlock' || name === 'set-pin' ? Promise.reject(error) : inner.call(name, request),
    close: () => inner.close(),
  };
}

function cancelNothing(it: TestContainer): string {
  return codeOf(() => it.container.run('cancel', { target: it.key, sequences: [1] }));
}

/** A dongle with a PIN that nobody has shown since it was opened. */
function closed() {
  const scene = guarded();
  setPin(scene.dongle.container);
  reopen(scene.dongle);
  return scene;
}

function miss(it: TestContainer, times: number): string[] {
  return Array.from({ length: times }, () => codeOf(() => unlock(it.container, OTHER_PIN)));
}

describe('a container without a PIN', () => {
  it('takes whoever reaches it for its owner, and says that no PIN is set', () => {
    const { dongle } = guarded();
    expect(tries(dongle)).toBeNull();
    expect(cancelNothing(dongle)).toBe('TARGET_UNKNOWN');
    expect(codeOf(() => unlock(dongle.container))).toBe('PIN_NOT_SET');
  });

  it('takes none before it is certified', () => {
    const { container } = makeContainer('dongle', 1);
    Object.assign(container.state, { identity: { ...container.state.identity, certified: null } });
    expect(codeOf(() => setPin(container))).toBe('NOT_ENROLLED');
    expect(codeOf(() => unlock(container))).toBe('NOT_ENROLLED');
  });
});

describe('the PIN of a container', () => {
  it('is asked for after it was set and the container opened again, and once shown the session is the owner', () => {
    const { dongle } = closed();
    expect(cancelNothing(dongle)).toBe('OWNER_NEEDED');
    const asked = { cancel: 'it needs the PIN', transit: 'no armed work order covers it' };
    for (const [what, orders] of Object.entries(asked) as [keyof typeof asked, string][])
      expect(() => dongle.container.run(what, { target: dongle.key, sequences: [] })).toThrow(
        expect.objectContaining({ code: 'OWNER_NEEDED', details: { here: '3-1', what, orders } }),
      );
    expect(unlock(dongle.container)).toBe(8);
    expect(cancelNothing(dongle)).toBe('TARGET_UNKNOWN');
  });

  it('shown in one session says nothing about another one', async () => {
    const { dongle } = closed();
    const [one, other] = [dongle.container.client(), dongle.container.client()];
    expect(await unlockOwner(one, PIN, toolsFor(dongle))).toEqual({ tries: 8 });
    expect(await one.call('orders', {})).toEqual({ orders: [] });
    await expect(other.call('orders', {})).rejects.toMatchObject({ code: 'OWNER_NEEDED' });
  });

  it('is shown over a way that may break: to show it again does no harm, to set another may', async () => {
    const { dongle } = closed();
    const cause = new FerryError('CARRIER_LOST', { where: 'there', why: 'x' });
    const unheard = new FerryError('OUTCOME_UNKNOWN', { where: 'there', command: 'unlock' }, { cause });
    await expect(unlockOwner(failing(dongle, unheard), PIN, toolsFor(dongle))).rejects.toBe(cause);
    await expect(setOwnerPin(failing(dongle, unheard), PIN, toolsFor(dongle))).rejects.toBe(unheard);
  });

  it('that fails in any other way, whatever it was caused by, fails with that', async () => {
    const { dongle } = closed();
    const cause = new FerryError('CARRIER_LOST', { where: 'there', why: 'x' });
    const others = [
      new FerryError('CARRIER_SLOW', { where: 'there', seconds: 1 }, { cause }),
      new FerryError('OUTCOME_UNKNOWN', { where: 'there', command: 'unlock' }, { cause: new Error('x') }),
      Object.assign(new Error('x', { cause }), { code: 'OUTCOME_UNKNOWN' }),
    ];
    for (const error of others)
      await expect(unlockOwner(failing(dongle, error), PIN, toolsFor(dongle))).rejects.toBe(error);
  });

  it('when it is changed closes every session that showed the old one, though the new one be the same', async () => {
    const { dongle } = closed();
    const [one, other] = [dongle.container.client(), dongle.container.client()];
    for (const client of [one, other]) await unlockOwner(client, PIN, toolsFor(dongle));
    await setOwnerPin(one, PIN, toolsFor(dongle));
    await one.call('orders', {});
    await expect(other.call('orders', {})).rejects.toMatchObject({ code: 'OWNER_NEEDED' });
  });

  it('once removed by its owner is asked for no more', async () => {
    const { dongle } = closed();
    const client = dongle.container.client();
    await expect(setOwnerPin(client, null, toolsFor(dongle))).rejects.toMatchObject({ code: 'OWNER_NEEDED' });
    await unlockOwner(client, PIN, toolsFor(dongle));
    await setOwnerPin(client, null, toolsFor(dongle));
    reopen(dongle);
    expect([tries(dongle), cancelNothing(dongle)]).toEqual([null, 'TARGET_UNKNOWN']);
    setPin(dongle.container, null);
    expect(tries(dongle)).toBeNull();
  });

  it('is sealed to no key that the root did not certify', async () => {
    const { dongle } = closed();
    const client = dongle.container.client();
    const sent: string[] = [];
    const between: ContainerClient = {
      call: (name, request) => {
        sent.push(name);
        return client.call(name, request);
      },
      close: () => client.close(),
    };
    const forger = { key: toHex(crypto.ed25519PublicKey(new Uint8Array(32))) as PublicKey, id: root.id };
    const refused = unlockOwner(between, PIN, { ...toolsFor(dongle), root: forger });
    await expect(refused).rejects.toMatchObject({ code: 'CERTIFICATE_WRONG' });
    expect(sent).toEqual([]);
  });

  it('is sealed to nobody without a certificate, and to no firm', async () => {
    const { firm, dongle } = closed();
    const client = dongle.container.client();
    for (const [certificate, code, details] of [
      [null, 'NOT_ENROLLED', { where: 'that address' }],
      [firm.certificate, 'CERTIFICATE_WRONG', { who: 'firm 6000010', why: 'it is none of a container' }],
    ] as const) {
      const refused = unlockOwner(client, PIN, { ...toolsFor(dongle), certificate });
      await expect(refused).rejects.toMatchObject({ code, details });
    }
  });

  it('is the same text however a keyboard composes its letters', () => {
    const { dongle } = guarded();
    setPin(dongle.container, 'Zürich'.normalize('NFC'));
    expect(unlock(dongle.container, 'Zürich'.normalize('NFD'))).toBe(8);
  });

  it.each(['abc', 'x'.repeat(65), '€'.repeat(22)])('is not %s: it has 4 to 64 bytes', async (pin) => {
    const { dongle } = closed();
    const client = dongle.container.client();
    const before = hashOf(dongle);
    await expect(unlockOwner(client, pin, toolsFor(dongle))).rejects.toMatchObject({
      code: 'PIN_UNSUITABLE',
      details: { least: 4, most: 64, bytes: new TextEncoder().encode(pin).length },
    });
    expect(hashOf(dongle)).toBe(before);
  });

  it('too short is refused by the container too, and costs no try', () => {
    const { dongle } = closed();
    expect(codeOf(() => unlock(dongle.container, 'abc'))).toBe('PIN_UNSUITABLE');
    unlock(dongle.container);
    expect(codeOf(() => setPin(dongle.container, 'abc'))).toBe('PIN_UNSUITABLE');
    expect(tries(dongle)).toBe(8);
  });

  it('is not taken where the memory is full, and may be removed there', () => {
    const { dongle } = guarded();
    bound(dongle, { capacity: 1 });
    expect(codeOf(() => setPin(dongle.container))).toBe('MEMORY_FULL');
    bound(dongle, { capacity: 1_000_000 });
    setPin(dongle.container);
    bound(dongle, { capacity: 1 });
    expect(miss(dongle, 1)).toEqual(['PIN_WRONG']);
    expect(unlock(dongle.container)).toBe(8);
    setPin(dongle.container, null);
    expect(tries(dongle)).toBeNull();
  });
});

describe('what is kept of a PIN', () => {
  it('is a salted digest that needs the secret of the container, and tells apart every bit of it', () => {
    const { dongle } = guarded();
    setPin(dongle.container);
    const { salt, verifier } = dongle.container.state.owner.get('pin') ?? { salt: '' as Hex, verifier: '' as Hash };
    const { sealingSecret } = lockedBook(dongle);
    const key = crypto.hkdfExtract(fromHex(salt), concatBytes(sealingSecret, pinBytes(PIN)));
    expect(toHex(crypto.hkdfExpand(key, utf8('license-ferry pin\0'), 32))).toBe(verifier);
  });

  it('is compared with nothing where there is none', () => {
    const { dongle } = guarded();
    expect(decideComparison(dongle.container.state, lockedBook(dongle), pinBytes(PIN))).toMatchObject({
      code: 'PIN_NOT_SET',
      details: { here: '3-1' },
    });
  });

  it('is neither set, shown nor removed while the container is locked', () => {
    const { dongle } = guarded();
    setPin(dongle.container);
    const { state } = dongle.container;
    const book = lockedBook(dongle);
    const nothing = { sealed: new Uint8Array(), challenge: null };
    const locked = { code: 'CONTAINER_LOCKED', details: { here: '3-1' } };
    expect(decideNoPin(state, book)).toMatchObject(locked);
    expect(decideNewPin(state, book, nothing, '00' as Hex)).toMatchObject(locked);
    expect(decideAttempt(state, book, nothing)).toMatchObject(locked);
  });
});

describe('a wrong PIN', () => {
  it('costs a try that opening again does not bring back, and the right one gives all back', () => {
    const { dongle } = closed();
    expect(miss(dongle, 3)).toEqual(['PIN_WRONG', 'PIN_WRONG', 'PIN_WRONG']);
    reopen(dongle);
    expect(tries(dongle)).toBe(5);
    expect(unlock(dongle.container)).toBe(8);
    expect(tries(dongle)).toBe(8);
  });

  it('says how many tries are left', () => {
    const { dongle } = closed();
    expect(() => unlock(dongle.container, OTHER_PIN)).toThrow(
      expect.objectContaining({ details: { here: '3-1', left: 7 } }),
    );
  });

  it('for the eighth time blocks the right one too, and list, context and apply go on', () => {
    const { firm, dongle, device } = closed();
    expect(new Set(miss(dongle, 8))).toEqual(new Set(['PIN_WRONG']));
    const before = hashOf(dongle);
    expect(codeOf(() => unlock(dongle.container))).toBe('PIN_BLOCKED');
    expect([tries(dongle), hashOf(dongle)]).toEqual([0, before]);
    contextFor(dongle, device);
    firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key).raw] });
    expect(reasons(apply(dongle, firm.update(dongle, { first: 2 })))).toEqual([0]);
  });

  it('does not end the session of who had shown the right one', () => {
    const { dongle } = closed();
    unlock(dongle.container);
    expect(miss(dongle, 1)).toEqual(['PIN_WRONG']);
    expect(cancelNothing(dongle)).toBe('TARGET_UNKNOWN');
  });
});

describe('an unblock entry', () => {
  it.each([
    { wanted: 3, left: 3 },
    { wanted: 0, left: 1 },
    { wanted: 255, left: 8 },
  ])('for $wanted tries makes a blocked PIN good for $left, by whichever firm', ({ wanted, left }) => {
    const { dongle } = closed();
    miss(dongle, 8);
    const stranger = new TestFirm(6000011);
    stranger.issue(dongle, { kind: 'unblock', tries: wanted });
    expect(apply(dongle, stranger.update(dongle)).entries).toEqual([{ sequence: 1, reason: 0, items: 0 }]);
    expect(tries(dongle)).toBe(left);
    expect(unlock(dongle.container)).toBe(8);
  });

  it('takes no tries away, and where no PIN is set does nothing', () => {
    const { firm, dongle, device } = closed();
    for (const it of [dongle, device]) firm.issue(it, { kind: 'unblock', tries: 1 });
    expect(reasons(apply(dongle, firm.update(dongle, { first: 2 })))).toEqual([0]);
    expect(reasons(apply(device, firm.update(device)))).toEqual([0]);
    expect([tries(dongle), tries(device)]).toEqual([8, null]);
  });
});

describe('a sealed PIN', () => {
  it('that was recorded opens nothing a second time, and costs no try', () => {
    const { dongle } = closed();
    const { challenge } = dongle.container.run('challenge', {});
    const sealed = sealedFor(dongle.container, 'unlock', PIN, challenge);
    dongle.container.run('unlock', { sealed });
    reopen(dongle);
    expect(codeOf(() => dongle.container.run('unlock', { sealed }))).toBe('CHALLENGE_MISSING');
    dongle.container.run('challenge', {});
    expect(codeOf(() => dongle.container.run('unlock', { sealed }))).toBe('CHALLENGE_MISSING');
    expect(tries(dongle)).toBe(8);
  });

  it('answers the newest challenge only, and any attempt uses it up', () => {
    const { dongle } = closed();
    const { challenge: old } = dongle.container.run('challenge', {});
    const { challenge } = dongle.container.run('challenge', {});
    const attempt = (answered: Uint8Array, pin: string) =>
      codeOf(() => dongle.container.run('unlock', { sealed: sealedFor(dongle.container, 'unlock', pin, answered) }));
    expect(attempt(old, PIN)).toBe('CHALLENGE_MISSING');
    expect(attempt(challenge, PIN)).toBe('CHALLENGE_MISSING');
    const { challenge: next } = dongle.container.run('challenge', {});
    expect(attempt(next, OTHER_PIN)).toBe('PIN_WRONG');
    expect(attempt(next, PIN)).toBe('CHALLENGE_MISSING');
    expect(tries(dongle)).toBe(7);
  });

  it('to show it is not taken for a new one, nor by another container', () => {
    const { dongle, device } = closed();
    unlock(dongle.container);
    const { challenge } = dongle.container.run('challenge', {});
    const sealed = sealedFor(dongle.container, 'unlock', OTHER_PIN, challenge);
    expect(codeOf(() => dongle.container.run('set-pin', { sealed }))).toBe('CHALLENGE_MISSING');
    device.container.run('challenge', {});
    expect(codeOf(() => device.container.run('set-pin', { sealed }))).toBe('CHALLENGE_MISSING');
  });

  it('has one length, whatever the PIN, and shows nothing of it', () => {
    const { dongle } = closed();
    const challenge = new Uint8Array(16);
    const lengths = ['abcd', 'x'.repeat(64)].map((pin) => sealedFor(dongle.container, 'unlock', pin, challenge).length);
    expect(lengths).toEqual([113, 113]);
    const seal = { purpose: 'unlock', container: dongle.key, challenge } as const;
    expect(
      openPin(crypto, new Uint8Array(32).fill(7), seal, sealedFor(dongle.container, 'unlock', PIN, challenge)),
    ).toBeUndefined();
  });
});

describe('a container whose memory is put back to the state before the wrong tries', () => {
  it('opens locked and takes no PIN at all', () => {
    const { dongle } = closed();
    const before = backup(dongle);
    miss(dongle, 8);
    const back = restored(dongle, before, 'memory');
    expect(back.container.locked).toBe(true);
    expect(codeOf(() => unlock(back.container))).toBe('CONTAINER_LOCKED');
    expect(codeOf(() => setPin(back.container))).toBe('OWNER_NEEDED');
  });
});
