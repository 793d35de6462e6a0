import { describe, expect, it } from 'vitest';
import { checkCustody, checkRecord, checkTerms, isReturn } from '../../../container/engine/check-custody.ts';
import { readStoredCertificate } from '../../../container/files/certificate.ts';
import { signedEnvelope } from '../../../container/files/envelope.ts';
import type { Grant, TransferTerms } from '../../../container/files/grant.ts';
import { type MovedItem, type TransferRecord, transferRecord } from '../../../container/files/transfer-record.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { crypto, TestFirm } from '../../world/parties.ts';
import { HandContainer } from './scene.ts';

const firm = new TestFirm();
const [first, second, third] = [new HandContainer(9001), new HandContainer(9002), new HandContainer(9003)] as const;
const returner = new HandContainer(9004, 'return', 'soft');
const mute = new HandContainer(9005, 'nothing');
const certificates = new Map(
  [first, second, third, returner, mute, firm].map((it) => [it.key, readStoredCertificate(it.certificate)]),
);

function granted(change: Partial<Grant> = {}, terms: Partial<TransferTerms> = {}): Grant {
  const { grant } = firm.grant(first.key, change);
  return { ...grant, terms: { ...grant.terms, depth: 3, ...terms } };
}

/** What a refusal says, without its words for people. */
function said(refusal: ReturnType<typeof checkTerms>): unknown {
  return refusal?.code ?? 'nothing';
}

describe('the terms of one more hop', () => {
  const hop = { isReturn: false, hops: 0, quantity: 2 };
  const here = { key: third.key, kind: 'dongle' } as const;

  it('let an item return wherever it is returnable, whatever else they say', () => {
    const narrow = {
      type: 'none',
      depth: 0,
      mostPerTarget: 1,
      targetKinds: ['soft'],
      targetKeys: [first.key],
    } as const;
    const back = { isReturn: true, hops: 16, quantity: 2 };
    expect(said(checkTerms(granted({}, { ...narrow, returnable: true }), back, here))).toBe('nothing');
    expect(said(checkTerms(granted({}, { returnable: false }), back, here))).toBe('NOT_RETURNABLE');
    expect(said(checkTerms(granted({}, { returnable: false }), hop, here))).toBe('nothing');
  });

  it('forbid every move with `none`', () => {
    expect(said(checkTerms(granted({}, { type: 'none' }), hop, here))).toBe('TERMS_FORBID');
  });

  it.each([
    ['the terms say `complete`', {}, { type: 'complete' }],
    ['it has a Unit Counter', { unitCounter: 10 }, {}],
    ['it has a Usage Period', { usagePeriod: 30 }, {}],
  ] as const)('move an item only as a whole where %s', (_, change, terms) => {
    const grant = granted({ quantity: 3, ...change }, terms);
    expect(said(checkTerms(grant, { ...hop, quantity: 3 }, here))).toBe('nothing');
    expect(said(checkTerms(grant, { ...hop, quantity: 2 }, here))).toBe('TERMS_FORBID');
  });

  it('name the kinds and the keys of targets, or none of them', () => {
    expect(said(checkTerms(granted({}, { targetKinds: ['soft', 'dongle'] }), hop, here))).toBe('nothing');
    expect(said(checkTerms(granted({}, { targetKinds: ['soft'] }), hop, here))).toBe('TARGET_NOT_ALLOWED');
    expect(said(checkTerms(granted({}, { targetKeys: [first.key, third.key] }), hop, here))).toBe('nothing');
    expect(said(checkTerms(granted({}, { targetKeys: [first.key] }), hop, here))).toBe('TARGET_NOT_ALLOWED');
  });

  it('bound the depth, and no terms allow more hops than custody can hold', () => {
    expect(said(checkTerms(granted({}, { depth: 2 }), { ...hop, hops: 1 }, here))).toBe('nothing');
    expect(checkTerms(granted({}, { depth: 2 }), { ...hop, hops: 2 }, here)).toMatchObject({
      code: 'DEPTH_EXCEEDED',
      details: { depth: 2 },
    });
    expect(said(checkTerms(granted({}, { depth: 99 }), { ...hop, hops: 15 }, here))).toBe('nothing');
    expect(checkTerms(granted({}, { depth: 99 }), { ...hop, hops: 16 }, here)).toMatchObject({
      code: 'CUSTODY_FULL',
      details: { limit: 16 },
    });
  });

  it('bound what goes to one target', () => {
    expect(said(checkTerms(granted({}, { mostPerTarget: 2 }), hop, here))).toBe('nothing');
    expect(checkTerms(granted({}, { mostPerTarget: 1 }), hop, here)).toMatchObject({
      code: 'TARGET_LIMIT',
      details: { limit: 1 },
    });
  });
});

