import { describe, expect, it } from 'vitest';
import { newInbound } from '../../../container/engine/issuer-channel.ts';
import { CATALOGUE, FerryError } from '../../../container/errors.ts';
import { readStoredCertificate, verifyCertificate } from '../../../container/files/certificate.ts';
import { contextHeader, openContextFile, openInventory } from '../../../container/files/context-file.ts';
import { sealEnvelope, signedEnvelope } from '../../../container/files/envelope.ts';
import { certify } from '../../../container/files/signed-file.ts';
import { statement } from '../../../container/files/statement.ts';
import { certifyContainer, certifyFirm } from '../../../container/files/test-root.ts';
import { updateHeader } from '../../../container/files/update-file.ts';
import { NO_BYTES, toHex } from '../../../container/model/bytes.ts';
import type { Hash, PublicKey } from '../../../container/model/ids.ts';
import { FORMAT } from '../../../container/model/limits.ts';
import { serialFromParts } from '../../../container/model/serial-number.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { crypto, load, makeContainer, order, root, type TestContainer, TestFirm } from '../../world/parties.ts';
import { apply, codeOf, contextFor, HandContainer, hashOf, holdingId, only, settle, world } from '../engine/scene.ts';

/** A root of the same make, but not the one that the containers trust. */
const otherRoot = (() => {
  const seed = crypto.sha256(new Uint8Array([1, 2, 3]));
  const key = toHex(crypto.ed25519PublicKey(seed)) as PublicKey;
  return {
    seed,
    key,
    id: toHex(crypto.sha256(crypto.ed25519PublicKey(seed)).subarray(0, 8)),
    successor: root.successor,
  };
})();

/** An update file with one small entry for a container that has the item, and a context that settles one. */
function smallFiles() {
  const { firm, dongle, device } = world();
  const [grant] = load(firm, dongle, {});
  if (grant === undefined) throw new TypeError('nothing was loaded');
  firm.issue(dongle, { kind: 'disable', itemId: grant.itemId, quantity: 5 });
  const update = firm.update(dongle, { first: 2 });
  order(dongle, device, [{ holding: 1, quantity: 1 }]);
  const context = contextFor(device, dongle);
  return { firm, dongle, device, update, context };
}

/** Gives a changed file to a container and tells the code and exit of what it answers. */
function exitOf(work: () => unknown): number {
  try {
    work();
    return 0;
  } catch (error) {
    if (error instanceof FerryError) return CATALOGUE[error.code].exit;
    throw error;
  }
}

function refusesEveryChange(file: Uint8Array, give: (bytes: Uint8Array) => unknown): void {
  const exits = new Set<number>();
  for (let bit = 0; bit < file.length * 8; bit++) {
    const copy = file.slice();
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    exits.add(exitOf(() => give(copy)));
  }
  for (let length = 0; length < file.length; length++) exits.add(exitOf(() => give(file.subarray(0, length))));
  expect([...exits]).toEqual([4]);
}

describe('a damaged file', () => {
  it('for an update: no flipped bit and no truncation gets past the checks or changes the state', () => {
    const { dongle, update } = smallFiles();
    const before = hashOf(dongle);
    refusesEveryChange(update, (bytes) => apply(dongle, bytes));
    expect(hashOf(dongle)).toBe(before);
    expect(apply(dongle, update).applied).toBe(2);
  });

  it('for a context: no flipped bit and no truncation gets past the checks or changes the state', () => {
    const { dongle, context } = smallFiles();
    const before = hashOf(dongle);
    refusesEveryChange(context, (bytes) => settle(dongle, bytes));
    expect(hashOf(dongle)).toBe(before);
    expect(settle(dongle, context).late).toBe(true);
  });

  it('with bytes after its end or above the size of a file is refused', () => {
    const { dongle, update, context } = smallFiles();
    expect(codeOf(() => apply(dongle, new Uint8Array([...update, 0])))).toBe('FILE_MALFORMED');
    expect(codeOf(() => settle(dongle, new Uint8Array([...context, 0xc0])))).toBe('FILE_MALFORMED');
    expect(codeOf(() => apply(dongle, new Uint8Array(FORMAT.fileBytes + 1)))).toBe('FILE_TOO_LARGE');
  });
});

/** The parts of a file, so that a test can put others together. */
function partsOf(file: Uint8Array) {
  const read = signedEnvelope.decode(file);
  if (!read.ok) throw new TypeError('the file cannot be read');
  const [said, header, sealed] = read.value.parts;
  return { ...read.value, said, header, sealed } as typeof read.value &
    Record<'said' | 'header' | 'sealed', Uint8Array>;
}

