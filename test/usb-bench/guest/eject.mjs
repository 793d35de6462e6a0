import fs from 'node:fs';
import path from 'node:path';
import { run } from './claims.mjs';

/** Longer than a medium needs to come back on an emulated processor that is shared. */
const PATIENCE_MS = 60_000;

/** Ejects a disk, as a file manager does after unmounting. By its generic node: who opens the disk itself asks that the medium stay. */
export async function eject(disk) {
  const [generic] = fs.readdirSync(`/sys/block/${path.basename(disk)}/device/scsi_generic`);
  await run('sg_start', '--eject', `/dev/${generic}`);
}

/** Asks a disk again and again, until it has a medium. */
export async function untilMedium(disk) {
  for (const deadline = performance.now() + PATIENCE_MS; ; ) {
    const isReady = await run('sg_turs', disk).then(
      () => true,
      () => false,
    );
    if (isReady) return;
    if (performance.now() > deadline) throw new Error(`${disk} has no medium`);
  }
}