describe('the way of an item', () => {
  const here = { key: third.key, kind: 'dongle' } as const;

  function hop(
    grant: Grant,
    from: { readonly key: PublicKey },
    to: { readonly key: PublicKey },
    item: Partial<MovedItem> = {},
    change: Partial<TransferRecord> = {},
  ): TransferRecord {
    const moved = { itemId: grant.itemId, quantity: 2, units: null, usageStart: null, ...item };
    return { from: from.key, to: to.key, sequence: 1, firmCode: grant.firmCode, items: [moved], ...change };
  }

  const judge = (grant: Grant, ...way: TransferRecord[]) => said(checkCustody(grant, way, certificates, here));

  it('leads from the first holder here, over holders that each had it from the one before', () => {
    const grant = granted();
    expect(judge(grant, hop(grant, first, third))).toBe('nothing');
    expect(judge(grant, hop(grant, first, second), hop(grant, second, third))).toBe('nothing');
    const withoutOwn = new Map([...certificates].filter(([key]) => key !== third.key));
    expect(said(checkCustody(grant, [hop(grant, first, third)], withoutOwn, here))).toBe('nothing');
    expect(judge(grant)).toBe('CUSTODY_WRONG');
    expect(judge(grant, hop(grant, first, second))).toBe('CUSTODY_WRONG');
    expect(judge(grant, hop(grant, second, third))).toBe('CUSTODY_WRONG');
    expect(judge(grant, hop(grant, first, second), hop(grant, first, third))).toBe('CUSTODY_WRONG');
  });

  it('is that of this item and this firm at every hop', () => {
    const grant = granted();
    const other = granted();
    expect(judge(grant, hop(grant, first, third, { itemId: other.itemId }))).toBe('CUSTODY_WRONG');
    expect(judge(grant, hop(grant, first, third, {}, { firmCode: 7 }))).toBe('CUSTODY_WRONG');
    const among = [...hop(other, first, third).items, ...hop(grant, first, third).items];
    expect(judge(grant, hop(grant, first, third, {}, { items: among }))).toBe('nothing');
  });

  it('never has more seats than the hop before', () => {
    const grant = granted({ quantity: 5 });
    expect(judge(grant, hop(grant, first, third, { quantity: 5 }))).toBe('nothing');
    expect(judge(grant, hop(grant, first, third, { quantity: 6 }))).toBe('CUSTODY_WRONG');
    const two = hop(grant, first, second, { quantity: 2 });
    expect(judge(grant, two, hop(grant, second, third, { quantity: 2 }))).toBe('nothing');
    expect(judge(grant, two, hop(grant, second, third, { quantity: 3 }))).toBe('CUSTODY_WRONG');
  });

  it('never has more units than the hop before, and a Unit Counter at all hops or at none', () => {
    const counted = granted({ quantity: 2, unitCounter: 10 });
    const nine = hop(counted, first, second, { units: 9 });
    expect(judge(counted, nine, hop(counted, second, third, { units: 9 }))).toBe('nothing');
    expect(judge(counted, nine, hop(counted, second, third, { units: 10 }))).toBe('CUSTODY_WRONG');
    expect(judge(counted, nine, hop(counted, second, third, { units: null }))).toBe('CUSTODY_WRONG');
    const plain = granted();
    expect(judge(plain, hop(plain, first, third, { units: 0 }))).toBe('CUSTODY_WRONG');
  });

  it('never begins a usage period again', () => {
    const grant = granted({ quantity: 2, usagePeriod: 30 });
    const begun = hop(grant, first, second, { usageStart: 5 });
    expect(judge(grant, begun, hop(grant, second, third, { usageStart: 5 }))).toBe('nothing');
    expect(judge(grant, begun, hop(grant, second, third, { usageStart: 6 }))).toBe('CUSTODY_WRONG');
    expect(judge(grant, begun, hop(grant, second, third, { usageStart: null }))).toBe('CUSTODY_WRONG');
    expect(judge(grant, hop(grant, first, second), hop(grant, second, third, { usageStart: 6 }))).toBe('nothing');
  });

  it('goes over certified containers that may issue, or may return and do', () => {
    const through = (middle: HandContainer) => {
      const grant = granted();
      return judge(grant, hop(grant, first, middle), hop(grant, middle, third));
    };
    expect(through(second)).toBe('nothing');
    expect(through(returner)).toBe('SENDER_MAY_NOT_ISSUE');
    expect(through(mute)).toBe('SENDER_MAY_NOT_ISSUE');
    expect(through(new HandContainer(9006))).toBe('CUSTODY_WRONG');
    const grant = granted();
    expect(judge(grant, hop(grant, first, firm), hop(grant, firm, third))).toBe('CUSTODY_WRONG');
    const narrow = granted({}, { targetKinds: ['dongle'] });
    const stranger = new HandContainer(9006);
    expect(judge(narrow, hop(narrow, first, stranger), hop(narrow, stranger, third))).toBe('CUSTODY_WRONG');
    for (const holder of [stranger, firm])
      expect(judge({ ...grant, firstHolder: holder.key }, hop(grant, holder, third))).toBe('CUSTODY_WRONG');
    const home = { ...grant, firstHolder: third.key };
    expect(judge(home, hop(home, third, returner), hop(home, returner, third))).toBe('nothing');
    expect(judge(home, hop(home, third, mute), hop(home, mute, third))).toBe('SENDER_MAY_NOT_ISSUE');
  });

  it('keeps the terms at every hop, for the target of that hop', () => {
    const kinds = granted({}, { targetKinds: ['dongle'] });
    expect(judge(kinds, hop(kinds, first, second), hop(kinds, second, third))).toBe('nothing');
    expect(judge(kinds, hop(kinds, first, returner), hop(kinds, returner, third))).toBe('TARGET_NOT_ALLOWED');
    const shallow = granted({}, { depth: 1 });
    expect(judge(shallow, hop(shallow, first, third))).toBe('nothing');
    expect(judge(shallow, hop(shallow, first, second), hop(shallow, second, third))).toBe('DEPTH_EXCEEDED');
    const few = granted({}, { mostPerTarget: 1 });
    expect(judge(few, hop(few, first, second), hop(few, second, third, { quantity: 1 }))).toBe('TARGET_LIMIT');
  });

  it('has a return at its end only, since what was undone is on it no longer', () => {
    const grant = granted();
    const home = { ...grant, firstHolder: third.key };
    const undone = [hop(home, third, first), hop(home, first, third)];
    expect(judge(home, ...undone)).toBe('nothing');
    expect(judge(home, ...undone, hop(home, third, first), hop(home, first, third))).toBe('CUSTODY_WRONG');
    const there = [hop(grant, first, third), hop(grant, third, first)];
    expect(judge(grant, ...there, hop(grant, first, third))).toBe('CUSTODY_WRONG');
    const deep = granted({}, { depth: 9 });
    const onward = [
      hop(deep, first, second),
      hop(deep, second, first),
      hop(deep, first, third),
      hop(deep, third, second),
    ];
    expect(said(checkCustody(deep, onward, certificates, { key: second.key, kind: 'dongle' }))).toBe('CUSTODY_WRONG');
    const circle = [hop(grant, first, second), hop(grant, second, third), hop(grant, third, first)];
    expect(judge({ ...grant, terms: { ...grant.terms, depth: 4 } }, ...circle, hop(grant, first, third))).toBe(
      'nothing',
    );
  });

  it('returns where its last hop leads to the sender of the one before', () => {
    const grant = granted();
    const there = hop(grant, first, second);
    expect(isReturn([there, hop(grant, second, first)])).toBe(true);
    expect(isReturn([there, hop(grant, second, third)])).toBe(false);
    expect(isReturn([hop(grant, third, first), there, hop(grant, second, first)])).toBe(true);
    expect(isReturn([there, hop(grant, second, first), hop(grant, first, third)])).toBe(false);
    expect(isReturn([there])).toBe(false);
    expect(isReturn([])).toBe(false);
  });
});

