import { Container } from '../../../../container/container.ts';
import { FerryError } from '../../../../container/errors.ts';
import { armor } from '../../../../container/files/armor.ts';
import { utf8 } from '../../../../container/model/bytes.ts';
import { sortMail } from '../../../../dongle-firmware-sim/volume/sort-mail.ts';
import { readUpdateHeading } from '../../../../state-machines/index.ts';
import type { Content } from '../../../dongle-firmware-sim/volume/mailbox-scene.ts';
import { seededEnv } from '../../../world/parties.ts';
import { RecordedMemory } from '../flash/recorded-memory.ts';
import type { MailCase } from './mail-scenario.ts';
import type { PoweredDongle } from './powered-dongle.ts';

/** How often the files are carried to and fro: whatever is in transit is brought, and what it came to is settled. */
const ROUNDS = 2;

/** What nobody who ejects a volume is to miss: files that are no mail at all. */
export const OWN_FILES: Content = new Map([
  ['NOTES.TXT', utf8('what the owner has to remember')],
  ['OUTBOX/pictures/one.jpg', utf8('a picture')],
]);

/** Files as somebody puts them into the inbox of a dongle. */
export function inInbox(files: Content): Content {
  return new Map([...files].map(([name, bytes]) => [`INBOX/${name}`, bytes]));
}

/**
 * Carries what lies in the outbox to whoever it is for, and what they answer back into the inbox, and demands that in the end every
 * seat is once and where it is meant to be, nothing is in transit, and nothing is lost that could not be taken.
 */
export async function carryToTheEnd(
  dongle: PoweredDongle,
  { others, mail, stays, held, ofOwner = 0 }: MailCase,
): Promise<void> {
  const people = others.map(({ parts, memory }) => {
    const copy = new RecordedMemory(memory.whole);
    return Container.open({ ...parts, env: seededEnv('in the end'), flash: copy.flash, anchor: copy.anchor });
  });
  for (let round = 0; round < ROUNDS; round++) {
    const answers = [...(await dongle.files())].flatMap(([path, bytes]) =>
      path.startsWith('INBOX/') ? [] : people.flatMap((one) => given(one, bytes)),
    );
    await dongle.bring(inInbox(new Map(answers.map((receipt, at) => [`${round}-${at}`, utf8(armor(receipt))]))));
  }
  const all = [dongle.container, ...people];
  for (const { state, locked } of all) {
    if (locked) throw new Error('somebody is locked in the end');
    if (state.evidence.size > 0) throw new Error('somebody is accused in the end');
  }
  const inTransit = all.reduce((sum, { state }) => sum + state.pending.size, 0);
  if (inTransit !== ofOwner) throw new Error(`${inTransit} transfers are in transit in the end`);
  const found = JSON.stringify(all.map(holdingsOf));
  if (found !== JSON.stringify(held))
    throw new Error(`there is ${found} in the end instead of ${JSON.stringify(held)}`);
  demandFiles(
    await dongle.files(),
    new Map([...OWN_FILES, ...inInbox(new Map([...mail].filter(([name]) => stays.includes(name))))]),
  );
}

/** Demands that a volume has these files, and nothing else in its inbox. */
export function demandFiles(files: Content, wanted: Content): void {
  for (const [path, bytes] of wanted) {
    const found = files.get(path);
    if (found === undefined) throw new Error(`${path} is gone from the volume`);
    if (Buffer.compare(found, bytes) !== 0) throw new Error(`${path} is not on the volume as it was written`);
  }
  const more = [...files.keys()].find((path) => path.startsWith('INBOX/') && !wanted.has(path));
  if (more !== undefined) throw new Error(`${more} is still there, although it was carried out`);
}

/** Gives somebody a file. @returns what they answer, if it is for them */
function given(one: Container, bytes: Uint8Array): Uint8Array[] {
  const sorted = sortMail(bytes);
  if (!sorted.ok) return [];
  const { kind, raw } = sorted.value;
  if (kind === 'update')
    return readUpdateHeading(raw).container === one.state.identity.key
      ? [one.run('apply', { update: raw }).receipt]
      : [];
  if (kind === 'context') settle(one, raw);
  return [];
}

/** A context may be for somebody else, and one for a firm settles nothing. */
function settle(one: Container, context: Uint8Array): void {
  try {
    one.run('settle', { context });
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
  }
}

function holdingsOf(one: Container): Record<string, number> {
  const held: Record<string, number> = {};
  for (const { productCode, quantity } of one.run('list', {}).holdings)
    held[productCode] = (held[productCode] ?? 0) + quantity;
  return held;
}
