import { describe, expect, it } from 'vitest';
import { shownBy } from '../../../container/engine/check-proof.ts';
import { newInbound } from '../../../container/engine/issuer-channel.ts';
import { openContextFile, openInventory } from '../../../container/files/context-file.ts';
import { signParts } from '../../../container/files/envelope.ts';
import type { SignedStatement } from '../../../container/files/signed-file.ts';
import { statement } from '../../../container/files/statement.ts';
import { toHex, utf8 } from '../../../container/model/bytes.ts';
import type { Hash, PublicKey } from '../../../container/model/ids.ts';
import { crypto, load, makeContainer, move, order, root, type TestContainer, TestFirm } from '../../world/parties.ts';
import { apply, backup, codeOf, contextFor, holdingId, only, restored, settle } from './scene.ts';

function told(firm: TestFirm, container: TestContainer) {
  const verifier = { crypto, root, known: () => undefined, isRevoked: () => false };
  const file = openContextFile(verifier, contextFor(container, firm));
  if (!file.ok) throw new TypeError(file.code);
  const inventory = openInventory(crypto, firm.sealingSecret, file.value);
  if (!inventory.ok || inventory.value === null) throw new TypeError('there is no inventory');
  return inventory.value;
}

/** A dongle that was set back behind a move to a device, and has done other things since. */
function setBack() {
  const [firm, dongle, device] = [new TestFirm(), makeContainer('dongle', 1), makeContainer('soft', 2)];
  load(firm, dongle, { quantity: 10 });
  const before = backup(dongle);
  move(dongle, device, [{ holding: 1, quantity: 6 }]);
  const back = restored(dongle, before, 'memory and anchor');
  for (const firmCode of [101, 102, 103, 104])
    back.container.run('context', { certificate: new TestFirm(firmCode).certificate, firmCode: null });
  return { firm, back, device };
}

const give = (from: TestContainer, to: TestContainer): string =>
  codeOf(() => order(from, to, [{ holding: holdingId(from), quantity: 1 }]));

describe('what a firm is told of containers that were set back', () => {
  it('is nothing by an honest container', () => {
    const { firm, device } = setBack();
    expect(told(firm, device)).toMatchObject({ setBackBy: null, proofs: [] });
  });

  it('is by whom it was proven, by the container that was', () => {
    const { firm, back, device } = setBack();
    expect(give(back, device)).toBe('SELF_ROLLED_BACK');
    expect(told(firm, back)).toMatchObject({ setBackBy: device.key, proofs: [] });
  });

  it('is both words, by the partner that found it out, to every firm', () => {
    const { firm, back, device } = setBack();
    expect(give(device, back)).toBe('PARTNER_ROLLED_BACK');
    const other = new TestFirm(6000099);
    for (const to of [firm, other]) {
      const { setBackBy, proofs } = told(to, device);
      expect([setBackBy, only(proofs).about]).toEqual([null, back.key]);
      expect(shownBy(crypto, only(proofs))).toBe('a newer state has issued less');
    }
  });

  it('is nothing by a target that was written off and was not lost: one word of its own proves no copy', () => {
    const [firm, dongle, device] = [new TestFirm(), makeContainer('dongle', 1), makeContainer('soft', 2)];
    load(firm, dongle, { quantity: 10 });
    const { receipt } = apply(device, only(order(dongle, device, [{ holding: 1, quantity: 1 }]).updates));
    firm.issue(dongle, { kind: 'writeOff', target: device.key, through: 1 });
    apply(dongle, firm.update(dongle));
    settle(dongle, receipt);
    expect(only([...dongle.container.state.evidence.values()]).about).toBe(device.key);
    expect(told(firm, dongle).proofs).toEqual([]);
  });

  it('is nothing of what another firm did', () => {
    const { firm, device } = setBack();
    const other = new TestFirm(6000099);
    other.issue(device, { kind: 'add', grants: [other.grant(device.key).raw] });
    const update = other.update(device, { generation: 5 });
    device.container.run('apply', { update });
    const forked = new TestFirm(6000099);
    forked.issue(device, { kind: 'add', grants: [forked.grant(device.key, { quantity: 2 }).raw] });
    const wrong = forked.update(device, { generation: 6 });
    expect(codeOf(() => device.container.run('apply', { update: wrong }))).toBe('PARTNER_ROLLED_BACK');
    expect(device.container.state.evidence.size).toBe(1);
    expect(told(firm, device).proofs).toEqual([]);
  });
});

