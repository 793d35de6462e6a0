import { describe, expect, it } from 'vitest';
import type { LicenseCentral } from '../../../host/license-central/index.ts';
import { makeContainer, move, type TestContainer } from '../../world/parties.ts';
import { contextFor, deliverAndSettle, FIRM, holdingOf, licenseCentrals, seats } from './scene.ts';

const scene = licenseCentrals();

/** A dongle that holds ten seats, a device that the server knows, and another one with its serial number. */
async function twoOfOneSerial() {
  const central = await scene.central();
  const dongle = makeContainer('dongle', 1);
  const device = makeContainer('soft', 2);
  const namesake = makeContainer('soft', 2, { name: 'the namesake' });
  for (const { certificate } of [dongle, device]) await central.addContainer(certificate);
  await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(10)] });
  await deliverAndSettle(central, dongle);
  return { central, dongle, device, namesake };
}

function give(from: TestContainer, to: TestContainer, quantity: number): void {
  expect(move(from, to, [{ holding: holdingOf(from), quantity }]).reports).toMatchObject([{ applied: 1 }]);
}

const tell = async (central: LicenseCentral, teller: TestContainer) =>
  central.receiveContext(await contextFor(central, teller));

describe('a serial number that two containers have', () => {
  it('keeps nobody from being understood who gave something to the second one, or got it back from there', async () => {
    const { central, dongle, device, namesake } = await twoOfOneSerial();
    give(dongle, namesake, 4);
    give(dongle, device, 1);
    expect(await tell(central, dongle)).toMatchObject({ contradiction: null, surplus: [] });
    give(namesake, dongle, 3);
    expect(await tell(central, dongle)).toMatchObject({ contradiction: null, surplus: [] });
    expect(await tell(central, device)).toMatchObject({ contradiction: null, surplus: [] });
    const [line] = await central.ledger();
    expect(line).toMatchObject({ held: 10, unaccounted: 0, surplus: 0, duplicates: 0 });
    expect(line?.arrivals).toEqual([{ container: namesake.key, serial: null, quantity: 1 }]);
    expect(line?.places.map(({ container, serial, quantity }) => [container, serial, quantity])).toEqual([
      [device.key, '130-2', 1],
      [dongle.key, '3-1', 8],
    ]);
  });

  it('is that of the first one: the second one is refused when it tells, and the first is not', async () => {
    const { central, dongle, device, namesake } = await twoOfOneSerial();
    give(dongle, namesake, 4);
    await tell(central, dongle);
    await expect(tell(central, namesake)).rejects.toMatchObject({ code: 'CERTIFICATE_WRONG' });
    expect(await tell(central, device)).toMatchObject({ contradiction: null });
  });
});
