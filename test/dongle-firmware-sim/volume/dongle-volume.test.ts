import { beforeEach, describe, expect, it } from 'vitest';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { DongleVolume } from '../../../dongle-firmware-sim/volume/dongle-volume.ts';
import { mailboxContainer } from '../../../dongle-firmware-sim/volume/mailbox-container.ts';
import { crypto, load, makeContainer, seededEnv, type TestContainer, TestFirm } from '../../world/parties.ts';
import { contentOf, FakeDrive, FakeTimer } from './mailbox-scene.ts';

/** How a computer asks whether there is a medium. */
const TEST_UNIT_READY = new Uint8Array(6);

const IDENTITY = { vendor: 'Ferry', product: 'Transfer Dongle', revision: '0100', serial: '3-1' };

let dongle: TestContainer;
let firm: TestFirm;
let drive: FakeDrive;
let volume: DongleVolume;
/** How often the firmware has asked what the dongle holds, and what happens then. */
let asked: number;
let onAsked: () => void;
beforeEach(async () => {
  [dongle, firm, drive] = [makeContainer('dongle', 1), new TestFirm(), new FakeDrive()];
  [asked, onAsked] = [0, () => undefined];
  const container = mailboxContainer(dongle.container);
  const watched: ContainerClient = {
    call: async (name, request) => {
      const answer = await container.client.call(name, request);
      if (name === 'list') {
        asked += 1;
        onAsked();
      }
      return answer;
    },
    close: async () => undefined,
  };
  volume = new DongleVolume(IDENTITY, () => drive, {
    container: { ...container, client: watched },
    env: seededEnv('volume'),
    crypto,
    timer: new FakeTimer(),
    onWorking: () => undefined,
    onFailure: (error) => expect.fail(String(error)),
    state: () => dongle.container.state,
  });
  await volume.rested();
});

/** Loads the dongle over another carrier: its volume is told of it when a computer comes or goes. */
function loadElsewhere(quantity: number): void {
  load(firm, dongle, { quantity });
  volume.refresh();
}

async function status(): Promise<string> {
  return new TextDecoder().decode((await contentOf(drive.image)).get('STATUS.TXT'));
}

describe('the volume of a dongle', () => {
  it('tells what has changed elsewhere, also while it was made anew for what had changed before', async () => {
    loadElsewhere(3);
    await volume.rested();
    expect(await status()).toContain(': 3 free');
    asked = 0;
    loadElsewhere(1);
    await volume.rested();
    // When all is known that it will tell.
    const last = asked;
    asked = 0;
    onAsked = () => {
      if (asked === last) loadElsewhere(2);
    };
    loadElsewhere(4);
    await volume.rested();
    const shown = await status();
    for (const quantity of [3, 1, 4, 2]) expect(shown).toContain(`: ${quantity} free`);
    expect(drive.isIn).toBe(true);
  });

  it('is not taken from a computer that has it for what changes elsewhere', async () => {
    volume.disk.begin(0, TEST_UNIT_READY);
    const before = drive.image.slice();
    loadElsewhere(3);
    await volume.rested();
    expect([drive.isIn, Buffer.compare(drive.image, before)]).toEqual([true, 0]);
    volume.detached();
    await volume.rested();
    expect(await status()).toContain(': 3 free');
  });
});
