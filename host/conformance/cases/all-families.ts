import type { CaseFamily } from '../conformance-case.ts';
import type { WireBench } from '../wire/wire-bench.ts';
import { applyCancelled } from './apply-cancelled.ts';
import { applyEpochs } from './apply-epochs.ts';
import { applyFiles } from './apply-files.ts';
import { applyFirm } from './apply-firm.ts';
import { applyTransfer } from './apply-transfer.ts';
import { context } from './context.ts';
import { contextHostile } from './context-hostile.ts';
import { damagedFiles } from './damaged-files.ts';
import { hostileCustody } from './hostile-custody.ts';
import { hostileEntries } from './hostile-entries.ts';
import { hostileHeaders } from './hostile-headers.ts';
import { hostileTerms } from './hostile-terms.ts';
import { listing } from './listing.ts';
import { wireBodies } from './wire-bodies.ts';
import { wireCalls } from './wire-calls.ts';
import { wireCommands } from './wire-commands.ts';
import { wireCrowd } from './wire-crowd.ts';
import { wireHostileBodies } from './wire-hostile-bodies.ts';
import { wireHostileFrames } from './wire-hostile-frames.ts';
import { witness } from './witness.ts';

/** Every case about the three transactions, in the order in which they are tried. */
export const FAMILIES: readonly CaseFamily[] = [
  listing,
  context,
  contextHostile,
  applyFirm,
  applyCancelled,
  applyEpochs,
  applyFiles,
  applyTransfer,
  damagedFiles,
  hostileHeaders,
  hostileEntries,
  hostileCustody,
  hostileTerms,
  witness,
];

/** Every case about the wire, for addresses that a stream of bytes leads to. */
export const WIRE_FAMILIES: readonly CaseFamily<WireBench>[] = [
  wireCalls,
  wireBodies,
  wireHostileFrames,
  wireHostileBodies,
  wireCommands,
  wireCrowd,
];
