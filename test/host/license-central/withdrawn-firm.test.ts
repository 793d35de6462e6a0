import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../container/errors.ts';
import { readEnvelope } from '../../../container/files/envelope.ts';
import { updateHeader } from '../../../container/files/update-file.ts';
import { NO_BYTES } from '../../../container/model/bytes.ts';
import type { LicenseCentral } from '../../../host/license-central/index.ts';
import { codeOf } from '../../container/store/code-of.ts';
import { makeContainer, move } from '../../world/parties.ts';
import { contextFor, deliverAndSettle, FIRM, holdingOf, licenseCentrals, seats } from './scene.ts';

const scene = licenseCentrals();
const WITHDRAWN = { code: 'FIRM_WITHDRAWN', details: { firm: FIRM } };

/** A server whose dongle has five seats, and one more in transit to it; the root has withdrawn the key of its firm. */
async function withdrawn() {
  const central = await scene.central();
  const dongle = makeContainer('dongle', 1);
  await central.addContainer(dongle.certificate);
  const { itemIds } = await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(5)], name: 'first' });
  await deliverAndSettle(central, dongle);
  await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1)] });
  await central.revoke({ list: 'root', target: await keyOf(central) });
  return { central, dongle, itemId: itemIds[0] ?? expect.fail('nothing was granted') };
}

async function keyOf(central: LicenseCentral): Promise<string> {
  return (await central.firms()).find(({ firmCode }) => firmCode === FIRM)?.key ?? expect.fail('there is no firm');
}

function headerOf(update: Uint8Array = NO_BYTES) {
  const envelope = readEnvelope(update, 'updateFile', 3, 'an update file');
  return envelope.ok
    ? updateHeader.decodeTrusted(envelope.value.parts[1] ?? NO_BYTES)
    : expect.fail('it cannot be read');
}

describe('a firm whose key the root has withdrawn', () => {
  it('signs no grant, no change, no write-off, no list and no word any more, and grants again once it is lifted', async () => {
    const { central, dongle, itemId } = await withdrawn();
    const item = { firmCode: FIRM, itemId };
    const order = { firmCode: FIRM, target: '3-1', items: [seats(2)] };
    const lost = { firmCode: FIRM, from: '3-1', target: '130-2', through: 1 };
    const told = await contextFor(central, dongle);
    await central.receiveContext(told);
    const all: readonly (() => Promise<unknown>)[] = [
      () => central.grantItems(order),
      () => central.replaceItem({ ...item, item: seats(5) }),
      () => central.withdrawItem(item),
      () => central.setEnabled({ ...item, enabled: false }),
      () => central.unblock({ firmCode: FIRM, target: '3-1' }),
      () => central.planWriteOff(lost),
      () => central.writeOff(lost),
      () => central.acceptState(told),
      () => central.planAccept(told),
      () => central.revoke({ list: FIRM, target: '3-1' }),
    ];
    const before = [await central.ledger(), await central.transit(FIRM), await central.revocations()];
    for (const one of all) await expect(one()).rejects.toMatchObject(WITHDRAWN);
    expect([await central.ledger(), await central.transit(FIRM), await central.revocations()]).toEqual(before);
    await central.revoke({ list: 'root', target: await keyOf(central), lift: true });
    expect(await central.grantItems(order)).toMatchObject({ repeated: false });
  });

  it('says what an order of that name had granted before', async () => {
    const { central } = await withdrawn();
    const again = { firmCode: FIRM, target: '3-1', items: [seats(5)], name: 'first' };
    expect(await central.grantItems(again)).toMatchObject({ repeated: true });
  });

  it('writes files that bring the list of the root, and neither what is in transit nor a list of its own', async () => {
    const { central, dongle } = await withdrawn();
    const [update, ...others] = await central.updatesFor({ firmCode: FIRM, target: '3-1' });
    expect([others, headerOf(update)]).toEqual([[], expect.objectContaining({ first: 3, last: 2 })]);
    expect(() => dongle.container.run('apply', { update: update ?? NO_BYTES })).toThrow(
      expect.objectContaining({ code: 'CERTIFICATE_REVOKED' }),
    );
    const device = makeContainer('soft', 2);
    const { reports } = move(dongle, device, [{ holding: holdingOf(dongle), quantity: 1 }]);
    expect(reports.map(({ entries }) => entries.map(({ reason }) => reason))).toEqual([[CATALOGUE.GRANT_WRONG.number]]);
  });

  it('is heard of again only by a file of somebody else, where the list of the root had come', async () => {
    const { central, dongle } = await withdrawn();
    const codes = async (firmCode: number) => {
      const updates = await central.updatesFor({ firmCode, target: '3-1' });
      return updates.map((update) => codeOf(() => dongle.container.run('apply', { update })));
    };
    await central.addFirm({ firmCode: 77, name: 'Other' });
    expect(await codes(FIRM)).toEqual(['CERTIFICATE_REVOKED']);
    await central.revoke({ list: 'root', target: await keyOf(central), lift: true });
    expect([await codes(FIRM), await codes(77), await codes(FIRM)]).toEqual([
      ['CERTIFICATE_REVOKED'],
      [undefined],
      [undefined],
    ]);
    expect(dongle.container.run('list', {}).holdings).toHaveLength(2);
  });

  it('keeps no container from being told, and no receipt from coming home', async () => {
    const { central, dongle } = await withdrawn();
    expect(await central.receiveContext(await contextFor(central, dongle))).toMatchObject({ contradiction: null });
  });
});
