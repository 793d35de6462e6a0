/** The program shows a dongle as it is plugged in and out, until it is ended. */
import assert from 'node:assert/strict';
import { AttachedDongle } from '../attached-dongle.mjs';
import { claim, need, settings } from '../claims.mjs';
import { startNode } from '../started-program.mjs';
import { attributeOf, usbDeviceOf } from '../usb-device.mjs';

const dongle = await AttachedDongle.of(settings.dongles[0]);
const watch = startNode('/opt/ferry/dist/ferry.js', 'watch', '--json');
await need('watching begins', () => watch.until('Ctrl-C ends it'));
for (const time of ['first', 'second'])
  await dongle.while(({ hidraw }) => {
    const serial = attributeOf(usbDeviceOf(hidraw), 'serial');
    return claim(`it is seen when it is plugged in, the ${time} time`, () =>
      watch.until(`"event":"dongle.attached","serial":"${serial}","address":"hid:${serial}"`),
    );
  });
await claim('each coming and going is told once, and the program ends with 0 when it is asked to', async () => {
  await watch.until('dongle.detached');
  watch.kill('SIGINT');
  const { code, said } = await watch.ended;
  const events = [...said.matchAll(/"event":"dongle\.(\w+)"/g)].map(([, event]) => event);
  assert.deepEqual([code, events], [0, ['attached', 'detached', 'attached', 'detached']], said);
});
dongle.close();