describe('a recombined file', () => {
  it('is refused whichever of its parts comes from another genuine file', () => {
    const { firm, dongle } = world();
    load(firm, dongle, {});
    const [one, two] = [1, 2].map((number) => {
      firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key, { productCode: number }).raw] });
      return partsOf(firm.update(dongle, { generation: number + 10 }));
    }) as [ReturnType<typeof partsOf>, ReturnType<typeof partsOf>];
    const before = hashOf(dongle);
    const tries = [
      { ...two, parts: [one.said, two.header, two.sealed] },
      { ...two, parts: [two.said, one.header, two.sealed] },
      { ...two, parts: [two.said, two.header, one.sealed] },
      { ...two, signature: one.signature },
      { ...two, parts: [two.header, two.said, two.sealed] },
      { ...two, parts: [two.said, two.header] },
    ];
    const codes = tries.map((file) => codeOf(() => apply(dongle, signedEnvelope.encode(file))));
    expect(new Set(codes.slice(0, 4))).toEqual(new Set(['SIGNATURE_WRONG']));
    expect(codes.slice(4)).toEqual(['FILE_MALFORMED', 'FILE_MALFORMED']);
    expect(hashOf(dongle)).toBe(before);
  });

  it('signed anew by its own issuer does not open with the body of another file', () => {
    const { firm, dongle } = world();
    load(firm, dongle, {});
    const old = partsOf(firm.update(dongle));
    firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key).raw] });
    const next = partsOf(firm.update(dongle));
    const forged = sealEnvelope(crypto, firm.seed, 'updateFile', [next.said, next.header, old.sealed]);
    expect(codeOf(() => apply(dongle, forged))).toBe('CANNOT_OPEN');
    const empty = sealEnvelope(crypto, firm.seed, 'updateFile', [next.said, next.header, NO_BYTES]);
    expect(codeOf(() => apply(dongle, empty))).toBe('CANNOT_OPEN');
  });
});

describe('a file of another make', () => {
  it('with another version or kind is refused by name', () => {
    const { dongle, update, context } = smallFiles();
    const newer = signedEnvelope.encode({ ...partsOf(update), version: 2 });
    const older = signedEnvelope.encode({ ...partsOf(update), version: 0 });
    expect([codeOf(() => apply(dongle, newer)), codeOf(() => apply(dongle, older))]).toEqual([
      'FILE_VERSION',
      'FILE_VERSION',
    ]);
    expect(codeOf(() => apply(dongle, context))).toBe('FILE_KIND');
    expect(codeOf(() => settle(dongle, update))).toBe('FILE_KIND');
  });

  it('signed as one kind is no proof for the other', () => {
    const { dongle, device, context } = smallFiles();
    const asUpdate = signedEnvelope.encode({ ...partsOf(context), kind: 'updateFile' });
    expect(codeOf(() => apply(dongle, asUpdate))).toBe('FILE_MALFORMED');
    expect(codeOf(() => apply(device, asUpdate))).toBe('FILE_MALFORMED');
  });

  it('for another container is refused before its body is opened', () => {
    const { update, context } = smallFiles();
    const other = makeContainer('dongle', 77);
    expect(codeOf(() => apply(other, update))).toBe('NOT_ADDRESSED');
    expect(codeOf(() => settle(other, context))).toBe('NOT_ADDRESSED');
    expect(
      codeOf(() =>
        other.container.run('issue', issueRequest({ context, first: 1, parts: [{ holding: 1, quantity: 1 }] })),
      ),
    ).toBe('NOT_ADDRESSED');
  });
});

/** An update file of a hand-made container with one changed header field, or signed by another key. */
function withHeader(target: TestContainer, hand: HandContainer, header: Partial<ReturnType<typeof headerOf>>) {
  return codeOf(() => apply(target, hand.update(target, [], { header })));
}

function headerOf(file: Uint8Array) {
  const read = updateHeader.decode(partsOf(file).header);
  if (!read.ok) throw new TypeError('the header cannot be read');
  return read.value;
}

describe('a genuine update file whose header', () => {
  it.each([
    [{ header: { last: 0, first: 2 } }, 'the last sequence is before the first'],
    [{ header: { last: FORMAT.fileEntries + 1 }, issued: 2000 }, 'more sequences than a file may carry'],
    [{ header: { settledThrough: 1 } }, 'a settled sequence is carried again'],
    [{ issued: 1 }, 'more sequences than were issued'],
    [{ header: { cancelled: [2, 2] } }, 'cancelled sequences are not ascending'],
  ])('says what cannot be is refused: %j', (change, wrong) => {
    const { firm, dongle } = world();
    const hand = new HandContainer(12);
    for (let count = 0; count < 2; count++) {
      const { grant, raw } = firm.grant(hand.key);
      const moved = { itemId: grant.itemId, quantity: 5, units: null, usageStart: null };
      hand.transfer(dongle, [{ moved, grant: raw }]);
    }
    const before = hashOf(dongle);
    expect(() => apply(dongle, hand.update(dongle, [firm.certificate], change))).toThrow(
      expect.objectContaining({ code: 'FILE_MALFORMED', details: { what: `update header: ${wrong}` } }),
    );
    expect(hashOf(dongle)).toBe(before);
    expect(apply(dongle, hand.update(dongle, [firm.certificate])).entries).toHaveLength(2);
  });
});

