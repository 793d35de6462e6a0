import { describe, expect, it } from 'vitest';
import { Container } from '../../../container/container.ts';
import { FerryError } from '../../../container/errors.ts';
import type { OrderId } from '../../../container/model/ids.ts';
import { MemoryAnchor } from '../../../container/store/memory-anchor.ts';
import { MemoryFlash } from '../../../container/store/memory-flash.ts';
import { containerIssuer, containerTarget, runLicenseMove } from '../../../state-machines/index.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { load, makeContainer, order as orderByHand, root, seats, seededEnv, TestFirm } from '../../world/parties.ts';
import { MoveWorld } from '../move-world.ts';

const ORDER_ID = '0d'.repeat(16) as OrderId;

it('containers are moved between, what is in transit is delivered, and all of it can be given back', async () => {
  const [dongle, device] = [makeContainer('dongle', 1), makeContainer('soft', 2)];
  const [grant] = load(new TestFirm(), dongle, { quantity: 5 });
  const itemId = grant?.itemId ?? '';
  const issuer = containerIssuer(dongle.container.client());
  const target = containerTarget(device.container.client());
  const { store, blobs, random } = new MoveWorld();
  const order = { kind: 'items', items: [{ firmCode: 6000010, productCode: 1001, quantity: 2 }] } as const;

  const { context } = device.container.run('context', { certificate: dongle.certificate, firmCode: null });
  const { holdings } = dongle.container.run('list', {});
  dongle.container.run(
    'issue',
    issueRequest({ context, first: 1, parts: [{ holding: holdings[0]?.id ?? 0, quantity: 2 }] }),
  );
  const delivered = await runLicenseMove({ issuer, target, store, blobs, random, order });
  expect(delivered).toMatchObject({ state: 'moved', plan: { first: 1, last: 1, parts: [] } });
  const again = await runLicenseMove({ issuer, target, store, blobs, random, order });
  expect(again).toMatchObject({ state: 'moved', plan: { first: 2, last: null } });
  expect([seats(dongle, itemId), seats(device, itemId)]).toEqual([
    { held: 1, pending: 0 },
    { held: 4, pending: 0 },
  ]);

  const back = await runLicenseMove({
    issuer: containerIssuer(device.container.client()),
    target: containerTarget(dongle.container.client()),
    store,
    blobs,
    random,
    order: { kind: 'all' },
  });
  expect(back.state).toBe('moved');
  expect(seats(dongle, itemId)).toEqual({ held: 5, pending: 0 });
});

it('whoever answers with the listing of another container gets nothing, from the first run on or from a resumed one', async () => {
  const [dongle, device, liar] = [makeContainer('dongle', 1), makeContainer('soft', 2), makeContainer('soft', 3)];
  const [grant] = load(new TestFirm(), dongle, { quantity: 5 });
  const itemId = grant?.itemId ?? '';
  const honest = containerTarget(device.container.client());
  const lying = { ...containerTarget(liar.container.client()), list: honest.list };
  const { store, blobs, random } = new MoveWorld();
  const order = { kind: 'items', items: [{ firmCode: 6000010, productCode: 1001, quantity: 2 }] } as const;
  const asked = { issuer: containerIssuer(dongle.container.client()), store, blobs, random, order };

  const fooled = await runLicenseMove({ ...asked, target: lying });
  expect(fooled).toMatchObject({ state: 'refused', failure: { code: 'TARGET_OTHER' } });
  const away = async () => Promise.reject(new FerryError('CARRIER_LOST', {}));
  expect((await runLicenseMove({ ...asked, target: { ...honest, context: away } })).state).toBe('interrupted');
  expect(await runLicenseMove({ ...asked, target: lying })).toMatchObject({
    state: 'refused',
    resumed: true,
    failure: { code: 'TARGET_OTHER' },
  });
  expect([seats(dongle, itemId), seats(liar, itemId)]).toEqual([
    { held: 5, pending: 0 },
    { held: 0, pending: 0 },
  ]);
});

it('what is in transit is given again, under the sequences of its plan', async () => {
  const [dongle, device] = [makeContainer('dongle', 1), makeContainer('soft', 2)];
  load(new TestFirm(), dongle, { quantity: 5 });
  const holding = dongle.container.run('list', {}).holdings[0]?.id ?? 0;
  for (const quantity of [1, 2]) orderByHand(dongle, device, [{ holding, quantity }]);
  const { context } = device.container.run('context', { certificate: dongle.certificate, firmCode: null });
  const plan = { targetKey: device.key, first: 1, last: 2, parts: [] };
  const given = await containerIssuer(dongle.container.client()).issue({ context, plan, orderId: ORDER_ID });
  expect(given).toMatchObject({ first: 1, last: 2, repeated: true, updates: [{}] });
});

/** An issuer, and what its container is asked for. */
function observed(container: Container) {
  const client = container.client();
  const asked: string[] = [];
  const call: typeof client.call = (name, request) => {
    asked.push(name);
    return client.call(name, request);
  };
  return { issuer: containerIssuer({ ...client, call }), asked };
}

describe('the certificate of a container', () => {
  it('is not asked for where a listing showed it', async () => {
    const { container, certificate } = makeContainer('dongle', 1);
    const { issuer, asked } = observed(container);
    await issuer.list();
    expect(await issuer.certificate()).toEqual(certificate);
    expect(asked).toEqual(['list']);
  });

  it('is not there before it is certified, and is asked for until then', async () => {
    const { parts, key, certificate } = makeContainer('dongle', 3);
    const flash = new MemoryFlash({ size: 4 * 1024 * 1024, pageSize: 256, sectorSize: 4096 });
    const asNew = { ...parts, flash, anchor: new MemoryAnchor(), env: seededEnv('dongle-3') };
    const container = Container.create(asNew, { kind: 'dongle', root });
    const { issuer, asked } = observed(container);
    await issuer.list();
    await expect(issuer.certificate()).rejects.toMatchObject({ code: 'NOT_ENROLLED', details: { where: key } });
    container.enrol(certificate);
    expect(await issuer.certificate()).toEqual(certificate);
    expect(asked).toEqual(['list', 'list', 'list']);
  });
});
