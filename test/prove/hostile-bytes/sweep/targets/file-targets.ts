import { counter, stateHash } from '../../../../../container/engine/state.ts';
import { FerryError } from '../../../../../container/errors.ts';
import { openContextFile, openInventory } from '../../../../../container/files/context-file.ts';
import { apply, contextFor } from '../../../../container/engine/scene.ts';
import { issueRequest } from '../../../../world/issue-request.ts';
import { crypto, root, type TestContainer } from '../../../../world/parties.ts';
import { everyEntryFile, goldenWorld, transferFile } from '../../golden-world.ts';
import { inCertificate, inFile, ofCertificate, ofFile, SHIFTED } from '../right-codes.ts';
import { spansOf } from '../spans.ts';
import type { Ending, SweepTarget } from '../sweep-target.ts';

/** What some work ends with. */
export function endingOf(work: () => unknown, taken = 'taken'): Ending {
  try {
    work();
    return taken;
  } catch (error) {
    if (error instanceof FerryError) return error.code;
    throw error;
  }
}

/** State hash, generation, evidence and PIN tries of a container. */
export function standingOf({ container: { state } }: TestContainer): string {
  const tries = state.owner.get('pin')?.tries ?? 0;
  return `${stateHash(state)} ${counter(state, 'generation')} ${state.evidence.size} ${tries}`;
}

export function fileTarget(
  name: string,
  golden: Uint8Array,
  it: TestContainer,
  give: (bytes: Uint8Array) => Ending,
  taken = 'taken',
): SweepTarget {
  const spans = spansOf(golden, inFile);
  return {
    name,
    golden,
    spans,
    right: ofFile,
    shifted: SHIFTED,
    cut: ['FILE_MALFORMED'],
    give,
    standing: () => standingOf(it),
    taken,
  };
}

/** All entries of the file have to be applied, or it was no golden one. */
function applied(it: TestContainer, bytes: Uint8Array): Ending {
  let ending = 'taken';
  const code = endingOf(() => {
    const { entries } = apply(it, bytes);
    if (entries.some(({ reason }) => reason !== 0)) ending = `taken with ${JSON.stringify(entries)}`;
  });
  return code === 'taken' ? ending : code;
}

function transfer(): SweepTarget {
  const world = goldenWorld();
  const { device } = world;
  return fileTarget('update of a container, applied', transferFile(world), device, (bytes) => applied(device, bytes));
}

function everyEntry(): SweepTarget {
  const world = goldenWorld();
  const { dongle } = world;
  return fileTarget('update of a firm, applied', everyEntryFile(world), dongle, (bytes) => applied(dongle, bytes));
}

function refusedByHand(): SweepTarget {
  const world = goldenWorld();
  const { device } = world;
  const give = (update: Uint8Array) => endingOf(() => device.container.run('refuse', { update, through: 1 }));
  return fileTarget('update of a container, refused by hand', transferFile(world), device, give);
}

function cancelled(): SweepTarget {
  const world = goldenWorld();
  const { dongle, device } = world;
  transferFile(world);
  const { updates } = dongle.container.run('cancel', { target: device.key, sequences: [1] });
  return fileTarget('update with a cancelled entry, applied', updates[0] as Uint8Array, device, (bytes) =>
    endingOf(() => apply(device, bytes)),
  );
}

function settled(): SweepTarget {
  const world = goldenWorld();
  const { dongle, device } = world;
  const { receipt } = apply(device, transferFile(world));
  const give = (context: Uint8Array) => endingOf(() => dongle.container.run('settle', { context }));
  return fileTarget('receipt of a container, settled', receipt, dongle, give);
}

function issued(): SweepTarget {
  const { dongle, device } = goldenWorld();
  const parts = [{ holding: 1, quantity: 1 }];
  const give = (context: Uint8Array) =>
    endingOf(() => dongle.container.run('issue', issueRequest({ context, first: 1, parts })));
  return fileTarget('context of a container, issued to', contextFor(device, dongle), dongle, give);
}

function readByFirm(): SweepTarget {
  const { firm, dongle } = goldenWorld();
  const verifier = { crypto, root, known: () => undefined, isRevoked: () => false };
  const give = (bytes: Uint8Array): Ending => {
    const file = openContextFile(verifier, bytes);
    const told = file.ok ? openInventory(crypto, firm.sealingSecret, file.value) : file;
    return told.ok ? 'taken' : told.code;
  };
  return fileTarget('context of a container, read by its firm', contextFor(dongle, firm), dongle, give);
}

function shown(party: 'container' | 'firm'): SweepTarget {
  const { dongle, device } = goldenWorld();
  const other = goldenWorld(61);
  const golden = party === 'firm' ? other.firm.certificate : other.dongle.certificate;
  const it = party === 'firm' ? device : dongle;
  return {
    name: `certificate of a ${party}, shown for a context`,
    golden,
    spans: spansOf(golden, inCertificate),
    right: ofCertificate,
    shifted: SHIFTED,
    cut: ['FILE_MALFORMED'],
    give: (certificate) => endingOf(() => it.container.run('context', { certificate, firmCode: null })),
    standing: () => standingOf(it),
    taken: 'taken',
  };
}

/** Context and update files and certificates, given to real containers. */
export const FILE_TARGETS: readonly (() => SweepTarget)[] = [
  transfer,
  everyEntry,
  refusedByHand,
  cancelled,
  settled,
  issued,
  readByFirm,
  () => shown('container'),
  () => shown('firm'),
];
