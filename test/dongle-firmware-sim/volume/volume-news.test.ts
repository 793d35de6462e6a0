import { expect, it } from 'vitest';
import { VolumeNews } from '../../../dongle-firmware-sim/volume/volume-news.ts';
import { load, makeContainer, TestFirm } from '../../world/parties.ts';

it('what a volume tells is old once the container has changed, and told once for each change', () => {
  const dongle = makeContainer('dongle', 1);
  const news = new VolumeNews(() => dongle.container.state);
  expect(news.take()).toBe(false);
  load(new TestFirm(), dongle, {});
  expect([news.take(), news.take()]).toEqual([true, false]);
});
