import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askAboutFaults, listenForFaults } from '../../../../dongle-firmware-sim/usb/faults/control-socket.adapter.ts';
import { temporaryFolders } from '../../../container/store/temporary-folder.ts';
import { FaultScene } from './fault-scene.ts';

const makeFolder = temporaryFolders();
const isWindows = process.platform === 'win32';

async function served(): Promise<{ readonly folder: string; readonly scene: FaultScene }> {
  const [folder, scene] = [makeFolder(), new FaultScene()];
  const listening = await listenForFaults(folder, scene.board);
  onTestFinished(() => listening.close());
  return { folder, scene };
}

/** Says those bytes, and gives what is answered until the other side closes. */
async function say(folder: string, bytes: string | Uint8Array): Promise<string> {
  const socket = net.connect(path.join(folder, 'faults.sock'));
  socket.on('error', () => undefined);
  socket.end(bytes);
  let text = '';
  socket.on('data', (piece) => {
    text += String(piece);
  });
  await new Promise((resolve) => socket.on('close', resolve));
  return text;
}

describe('asking about the faults of a dongle through its folder', () => {
  it('sets, lists and clears them', async () => {
    const { folder } = await served();
    const set = await askAboutFaults(folder, { ask: 'set', faults: ['unplug at report 9', 'busy 5s'] });
    expect(set.ok && set.faults.map(({ fault }) => fault)).toEqual(['unplug at report 9', 'busy 5s']);
    expect(await askAboutFaults(folder, { ask: 'list' })).toEqual(set);
    expect(await askAboutFaults(folder, { ask: 'clear', id: 1 })).toMatchObject({ cleared: 1, faults: [{ id: 2 }] });
    expect(await askAboutFaults(folder, { ask: 'clear' })).toMatchObject({ cleared: 1, faults: [] });
  });

  it('is refused where nobody serves it, and once its server is gone', async () => {
    const folder = makeFolder();
    const details = { where: folder, why: expect.stringContaining('no program serves it with --usbip') };
    const unserved = { code: 'CARRIER_UNREACHABLE', details };
    await expect(askAboutFaults(folder, { ask: 'list' })).rejects.toMatchObject(unserved);
    const listening = await listenForFaults(folder, new FaultScene().board);
    await listening.close();
    await expect(askAboutFaults(folder, { ask: 'list' })).rejects.toMatchObject(unserved);
  });

  it.skipIf(isWindows)('is for the owner of the socket alone, which is gone with its server', async () => {
    const folder = makeFolder();
    const listening = await listenForFaults(folder, new FaultScene().board);
    const socket = path.join(folder, 'faults.sock');
    expect(fs.statSync(socket).mode & 0o777).toBe(0o600);
    await listening.close();
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it.skipIf(isWindows)('keeps no server that is to end waiting for who asks nothing', { timeout: 5000 }, async () => {
    const folder = makeFolder();
    const listening = await listenForFaults(folder, new FaultScene().board);
    const silent = net.connect(path.join(folder, 'faults.sock')).on('error', () => undefined);
    onTestFinished(() => void silent.destroy());
    await once(silent, 'connect');
    expect(await askAboutFaults(folder, { ask: 'list' })).toMatchObject({ ok: true });
    await listening.close();
  });

  it.skipIf(isWindows)('cannot be where the path is too long for a socket, which is said', async () => {
    const folder = path.join(makeFolder(), 'x'.repeat(110));
    fs.mkdirSync(folder);
    await expect(listenForFaults(folder, new FaultScene().board)).rejects.toMatchObject({ code: 'ADDRESS_TAKEN' });
  });

  it.skipIf(isWindows).each(['', '\n', '{', 'null\n', '{"ask":"set","faults":["explode"]}\n', '\u0000\u0001\u0002\n'])(
    'answers that it is refused to what is no question, and goes on: %j',
    async (text) => {
      const { folder, scene } = await served();
      expect(JSON.parse(await say(folder, text))).toMatchObject({ ok: false });
      expect(scene.board.list()).toEqual([]);
      expect(await askAboutFaults(folder, { ask: 'list' })).toMatchObject({ ok: true });
    },
  );

  it.skipIf(isWindows)('listens to no end of bytes', async () => {
    const { folder } = await served();
    expect(await say(folder, 'x'.repeat(400 * 1024))).toBe('');
    expect(await askAboutFaults(folder, { ask: 'list' })).toMatchObject({ ok: true });
  });
});
