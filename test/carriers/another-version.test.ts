import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openPipe } from '../../carriers/open-carrier.ts';
import { DEVICE_PROTOCOL, hello } from '../../container/commands/device/messages.ts';
import { type BytePipe, PipeCaller } from '../../container/wire/call-over-pipe.ts';
import { encodeFrame } from '../../container/wire/frame.ts';
import { createDongle } from '../../dongle-firmware-sim/index.ts';
import { temporaryFolders } from '../container/store/temporary-folder.ts';
import { benchHere } from './benches.ts';
import { PATIENT } from './suite.ts';

const folder = temporaryFolders();
const NEWER = DEVICE_PROTOCOL + 1;

/** The way of a client that speaks a newer version: all that it says first is its hello. */
function ofNewerClient(pipe: BytePipe): BytePipe {
  const greeting = encodeFrame('hello', 0, hello.encode({ version: NEWER, nonce: new Uint8Array(8) }));
  return { arriving: pipe.arriving, write: () => pipe.write(greeting), close: (because) => pipe.close(because) };
}

describe.each(['unix', 'tcp'])('a served container over %s', (scheme) => {
  it('tells a client of another version which of the two speaks which', async () => {
    const place = path.join(folder(), 'dongle');
    createDongle({ folder: place }).close();
    const bench = await benchHere(place, scheme === 'unix' ? `unix:${path.join(folder(), 's')}` : 'tcp://:0');
    const pipe = await openPipe(bench.address, PATIENT);
    const { crypto, random, clock, patience } = PATIENT;
    const pace = { now: clock, rate: Number.POSITIVE_INFINITY, patience };
    try {
      const options = { crypto, random, where: bench.address, isLine: false, pace };
      await expect(PipeCaller.open(ofNewerClient(pipe), options)).rejects.toMatchObject({
        code: 'PROTOCOL_VERSION',
        details: { where: bench.address, version: DEVICE_PROTOCOL, known: NEWER },
        message: `${bench.address} speaks version ${DEVICE_PROTOCOL} of the device protocol; this program speaks version ${NEWER}.`,
      });
    } finally {
      await pipe.close();
      await bench.close();
    }
  });
});
