import type { ContainerClient } from '../../../container/commands/client.ts';
import { Session } from '../../../container/engine/session.ts';
import { FerryError } from '../../../container/errors.ts';
import { answerMail } from '../../../dongle-firmware-sim/volume/answer-mail.ts';
import { FatVolume } from '../../../dongle-firmware-sim/volume/fat-volume.ts';
import { unarmored } from '../../../dongle-firmware-sim/volume/letters.ts';
import { mailboxContainerOf } from '../../../dongle-firmware-sim/volume/mailbox-container.ts';
import { readVolume } from '../../../dongle-firmware-sim/volume/read-volume.ts';
import { PowerLost } from '../../container/store/faulty-flash.ts';
import { type Doing, orderSomething } from './at-containers.ts';
import type { Member } from './member.ts';
import type { Scene } from './scene.ts';
import { Violation } from './violation.ts';

/** The smallest volume that has room for what a world puts there: that of a dongle takes three times as long to make. */
const VOLUME_BYTES = 128 * 1024;
/** Of it, what a computer has written when it is pulled out too early: tables and folders, and no files. */
const WRITTEN = 24 * 1024;
const [LABEL, STAMP] = [{ name: 'FERRY', id: 1, stamp: 0 }, 0];

type Mail = ReadonlyMap<string, Uint8Array>;

/** Somebody leaves files for a dongle on its volume, ejects it, and takes what lies in the outbox then. */
export const mail: Doing = async (scene) => {
  const meant = await scene.member(({ kind }) => kind === 'dongle');
  if (meant === undefined) return;
  const member = scene.mixedUp(meant);
  const files = [...scene.take('context', meant.key), ...scene.take('update', meant.key)];
  if (files.length === 0 || member.kind !== 'dongle') return;
  if (member.state.orders.size === 0) await orderSomething(scene, member);
  const inbox = new Map(files.map((bytes, at) => [`INBOX/${at}`, bytes]));
  const image = await volumeWith(inbox);
  if (scene.is('cable pulled')) await pullOut(scene, member, image);
  if (scene.is('memory full')) member.bind(scene.draw(300));
  const answer = await answered(scene, member, image);
  member.bind(null);
  if (scene.is('memory full')) scene.strike();
  if (scene.is('done twice')) await demandRepeatable(scene, member, image);
  const left = await filesOn(answer);
  demandTaken(scene, member, inbox, left);
  for (const [path, bytes] of left) {
    const raw = path.startsWith('OUTBOX/') ? unarmored(bytes) : undefined;
    if (raw !== undefined) scene.leave([raw]);
  }
};

/** The volume is pulled out while a computer writes it; then the computer writes it once more. */
async function pullOut(scene: Scene, member: Member, image: Uint8Array): Promise<void> {
  const torn = new Uint8Array(image.length);
  torn.set(image.subarray(0, WRITTEN + scene.draw(WRITTEN)));
  scene.strike();
  await answered(scene, member, torn);
}

/** The new volume; where the power goes on the way to it, the dongle starts again with the one that is still there. */
async function answered(scene: Scene, member: Member, image: Uint8Array): Promise<Uint8Array> {
  try {
    return await answerMail(image, portsOf(scene, member, true));
  } catch (error) {
    if (!(error instanceof PowerLost)) throw error;
    return await answerMail(image, portsOf(scene, member, false));
  }
}

function portsOf(scene: Scene, member: Member, mayFail: boolean) {
  const session = new Session('unattended');
  const client: ContainerClient = {
    call: async (name, request) => {
      if (name === 'issue' && scene.is('two programs') && !scene.struck) cancelMeanwhile(scene, member);
      const outcome = scene.world.run(member, name, request, mayFail ? scene.storeFault() : null, session);
      scene.afterStoreFault(outcome);
      if ('response' in outcome) return outcome.response;
      if (outcome.code === 'POWER_LOST') throw new PowerLost();
      throw new FerryError(outcome.code);
    },
    close: async () => undefined,
  };
  const { crypto } = scene.world.cast;
  return { container: mailboxContainerOf(client, () => member.state), env: member.env, crypto };
}

/** What it was asked to do is over for the dongle before the firmware asks for it. */
function cancelMeanwhile(scene: Scene, member: Member): void {
  scene.strike();
  for (const id of member.state.orders.keys()) scene.world.run(member, 'disarm-order', { id });
}

/** The same mail once more gives nothing to anybody. */
async function demandRepeatable(scene: Scene, member: Member, image: Uint8Array): Promise<void> {
  scene.strike();
  const before = given(member);
  await answered(scene, member, image);
  if (given(member) !== before)
    throw new Violation(`${member.name} gives something when the same mail comes once more`);
}

function given({ state }: Member): string {
  return [...state.partners.values()].map(({ key, outbound }) => `${key} ${outbound.issued}`).join();
}

/** Nothing leaves an inbox that nobody has made as it is, or that is for somebody else. */
function demandTaken({ world }: Scene, member: Member, inbox: Mail, left: Mail): void {
  for (const [path, bytes] of inbox) {
    const found = left.get(path);
    if (found !== undefined && Buffer.compare(found, bytes) !== 0)
      throw new Violation(`${member.name} changes a file in its inbox`);
    if (found === undefined && world.folder.made(bytes)?.to !== member.key)
      throw new Violation(`${member.name} takes a file off its inbox that is not for it`);
  }
}

async function volumeWith(files: Mail): Promise<Uint8Array> {
  const image = new Uint8Array(VOLUME_BYTES);
  const volume = await FatVolume.make(image, LABEL);
  volume.makeFolder('INBOX', STAMP);
  for (const [path, bytes] of files)
    if (!volume.write(path, bytes, STAMP)) throw new RangeError(`there is no room for ${path}`);
  return image;
}

async function filesOn(image: Uint8Array): Promise<Mail> {
  const { files } = await readVolume(image);
  return new Map(files.flatMap(({ path, bytes }) => (bytes === null ? [] : [[path, bytes]])));
}
