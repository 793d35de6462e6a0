import { describe, expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import { utf8 } from '../../../container/model/bytes.ts';
import { FORMAT } from '../../../container/model/limits.ts';
import { reopen, TestFirm } from '../../world/parties.ts';
import { MailboxScene } from './mailbox-scene.ts';

const ANSWER = 'OUTBOX/ANSWER.TXT';

/** A dongle with an empty container, and a vendor that has sent it one license, and then the same one again, so often. */
async function sceneWith({ refused }: { refused: number }): Promise<MailboxScene> {
  const scene = await MailboxScene.make({ seats: 0 });
  const { firm, dongle } = scene;
  const grants = [firm.grant(dongle.key, { quantity: 2 }).raw];
  for (let count = 0; count <= refused; count++) firm.issue(dongle, { kind: 'add', grants });
  return scene;
}

/** The work is done on what was written, and thrown away, since the computer still has the volume. */
async function fallSilent({ mailbox, timer }: MailboxScene): Promise<void> {
  mailbox.flushed();
  timer.runOut();
  await mailbox.rested();
}

/** Of which entries of which file the answer says that they were refused, as `INBOX/load 2`. */
async function refusedIn(scene: MailboxScene): Promise<readonly string[]> {
  const paragraphs = (await scene.text(ANSWER)).matchAll(
    /^(.+)\r\n {2}Entry (\d+) was refused: .* \[ITEM_KNOWN\]\r\n {2}The entry was refused; .*\r\n {2}.*Tell the vendor\.\r$/gm,
  );
  return [...paragraphs].map(([, about, sequence]) => `${about} ${sequence}`);
}

describe('what an update had that was refused is told', () => {
  it('though the computer wrote on after the update was applied, and the first answer was thrown away', async () => {
    const scene = await sceneWith({ refused: 1 });
    await scene.putInbox({ load: scene.firm.update(scene.dongle) });
    await fallSilent(scene);
    expect(scene.seats()).toEqual([2, 0]);
    await scene.put({ 'notes.txt': utf8('notes') });
    await scene.eject();
    expect(await scene.text(ANSWER)).toMatch(/^1 file was taken out of INBOX\.\r\n/);
    expect([await refusedIn(scene), await scene.inbox()]).toEqual([['INBOX/load 2'], []]);
  });

  it('though the volume was pulled out while the update was applied', async () => {
    const scene = await sceneWith({ refused: 1 });
    await scene.putInbox({ load: scene.firm.update(scene.dongle) });
    scene.mailbox.flushed();
    scene.timer.runOut();
    scene.mailbox.unplugged();
    await scene.mailbox.rested();
    expect(await refusedIn(scene)).toEqual(['INBOX/load 2']);
  });

  it('though the program was killed after the update was applied, and before there was an answer', async () => {
    const scene = await sceneWith({ refused: 1 });
    await scene.putInbox({ load: scene.firm.update(scene.dongle) });
    const brought = scene.drive.image.slice();
    await scene.eject();
    const answer = await scene.text(ANSWER);
    expect(await refusedIn(scene)).toEqual(['INBOX/load 2']);
    scene.drive.image = brought;
    reopen(scene.dongle);
    scene.restart();
    await scene.mailbox.rested();
    expect(await scene.text(ANSWER)).toBe(answer);
  });

  it('though the volume with the first answer could not be written', async () => {
    const scene = await sceneWith({ refused: 1 });
    await scene.putInbox({ load: scene.firm.update(scene.dongle) });
    scene.drive.fault = new FerryError('STORE_WRITE_FAILED', { where: 'the volume', why: 'the disk is full' });
    await scene.eject();
    expect(await scene.inbox()).toEqual(['load']);
    await scene.eject();
    expect(await refusedIn(scene)).toEqual(['INBOX/load 2']);
  });

  it('beside the entry that has to wait, and again when another file is brought meanwhile', async () => {
    const scene = await sceneWith({ refused: FORMAT.refusedEntries + 1 });
    const refused = Array.from({ length: FORMAT.refusedEntries }, (_, at) => `INBOX/load ${at + 2}`);
    await scene.putInbox({ load: scene.firm.update(scene.dongle) });
    await fallSilent(scene);
    await scene.eject();
    expect([await refusedIn(scene), await scene.inbox()]).toEqual([refused, ['load']]);
    const waits = /INBOX\/load\r\n {2}Entry 66 has to wait: .*\[TABLE_FULL\]/;
    expect(await scene.text(ANSWER)).toMatch(waits);
    await scene.putInbox({ certificate: new TestFirm(6000077).certificate });
    await scene.eject();
    expect([await refusedIn(scene), await scene.inbox()]).toEqual([refused, ['load']]);
    expect(await scene.text(ANSWER)).toMatch(waits);
  });

  it('also for a file that brings it once more, as long as its issuer does not know, and for no other one', async () => {
    const scene = await sceneWith({ refused: 1 });
    const { firm, dongle } = scene;
    firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key, { quantity: 3 }).raw] });
    await scene.putInbox({ load: firm.update(dongle) });
    await scene.eject();
    const parts = [1, 2, 3].map((at) => [`part ${at}`, firm.update(dongle, { first: at, last: at })] as const);
    await scene.putInbox(Object.fromEntries(parts));
    await scene.eject();
    expect(await scene.text(ANSWER)).toMatch(/^3 files were taken out of INBOX\.\r\n/);
    expect(await refusedIn(scene)).toEqual(['INBOX/part 2 2']);
    firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key, { quantity: 4 }).raw] });
    await scene.putInbox({ more: firm.update(dongle, { first: 4, header: { settledThrough: 3 } }) });
    await scene.eject();
    await scene.putInbox({ load: firm.update(dongle) });
    await scene.eject();
    expect([await scene.text(ANSWER), scene.seats()]).toEqual(['1 file was taken out of INBOX.\r\n', [9, 0]]);
  });

  it('and nothing of an entry with the same number in a channel that its vendor has begun anew', async () => {
    const scene = await sceneWith({ refused: 1 });
    const { firm, dongle } = scene;
    await scene.putInbox({ load: firm.update(dongle) });
    await scene.eject();
    const { applied, hash } = dongle.container.state.partners.get(firm.key)?.inbound ?? { applied: 0, hash: '' };
    expect(applied).toBe(2);
    firm.beginEpoch(dongle, 1, 1, hash as never);
    firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key, { quantity: 3 }).raw] });
    await scene.putInbox({ restored: firm.update(dongle, { first: 2 }) });
    await scene.eject();
    expect(await scene.text(ANSWER)).toMatch(/INBOX\/restored\r\n {2}Entry 2 has to wait: .*\[EPOCH_STALE\]/);
    expect(await refusedIn(scene)).toEqual([]);
  });

  it('and nothing of an entry with the same number in a file that is refused itself', async () => {
    const scene = await sceneWith({ refused: 1 });
    const { firm, dongle } = scene;
    await scene.putInbox({ load: firm.update(dongle) });
    await scene.eject();
    const twin = new TestFirm();
    for (const quantity of [1, 2, 3])
      twin.issue(dongle, { kind: 'add', grants: [twin.grant(dongle.key, { quantity }).raw] });
    await scene.putInbox({ other: twin.update(dongle) });
    await scene.eject();
    expect(await scene.text(ANSWER)).toMatch(/INBOX\/other\r\n .*\[UPDATE_FORK\]/);
    expect(await refusedIn(scene)).toEqual([]);
  });
});
