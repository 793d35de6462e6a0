import { describe, expect, it } from 'vitest';
import { signedEnvelope } from '../../../container/files/envelope.ts';
import {
  certificateFileName,
  contextFileName,
  isForAnother,
  isLaterOf,
  updateFileNames,
} from '../../../container/files/file-names.ts';
import { statement } from '../../../container/files/statement.ts';
import { updateHeader } from '../../../container/files/update-file.ts';
import { NO_BYTES } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { makeContainer, TestFirm } from '../../world/parties.ts';
import { contextFor } from '../engine/scene.ts';

const device = makeContainer('soft', 7);
const chain = (digit: string): Hash => digit.repeat(64) as Hash;

/** A firm that has issued so many entries to the device. */
function firmWith(entries: number, name?: string): TestFirm {
  const firm = name === undefined ? new TestFirm() : new TestFirm(6000010, undefined, undefined, name);
  for (let at = 0; at < entries; at++) firm.issue(device, { kind: 'add', grants: [firm.grant(device.key).raw] });
  return firm;
}

/** The same file with other parts; the signature no longer holds, which nothing here asks. */
function withParts(file: Uint8Array, change: (parts: readonly Uint8Array[]) => readonly Uint8Array[]): Uint8Array {
  const envelope = signedEnvelope.decodeTrusted(file);
  return signedEnvelope.encode({ ...envelope, parts: change(envelope.parts) });
}

function statementOf(file: Uint8Array) {
  return statement.decodeTrusted(signedEnvelope.decodeTrusted(file).parts[0] as Uint8Array);
}

function headerOf(file: Uint8Array) {
  return updateHeader.decodeTrusted(signedEnvelope.decodeTrusted(file).parts[1] as Uint8Array);
}

describe('the name of a context file', () => {
  it('says whose it is and for whom, and whether it is a receipt', () => {
    expect(contextFileName('130-7', 'firm 6000010', 'context')).toBe('130-7-for-firm-6000010.ferry-context');
    expect(contextFileName('130-7', '3-5', 'receipt')).toBe('130-7-for-3-5-receipt.ferry-context');
  });

  it('tells issuers of one name apart by the first eight digits of the key', () => {
    const key = `0123456789${'a'.repeat(54)}` as never;
    expect(contextFileName('130-7', '3-5', 'context', key)).toBe('130-7-for-3-5-01234567.ferry-context');
    expect(contextFileName('130-7', '3-5', 'receipt', key)).toBe('130-7-for-3-5-01234567-receipt.ferry-context');
  });

  it('is not to be had only where a context for another issuer has it', () => {
    const [firm, other] = [firmWith(0), firmWith(0, 'other')];
    const there = contextFor(device, firm);
    expect([isForAnother(there, other.key), isForAnother(there, firm.key)]).toEqual([true, false]);
    expect(isForAnother(firm.update(device), other.key)).toBe(false);
    expect(isForAnother(NO_BYTES, other.key)).toBe(false);
  });
});

describe('the names of an update file', () => {
  const firm = firmWith(2);

  it('are first the plain one, then with digits of its chain, last with those of the state as well', () => {
    const update = firm.update(device, { header: { chainLast: chain('c') } });
    const digits = statementOf(update).stateHash.slice(0, 8);
    const plain = 'firm-6000010-for-130-7-1-to-2';
    expect(updateFileNames({ issuer: 'firm 6000010', serial: '130-7', content: '1 to 2' }, update)).toEqual([
      `${plain}.ferry-update`,
      `${plain}-cccccccc.ferry-update`,
      `${plain}-cccccccc-${digits}.ferry-update`,
    ]);
  });

  it('are the plain one alone when the file cannot be read', () => {
    const name = 'firm-6000010-for-130-7-1-to-3-2-cancelled.ferry-update';
    const content = '1 to 3, 2 cancelled';
    expect(updateFileNames({ issuer: 'firm 6000010', serial: '130-7', content }, NO_BYTES)).toEqual([name, name, name]);
  });
});

describe('an update file', () => {
  const firm = firmWith(3);
  const there = firm.update(device, { generation: 5 });

  it('takes the place of one with the same entries that was not made later', () => {
    for (const [generation, takes] of [
      [4, false],
      [5, true],
      [6, true],
    ] as const)
      expect(isLaterOf(there, firm.update(device, { generation }))).toBe(takes);
  });

  it.each([
    ['another container', { container: makeContainer('cloud', 7).key }],
    ['another epoch', { epoch: 1 }],
    ['other entries', { chainLast: chain('c') }],
    ['other sequences', { first: 2 }],
    ['other sequences up to the same one', { last: 2 }],
    ['no entries', { first: 4 }],
  ])('does not take the place of one for or with %s', (_, header) => {
    const other = firm.update(device, { generation: 5, header });
    expect([isLaterOf(there, other), isLaterOf(other, there)]).toEqual([false, false]);
  });

  it('does not take the place of one of another issuer', () => {
    const other = firmWith(0, 'other').update(device, { generation: 5, header: headerOf(there) });
    expect([isLaterOf(there, other), isLaterOf(other, there)]).toEqual([false, false]);
  });

  it('of one sequence takes the place of the same entry alone', () => {
    const [one, same] = [5, 6].map((generation) => firm.update(device, { last: 1, generation })) as [
      Uint8Array,
      Uint8Array,
    ];
    const other = firm.update(device, { last: 1, generation: 6, header: { chainLast: chain('c') } });
    expect([isLaterOf(one, same), isLaterOf(one, other)]).toEqual([true, false]);
  });

  it('without entries takes the place of an earlier one without, whatever was issued between them', () => {
    const [before, after] = [0, 3].map((last) => firm.update(device, { first: last + 1, last, generation: last })) as [
      Uint8Array,
      Uint8Array,
    ];
    expect([isLaterOf(before, after), isLaterOf(after, before)]).toEqual([true, false]);
  });

  it('takes no place of what is none, nor does what is none take its place', () => {
    const broken = [
      NO_BYTES,
      contextFor(device, firm),
      withParts(there, ([, header, sealed]) => [NO_BYTES, header, sealed] as Uint8Array[]),
      withParts(there, ([said, , sealed]) => [said, NO_BYTES, sealed] as Uint8Array[]),
      withParts(there, ([said, header]) => [said, header] as Uint8Array[]),
    ];
    for (const file of broken)
      expect([isLaterOf(file, there), isLaterOf(there, file), isLaterOf(file, file)]).toEqual([false, false, false]);
  });
});

describe('the name of a certificate', () => {
  it('is that of its issuer', () => {
    expect(certificateFileName('firm 6000010')).toBe('firm-6000010.ferry-certificate');
    expect(certificateFileName('3-5')).toBe('3-5.ferry-certificate');
  });
});