describe('a certificate', () => {
  const content = (hand: HandContainer) => ({
    serial: serialFromParts(3, 5),
    kind: 'dongle' as const,
    key: hand.key,
    sealingKey: crypto.x25519PublicKey(crypto.sha256(hand.seed)),
    issues: 'move' as const,
  });

  it('of another root, forged, of a third kind or of another signer refuses the file that shows it', () => {
    const { device } = world();
    const hand = new HandContainer(9);
    const foreign = certifyContainer(crypto, otherRoot, content(hand));
    const forged = certifyContainer(crypto, { ...root, seed: otherRoot.seed }, content(hand));
    expect(withHeader(device, hand, { certificate: foreign })).toBe('CERTIFICATE_OTHER_ROOT');
    expect(withHeader(device, hand, { certificate: forged })).toBe('CERTIFICATE_WRONG');
    expect(withHeader(device, hand, { certificate: new Uint8Array([1]) })).toBe('FILE_MALFORMED');
    expect(
      withHeader(device, hand, { certificate: sealEnvelope(crypto, root.seed, 'timeCertificate', [NO_BYTES]) }),
    ).toBe('FILE_KIND');
    expect(
      withHeader(device, hand, { certificate: sealEnvelope(crypto, root.seed, 'containerCertificate', [NO_BYTES]) }),
    ).toBe('FILE_MALFORMED');
    expect(withHeader(device, hand, { certificate: new HandContainer(10).certificate })).toBe('SIGNATURE_WRONG');
  });

  it('of a firm under another root is refused by the name of the firm', () => {
    const firm = new TestFirm();
    const raw = certifyFirm(crypto, otherRoot, {
      firmCode: 7,
      key: firm.key,
      sealingKey: new Uint8Array(32),
      name: '',
    });
    const answer = verifyCertificate(crypto, root, raw);
    expect(answer).toMatchObject({ ok: false, code: 'CERTIFICATE_OTHER_ROOT', details: { who: 'firm 7' } });
    expect(() => readStoredCertificate(new Uint8Array(3))).toThrow(TypeError);
  });

  it('that is stored needs no second verification, and one byte of difference is not the stored one', () => {
    const firm = new TestFirm();
    let verified = 0;
    const counting = {
      ...crypto,
      verify: (...given: Parameters<typeof crypto.verify>) => {
        verified += 1;
        return crypto.verify(...given);
      },
    };
    const verifier = { crypto: counting, root, known: () => firm.certificate, isRevoked: () => false };
    expect(certify(verifier, firm.certificate).ok).toBe(true);
    expect(verified).toBe(0);
    const other = firm.certificate.slice();
    other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
    expect(certify(verifier, other)).toMatchObject({ code: 'CERTIFICATE_WRONG' });
    expect(verified).toBe(1);
  });

  it('of a container that may issue nothing refuses its updates, and one of a firm makes no context', () => {
    const { firm, dongle, device } = world();
    const hand = new HandContainer(11, 'nothing');
    expect(codeOf(() => apply(device, hand.update(device, [])))).toBe('CERTIFICATE_WRONG');
    const said = statement.encode({
      signer: firm.key,
      partner: dongle.key,
      generation: 1,
      stateHash: '00'.repeat(32) as Hash,
      outbound: { epoch: 0, issued: 0, hash: '00'.repeat(32) as Hash },
      inbound: newInbound(crypto, dongle.key, firm.key),
    });
    const header = contextHeader.encode({
      certificate: firm.certificate,
      issuer: dongle.key,
      locked: false,
      lockedFirms: [],
      freeMemory: 1,
      freeChannels: 1,
      largestRecord: 1,
      challenge: null,
    });
    const file = sealEnvelope(crypto, firm.seed, 'contextFile', [said, header, NO_BYTES]);
    expect(codeOf(() => settle(dongle, file))).toBe('CERTIFICATE_WRONG');
  });
});

