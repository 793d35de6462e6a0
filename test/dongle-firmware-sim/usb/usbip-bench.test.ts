import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCarrier } from '../../../carriers/open-carrier.ts';
import type { Facts } from '../../../carriers/server/server-port.ts';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { steadyClock, systemEnv } from '../../../container/crypto/native/system-env.adapter.ts';
import { createDongle } from '../../../dongle-firmware-sim/firmware/open-dongle.adapter.ts';
import { askAboutFaults } from '../../../dongle-firmware-sim/usb/faults/control-socket.adapter.ts';
import { openBench } from '../../../dongle-firmware-sim/usb/usbip-bench.adapter.ts';

const IDS = { vendor: 0x1209, product: 1, interval: 4 };

/** A dongle on a bench in this process. */
class BenchScene {
  readonly folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-bench-')), 'dongle');
  readonly told: { readonly event: string; readonly facts: Facts | undefined }[] = [];
  address = '';
  /** Ends the program that serves it. */
  end: () => Promise<void> = async () => undefined;
  readonly #looks = new Set<() => void>();

  static async open(faults: readonly string[] = []): Promise<BenchScene> {
    const scene = new BenchScene();
    createDongle({ folder: scene.folder }).close();
    const tell = (event: string, facts?: Facts): void => {
      scene.told.push({ event, facts });
      for (const look of scene.#looks) look();
    };
    const log = { info: tell, warn: tell, error: tell };
    const bench = await openBench({ host: '127.0.0.1', port: 0, bind: undefined, log, ...IDS });
    const ended = new AbortController();
    await new Promise<void>((resolve, reject) => {
      const { folder } = scene;
      const options = { folder, listen: [], streams: [], log, pair: false, signal: ended.signal, faults };
      const serving = bench.serve(options, ({ addresses }) => {
        scene.address = addresses[0] ?? '';
        resolve();
      });
      serving.catch(reject);
      scene.end = () => {
        ended.abort();
        return serving;
      };
      onTestFinished(async () => {
        await scene.end();
        await bench.close();
        fs.rmSync(path.dirname(scene.folder), { recursive: true });
      });
    });
    return scene;
  }

  client(): ContainerClient {
    const client = openCarrier(this.address, {
      crypto: nativeCrypto(),
      random: systemEnv().random,
      clock: steadyClock,
      patience: 10,
      pairingFolder: async () => this.folder,
      remark: () => undefined,
    });
    onTestFinished(() => client.close());
    return client;
  }

  fault(...faults: string[]) {
    return askAboutFaults(this.folder, { ask: 'set', faults });
  }

  /** Waits until the log has had so many lines of that event. */
  async logged(event: string, count: number): Promise<void> {
    while (this.told.filter((one) => one.event === event).length < count) {
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#looks.delete(look);
          resolve();
        };
        this.#looks.add(look);
      });
    }
  }
}

describe('a dongle on a bench', () => {
  it('is lost to its client when it is unplugged, found by nobody, and the same one when it is plugged in', async () => {
    const scene = await BenchScene.open();
    const client = scene.client();
    const { key } = await client.call('list', {});
    await scene.fault('unplug');
    // It may have noticed already, and look for it anew.
    const code = expect.stringMatching(/^CARRIER_(LOST|UNREACHABLE)$/);
    await expect(client.call('list', {})).rejects.toMatchObject({ code });
    await expect(scene.client().call('list', {})).rejects.toMatchObject({ code: 'CARRIER_UNREACHABLE' });
    await scene.fault('plug', 'plug');
    expect((await scene.client().call('list', {})).key).toBe(key);
  });

  it('starts anew after its power was cut: the container is read again, and its disk is worked on as after a power-on', async () => {
    const scene = await BenchScene.open();
    await scene.logged('mail.answered', 1);
    const { generation } = await scene.client().call('list', {});
    await scene.fault('cut power', 'cut power');
    await expect(scene.client().call('list', {})).rejects.toMatchObject({ code: 'CARRIER_UNREACHABLE' });
    await scene.fault('plug');
    await scene.logged('mail.answered', 2);
    expect((await scene.client().call('list', {})).generation).toBe(generation);
    expect(scene.told.filter(({ event }) => event.endsWith('.failed'))).toEqual([]);
  });

  it('does no mail any more that was on its way when the power went', async () => {
    const scene = await BenchScene.open(['cut power']);
    await scene.fault('plug');
    await scene.logged('mail.answered', 1);
    expect((await scene.client().call('list', {})).locked).toBe(false);
  });

  it('has the faults of its script from the moment on at which it can be reached', async () => {
    const scene = await BenchScene.open(['unplug at report 3', 'full memory']);
    expect(await askAboutFaults(scene.folder, { ask: 'list' })).toMatchObject({
      faults: [{ fault: 'unplug at report 3', left: 3 }, { fault: 'full memory' }],
    });
    await expect(scene.client().call('list', {})).rejects.toMatchObject({ code: 'CARRIER_LOST' });
    expect(scene.told.map(({ event }) => event)).toContain('device.unplugged');
  });

  it('is served to its end by a program that is ended while a command waits for a slow flash', async () => {
    const scene = await BenchScene.open(['slow flash 3600s', 'busy 1ms at flash 1']);
    const items = [{ firmCode: 6000010, productCode: 1001, quantity: 1 }];
    const armed = scene.client().call('arm-order', { items, kinds: [], keys: [], most: 20 });
    await scene.logged('fault.struck', 2);
    await Promise.allSettled([armed, scene.end()]);
    expect(scene.told.map(({ event }) => event)).toContain('container.closed');
  });

  it('answers again once it is no longer busy', async () => {
    const scene = await BenchScene.open(['busy 300ms']);
    expect((await scene.client().call('list', {})).kind).toBe('dongle');
  });

  it('lets whoever sends it lost or changed reports begin anew, and is well then', async () => {
    const scene = await BenchScene.open(['corrupt 1 in 4 reports', 'drop 1 in 9 reports']);
    await scene
      .client()
      .call('list', {})
      .catch(() => undefined);
    await askAboutFaults(scene.folder, { ask: 'clear' });
    expect((await scene.client().call('list', {})).kind).toBe('dongle');
  }, 60_000);
});