/** Words in a context file of whoever has that seed. */
function signed(seed: Uint8Array, said: Uint8Array): SignedStatement {
  const parts = [said, utf8('header'), utf8('sealed')];
  const signature = signParts(crypto, seed, 'contextFile', parts);
  return { file: 'contextFile', statement: said, others: parts.slice(1).map((part) => crypto.sha256(part)), signature };
}

describe('a proof', () => {
  function proof() {
    const { firm, back, device } = setBack();
    give(device, back);
    const { about, statements } = only(told(firm, device).proofs);
    const [before, after] = statements as [SignedStatement, SignedStatement];
    return { about, before, after, device, back, firm };
  }
  const verdict = (about: PublicKey, ...statements: SignedStatement[]) => shownBy(crypto, { about, statements });

  it('shows the same in either order, and nothing by one word, whether it stands alone or twice', () => {
    const { about, before, after } = proof();
    expect([verdict(about, before, after), verdict(about, after, before)]).toEqual(
      Array(2).fill('a newer state has issued less'),
    );
    expect([verdict(about, before), verdict(about, before, before)]).toEqual([undefined, undefined]);
  });

  it('shows nothing by what its signer says for another one, nor by what is no statement', () => {
    const seed = new Uint8Array(32).fill(7);
    const signer = toHex(crypto.ed25519PublicKey(seed)) as PublicKey;
    const hash = 'ab'.repeat(32) as Hash;
    const word = (generation: number, issued: number, by = signer) =>
      signed(
        seed,
        statement.encode({
          signer: by,
          partner: 'cd'.repeat(32) as PublicKey,
          generation,
          stateHash: hash,
          outbound: { epoch: 0, issued, hash },
          inbound: newInbound(crypto, 'cd'.repeat(32) as PublicKey, by),
        }),
      );
    const other = 'ef'.repeat(32) as PublicKey;
    expect(verdict(signer, word(5, 3), word(6, 2))).toBe('a newer state has issued less');
    expect(verdict(signer, word(5, 3, other), word(6, 2, other))).toBeUndefined();
    expect(verdict(signer, word(5, 3), signed(seed, Uint8Array.of(1)))).toBeUndefined();
  });

  it('shows nothing by words to two partners', () => {
    const { about, before, back } = proof();
    const verifier = { crypto, root, known: () => undefined, isRevoked: () => false };
    const elsewhere = openContextFile(verifier, contextFor(back, makeContainer('soft', 3)));
    if (!elsewhere.ok) throw new TypeError(elsewhere.code);
    expect(verdict(about, before, elsewhere.value.signed)).toBeUndefined();
  });

  it('shows nothing of another container, nor when one bit of a word, of what it came with or of its signature differs', () => {
    const { about, before, after, device } = proof();
    const turned = (bytes: Uint8Array) => bytes.map((byte, at) => (at === 7 ? byte ^ 1 : byte));
    const [header, sealed] = after.others as [Uint8Array, Uint8Array];
    const wrong: SignedStatement[] = [
      { ...after, signature: turned(after.signature) },
      { ...after, statement: turned(after.statement) },
      { ...after, others: [turned(header), sealed] },
      { ...after, others: [header, turned(sealed)] },
      { ...after, file: after.file === 'contextFile' ? 'updateFile' : 'contextFile' },
    ];
    expect(wrong.map((word) => verdict(about, before, word))).toEqual(Array(5).fill(undefined));
    expect(wrong.map((word) => verdict(about, word, before))).toEqual(Array(5).fill(undefined));
    expect(verdict(device.key, before, after)).toBeUndefined();
  });
});