describe('a correctly signed update that contradicts itself', () => {
  it.each([
    [{ last: 0, first: 3 }, 'FILE_MALFORMED'],
    [{ last: FORMAT.fileEntries + 2, first: 1 }, 'FILE_MALFORMED'],
    [{ settledThrough: 1 }, 'FILE_MALFORMED'],
    [{ last: 2 }, 'FILE_MALFORMED'],
    [{ cancelled: [1, 1] }, 'FILE_MALFORMED'],
    [{ cancelled: [3, 2] }, 'FILE_MALFORMED'],
    [{ last: 0 }, 'FILE_MALFORMED'],
    [{ chainLast: '11'.repeat(32) as Hash }, 'CHAIN_INCONSISTENT'],
    [{ chainBefore: '11'.repeat(32) as Hash }, 'CHAIN_INCONSISTENT'],
    [{ epoch: 1 }, 'UPDATE_EPOCH'],
  ])('in its header (%o) is refused with %s', (header, code) => {
    const { firm, device } = world();
    const hand = new HandContainer(12);
    const moved = { itemId: '00'.repeat(16) as never, quantity: 1, units: null, usageStart: null };
    hand.transfer(device, [{ moved, grant: firm.grant(hand.key).raw }]);
    const before = hashOf(device);
    expect(withHeader(device, hand, header)).toBe(code);
    expect(hashOf(device)).toBe(before);
  });

  it('between statement and header is refused, in updates and in contexts', () => {
    const { dongle, device } = world();
    const hand = new HandContainer(13);
    const file = partsOf(hand.update(device, []));
    const said = statement.decodeTrusted(file.said);
    const resign = (change: Partial<typeof said>) =>
      sealEnvelope(crypto, hand.seed, 'updateFile', [
        statement.encode({ ...said, ...change }),
        file.header,
        file.sealed,
      ]);
    const otherEpoch = { outbound: { ...said.outbound, epoch: 1 } };
    const codes = [{ partner: dongle.key }, { signer: dongle.key }, otherEpoch].map((change) =>
      codeOf(() => apply(device, resign(change))),
    );
    expect(codes).toEqual(['FILE_MALFORMED', 'FILE_MALFORMED', 'FILE_MALFORMED']);
    const garbled = sealEnvelope(crypto, hand.seed, 'updateFile', [new Uint8Array([0xc0]), file.header, file.sealed]);
    expect(codeOf(() => apply(device, garbled))).toBe('FILE_MALFORMED');
    const header = contextHeader.encode({
      certificate: hand.certificate,
      issuer: device.key,
      locked: false,
      lockedFirms: [],
      freeMemory: 1,
      freeChannels: 1,
      largestRecord: 1,
      challenge: null,
    });
    const elsewhere = statement.encode({ ...said, partner: dongle.key });
    const context = sealEnvelope(crypto, hand.seed, 'contextFile', [elsewhere, header, NO_BYTES]);
    expect(codeOf(() => settle(device, context))).toBe('FILE_MALFORMED');
  });

  it('with a body that cannot be read or another number of entries than it names is refused', () => {
    const { device } = world();
    const hand = new HandContainer(14);
    const bodies = [{ entries: [new Uint8Array(40)] }, { signatures: [null] }, { certificates: [new Uint8Array(1)] }];
    const codes = bodies.map((body) => codeOf(() => apply(device, hand.update(device, [], { body }))));
    expect(codes).toEqual(['FILE_MALFORMED', 'FILE_MALFORMED', 'FILE_MALFORMED']);
  });
});

describe('the inventory in a context for a firm', () => {
  it('opens with the sealing secret of the firm and with no other, and there is none for a container', () => {
    const { firm, dongle, device } = world();
    load(firm, dongle, { quantity: 3 });
    const verifier = { crypto, root, known: () => undefined, isRevoked: () => false };
    const open = (raw: Uint8Array, secret: Uint8Array) => {
      const file = openContextFile(verifier, raw);
      if (!file.ok) throw new TypeError(file.code);
      return openInventory(crypto, secret, file.value);
    };
    const raw = contextFor(dongle, firm);
    const opened = open(raw, firm.sealingSecret);
    if (!opened.ok || opened.value === null) throw new TypeError('it does not open');
    expect(only(opened.value.holdings)).toMatchObject({ quantity: 3, pending: 0 });
    const closed = { ok: false, code: 'CANNOT_OPEN', details: { here: 'the firm' } };
    expect(open(raw, firm.env.random(32))).toEqual(closed);
    expect(open(contextFor(dongle, device), firm.sealingSecret)).toEqual({ ok: true, value: null });
    const file = openContextFile(verifier, raw);
    if (!file.ok) throw new TypeError(file.code);
    for (const length of [9, 31, 32, file.value.sealed.length - 1]) {
      const sealed = file.value.sealed.subarray(0, length);
      expect(openInventory(crypto, firm.sealingSecret, { ...file.value, sealed })).toEqual(closed);
    }
    expect(holdingId(dongle)).toBe(1);
  });
});