describe('an earlier transfer record', () => {
  const moved = { itemId: granted().itemId, quantity: 1, units: null, usageStart: null };
  const content = { to: second.key, sequence: 1, firmCode: 6000010, items: [moved] };
  const { part, raw } = first.record(content);
  const code = (bytes: Uint8Array) => {
    const checked = checkRecord(crypto, certificates, bytes);
    return checked.ok ? 'nothing' : checked.code;
  };

  it('is taken with its hash where a certified container signed it', () => {
    expect(checkRecord(crypto, certificates, raw)).toEqual({
      ok: true,
      value: { hash: toHex(crypto.sha256(part)), raw, content: { from: first.key, ...content } },
    });
  });

  it('is wrong where it cannot be read, or its sender is no certified container, or did not sign it', () => {
    expect(code(new Uint8Array(64))).toBe('CUSTODY_WRONG');
    const envelope = (bytes: Uint8Array) =>
      signedEnvelope.encode({ kind: 'transferRecord', version: 1, parts: [bytes], signature: new Uint8Array(64) });
    expect(code(envelope(new Uint8Array([0x90])))).toBe('CUSTODY_WRONG');
    expect(code(new HandContainer(9006).record(content).raw)).toBe('CUSTODY_WRONG');
    expect(code(envelope(transferRecord.encode({ from: firm.key, ...content })))).toBe('CUSTODY_WRONG');
    expect(code(raw.with(-1, 9))).toBe('CUSTODY_WRONG');
  });
});
