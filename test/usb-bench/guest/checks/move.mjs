/** Seats go from a dongle to a device and back through the kernel's drivers, whatever is plugged out in the middle. */
import assert from 'node:assert/strict';
import { AttachedDongle } from '../attached-dongle.mjs';
import { claim, need, settings } from '../claims.mjs';
import { ferry, ferryFailing, listed, listedAll, makeDevice, PRODUCT, seatsOf } from '../ferry.mjs';
import { Relay } from '../relay.mjs';

const { serial } = settings.dongles[0];
const AT = { hid: `hid:${serial}`, usb: `usb:${serial}` };
/** Where a move is cut off, in percent of the reports that it takes, and how many of its seats are in transit then. */
const CUTS = [
  { when: 'before the dongle has given the seat', percent: 58, inTransit: 0 },
  { when: 'after the device has applied it', percent: 80, inTransit: 1 },
];

const relay = await Relay.to(settings.dongles[0]);
const dongle = await AttachedDongle.of(relay.server);
const device = await need('a device is made', () => makeDevice('/run/device'));

const move = (from, to, seats) => ['move', '--from', from, '--to', to, '--item', `${PRODUCT}x${seats}`];
async function seatsNow() {
  const [ofDongle, ofDevice] = (await listedAll(AT.hid, device)).map(seatsOf);
  return { dongle: ofDongle.free, pending: ofDongle.pending, device: ofDevice.free };
}

let total;
let reports;
await dongle.while(async () => {
  total = seatsOf(await listed(AT.hid)).free;
  await claim('seats move to the device over hid:', async () => {
    const before = await relay.reports();
    await ferry(...move(AT.hid, device, 4));
    reports = (await relay.reports()) - before;
    assert.deepEqual(await seatsNow(), { dongle: total - 4, pending: 0, device: 4 });
  });
  await claim('some of them move back over usb:', async () => {
    await ferry(...move(device, AT.usb, 1));
    assert.deepEqual(await seatsNow(), { dongle: total - 3, pending: 0, device: 3 });
  });
});

let has = 3;
for (const { when, percent, inTransit } of CUTS) {
  await need('it is attached again', () => dongle.plugIn());
  const order = move(AT.hid, device, 1);
  await claim(`a move over hid: fails when the dongle is plugged out ${when}`, async () => {
    const stopped = relay.stopAt('report', Math.floor((reports * percent) / 100));
    const moved = ferryFailing(...order);
    moved.catch(() => undefined);
    await Promise.race([stopped, moved]);
    await dongle.plugOut();
    assert.match(await moved, /MOVE_UNFINISHED/);
  });
  relay.goOn();
  await need('it is attached after that', () => dongle.plugIn());
  await claim(`${inTransit} of its seats are in transit then, and none can be used on both sides`, async () => {
    assert.deepEqual(await seatsNow(), {
      dongle: total - has - inTransit,
      pending: inTransit,
      device: has + inTransit,
    });
  });
  await claim('the same command finishes the move, and every seat is there once', async () => {
    await ferry(...order);
    has++;
    assert.deepEqual(await seatsNow(), { dongle: total - has, pending: 0, device: has });
  });
  await need('it is detached', () => dongle.plugOut());
}
dongle.close();
await relay.close();
