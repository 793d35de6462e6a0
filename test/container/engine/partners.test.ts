import { describe, expect, it } from 'vitest';
import { Draft } from '../../../container/engine/draft.ts';
import { memoryOf } from '../../../container/engine/memory.ts';
import {
  keepCertificate,
  keepEvidence,
  partnerName,
  partnerOrNew,
  reservePartner,
  witnessPartner,
} from '../../../container/engine/partners.ts';
import { readStoredCertificate } from '../../../container/files/certificate.ts';
import { openContextFile } from '../../../container/files/context-file.ts';
import { statement } from '../../../container/files/statement.ts';
import { NO_BYTES } from '../../../container/model/bytes.ts';
import type { Hash, PublicKey } from '../../../container/model/ids.ts';
import { crypto, root, type TestContainer } from '../../world/parties.ts';
import { bound, HandContainer, world } from './scene.ts';

const SOMEBODY = '11'.repeat(32) as PublicKey;

/** A signed statement that is none: only its bytes are kept and compared. */
function word(mark: number) {
  return {
    file: 'contextFile',
    statement: new Uint8Array(10),
    others: [],
    signature: new Uint8Array(64).fill(mark),
  } as const;
}

function kept(draft: Draft): string[] {
  return draft.changes.flatMap((one) => (one.change === 'evidenceKept' ? [`${one.reason}`] : []));
}

/** What a hand-made container says to another, as it was read. */
function opened(raw: Uint8Array) {
  const file = openContextFile({ crypto, root, known: () => undefined, isRevoked: () => false }, raw);
  if (!file.ok) throw new TypeError(file.code);
  return file.value;
}

function met(): { readonly dongle: TestContainer; readonly hand: HandContainer } {
  const { dongle } = world();
  const hand = new HandContainer(9001);
  dongle.container.run('context', { certificate: hand.certificate, firmCode: null });
  return { dongle, hand };
}

describe('evidence', () => {
  it('is kept once for each party and each thing that it proves of it, however often that is proven', () => {
    const draft = new Draft(world().dongle.container.state);
    const other = '22'.repeat(32) as PublicKey;
    keepEvidence(draft, SOMEBODY, 'one', [word(1)]);
    for (const [about, reason, said] of [
      [SOMEBODY, 'one', [word(1)]],
      [SOMEBODY, 'one', [word(9), word(1)]],
      [other, 'one', [word(1)]],
      [SOMEBODY, 'two', [word(1)]],
      [SOMEBODY, 'one', [word(2)]],
      [SOMEBODY, 'three', [word(3), word(4)]],
      [SOMEBODY, 'three', [word(5), word(6)]],
    ] as const)
      keepEvidence(draft, about, reason, said);
    expect(kept(draft)).toEqual(['one', 'one', 'two', 'three']);
  });

  it('fills the memory that is there for it to the last byte, and no more', () => {
    const { dongle } = world();
    const bytes = memoryOf.evidence({ about: SOMEBODY, reason: 'one', statements: [word(1)] });
    const keepTwo = (evidence: number) => {
      bound(dongle, { evidence });
      const draft = new Draft(dongle.container.state);
      for (const reason of ['one', 'two']) keepEvidence(draft, SOMEBODY, reason, [word(1)]);
      return kept(draft).length;
    };
    expect([bytes - 1, bytes, 2 * bytes - 1, 2 * bytes].map(keepTwo)).toEqual([0, 1, 1, 2]);
  });

  it('is that of sixty-four things at most', () => {
    const { dongle } = world();
    bound(dongle, { evidence: 1_000_000 });
    const draft = new Draft(dongle.container.state);
    for (let thing = 0; thing < 66; thing++) keepEvidence(draft, SOMEBODY, `thing ${thing}`, [word(1)]);
    expect(kept(draft)).toHaveLength(64);
  });

  it('against a partner has the word remembered of it beside the one that contradicts it', () => {
    const { dongle, hand } = met();
    const draft = new Draft(dongle.container.state);
    const witness = (generation: number, hash: string) =>
      witnessPartner(draft, crypto, opened(hand.context(dongle, { hash: hash.repeat(32) as Hash }, generation)));
    expect(witness(3, 'aa')).toBeUndefined();
    expect(witness(4, 'bb')).toMatchObject({ code: 'PARTNER_ROLLED_BACK', details: { partner: '3-9001' } });
    const [evidence] = draft.changes.flatMap((one) => (one.change === 'evidenceKept' ? [one] : []));
    expect(evidence).toMatchObject({ about: hand.key, reason: 'it applied two different entries with one sequence' });
    expect(evidence?.statements.map((said) => statement.decodeTrusted(said.statement).generation)).toEqual([3, 4]);
  });
});

