import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { counter } from '../../container/engine/state.ts';
import { CATALOGUE, Defect, FerryError } from '../../container/errors.ts';
import { contextHeader } from '../../container/files/context-file.ts';
import { readEnvelope } from '../../container/files/envelope.ts';
import {
  type ApplyTransactionState,
  containerTarget,
  runApplyTransaction,
  runContextTransaction,
  type UpdateTaker,
} from '../../state-machines/index.ts';
import { bound } from '../container/engine/scene.ts';
import { makeContainer, TestFirm } from '../world/parties.ts';
import { MoveWorld } from './move-world.ts';

/** A device with a vendor who has issued three entries to it, one seat each. */
function makeWorld() {
  const device = makeContainer('soft', 7);
  const firm = new TestFirm();
  for (let entry = 0; entry < 3; entry++) {
    const { raw } = firm.grant(device.key, { quantity: 1 });
    firm.issue(device, { kind: 'add', grants: [raw] });
  }
  const { blobs } = new MoveWorld();
  const put = (first: number, last: number) => blobs.put(firm.update(device, { first, last }));
  const seats = () => device.container.run('list', {}).holdings.length;
  return { device, firm, blobs, put, seats, taker: containerTarget(device.container.client()) };
}

describe('an apply transaction', () => {
  it('takes files in one after another and names every entry once, also when it is repeated', async () => {
    const { taker, blobs, put, seats } = makeWorld();
    const updates = [await put(1, 2), await put(2, 3)];
    const result = await runApplyTransaction(taker, blobs, updates);
    expect(result).toMatchObject({
      state: 'applied',
      applied: 3,
      entries: [1, 2, 3].map((sequence) => ({ sequence, reason: 0 })),
      deferral: null,
      failure: null,
    });
    expect(seats()).toBe(3);
    const again = await runApplyTransaction(taker, blobs, updates);
    expect(again).toMatchObject({ state: 'applied', applied: 3, entries: [] });
    expect(await blobs.get(again.receipt ?? '')).toHaveProperty('length');
  });

  it('of no file ends at once, with no receipt', async () => {
    const { taker, blobs } = makeWorld();
    expect(await runApplyTransaction(taker, blobs, [])).toEqual({
      state: 'applied',
      applied: 0,
      entries: [],
      deferral: null,
      receipt: null,
      failure: null,
    });
  });

  it('stops at a file that comes too early, and keeps what the files before it did', async () => {
    const { taker, blobs, put, seats } = makeWorld();
    const result = await runApplyTransaction(taker, blobs, [await put(1, 1), await put(3, 3), await put(2, 2)]);
    expect(result).toMatchObject({
      state: 'refused',
      applied: 1,
      entries: [{ sequence: 1, reason: 0 }],
      failure: { code: 'UPDATE_GAP', details: { missing: '2' } },
    });
    expect(result.receipt).not.toBeNull();
    expect(seats()).toBe(1);
  });

  it('stops at a file for which there is no room, in a device that has room for its issuer', async () => {
    const { taker, blobs, put, device } = makeWorld();
    bound(device, { capacity: counter(device.container.state, 'usedBytes') + 1000 });
    const result = await runApplyTransaction(taker, blobs, [await put(1, 3), await put(3, 3)]);
    expect(result).toMatchObject({ state: 'deferred', deferral: { reason: CATALOGUE.MEMORY_FULL.number } });
    expect(result.failure).toBeNull();
  });

  it.each<[ApplyTransactionState, Error]>([
    ['failed', new FerryError('STORE_WRITE_FAILED', { where: 'x', why: 'the disk is full' })],
    ['refused', new FerryError('CONTAINER_LOCKED', { here: '130-7' })],
  ])('ends as %s when the container answers %s', async (state, error) => {
    const { blobs, put } = makeWorld();
    const taker: UpdateTaker = { apply: async () => Promise.reject(error) };
    const result = await runApplyTransaction(taker, blobs, [await put(1, 1)]);
    expect(result).toMatchObject({ state, receipt: null, failure: { code: (error as FerryError).code } });
  });

  it('rejects with a defect of the container, which is thrown nowhere else later', async () => {
    const { blobs, put } = makeWorld();
    const taker: UpdateTaker = { apply: async () => Promise.reject(new Defect('broken')) };
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    await expect(runApplyTransaction(taker, blobs, [await put(1, 1)])).rejects.toThrow(Defect);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a context transaction', () => {
  it('gives the context file for the issuer whose certificate it is, made anew each time', async () => {
    const { taker, blobs, firm } = makeWorld();
    const { context, failure } = await runContextTransaction(taker, blobs, firm.certificate);
    expect(failure).toBeNull();
    const envelope = readEnvelope(await blobs.get(context ?? ''), 'contextFile', 3, 'a context file');
    const header = contextHeader.decode(envelope.ok ? (envelope.value.parts[1] ?? new Uint8Array()) : new Uint8Array());
    expect(header).toMatchObject({ ok: true, value: { issuer: firm.key } });
  });

  it('tells why there is none', async () => {
    const { taker, blobs } = makeWorld();
    const { context, failure } = await runContextTransaction(taker, blobs, new Uint8Array([1]));
    expect(context).toBeNull();
    expect(failure?.code).toBe('FILE_MALFORMED');
  });
});