describe('a partner that said of one sequence that there are two entries', () => {
  it.each(['issued', 'applied'] as const)('%s by it, is believed nothing any more, and everybody else is', (what) => {
    const { dongle, hand } = met();
    const other = new HandContainer(9002);
    dongle.container.run('context', { certificate: other.certificate, firmCode: null });
    const draft = new Draft(dongle.container.state);
    const said = (by: HandContainer, generation: number, hash: string | null = null) => {
      const file = opened(by.context(dongle, {}, generation));
      const { outbound, inbound } = file.statement;
      const bent = hash === null ? {} : { hash: hash.repeat(32) as Hash };
      const statement =
        what === 'issued'
          ? { ...file.statement, outbound: { ...outbound, ...bent } }
          : { ...file.statement, inbound: { ...inbound, ...bent } };
      return witnessPartner(draft, crypto, { ...file, statement })?.details.why ?? 'nothing';
    };
    const why = `it ${what} two different entries with one sequence`;
    expect([said(hand, 3), said(hand, 4, 'bb'), said(hand, 5), said(other, 3)]).toEqual([
      'nothing',
      why,
      why,
      'nothing',
    ]);
  });
});

describe('a partner of whom no word is remembered', () => {
  it.each([
    ['it forgot what it had issued', { applied: 1, settled: 0 }],
    ['it forgot what it had applied', { applied: 0, settled: 1 }],
  ])('is measured by what was taken from it all the same: %s', (reason, { applied, settled }) => {
    const { dongle, hand } = met();
    const draft = new Draft(dongle.container.state);
    const { inbound, outbound } = partnerOrNew(crypto, draft.state, hand.key);
    draft.push({
      change: 'partnerPut',
      key: hand.key,
      inbound: { ...inbound, applied },
      outbound: { ...outbound, settled },
      witness: null,
    });
    const file = opened(hand.context(dongle, {}, 3));
    expect(witnessPartner(draft, crypto, file)).toMatchObject({
      code: 'PARTNER_ROLLED_BACK',
      details: { why: reason },
    });
    const [evidence] = draft.changes.flatMap((one) => (one.change === 'evidenceKept' ? [one] : []));
    expect(evidence?.statements.map(({ signature }) => signature)).toEqual([file.signed.signature]);
  });
});

describe('a channel record', () => {
  it('is reserved as long as one is free beside those that are kept free, and once only', () => {
    const { dongle } = world();
    const { size } = dongle.container.state.partners;
    const certificate = readStoredCertificate(new HandContainer(9001).certificate);
    const reserve = (free: number) => {
      bound(dongle, { channels: size + free });
      const draft = new Draft(dongle.container.state);
      return reservePartner(crypto, draft, certificate, 3) ?? draft.changes.map(({ change }) => change);
    };
    expect(reserve(4)).toEqual(['certificateStored', 'partnerPut']);
    expect(reserve(3)).toMatchObject({ code: 'TABLE_FULL', details: { here: '3-1' } });
  });

  it('has the certificate that came first', () => {
    const draft = new Draft(world().dongle.container.state);
    const certificate = readStoredCertificate(new HandContainer(9001).certificate);
    keepCertificate(draft, certificate);
    keepCertificate(draft, { ...certificate, raw: NO_BYTES });
    expect(draft.changes).toHaveLength(1);
  });
});

describe('the name of a key', () => {
  it('is the serial number of whom it is known of, and otherwise its first eight digits', () => {
    const { dongle, hand } = met();
    const { state } = dongle.container;
    expect(partnerName(state, dongle.key)).toBe('3-1');
    expect(partnerName(state, hand.key)).toBe('3-9001');
    expect(partnerName(state, SOMEBODY)).toBe('11111111');
  });
});
