import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../container/model/bytes.ts';
import { makeContainer, TestFirm } from '../../world/parties.ts';
import { MailboxScene, volumeWith } from './mailbox-scene.ts';

describe('an answer is there until new mail comes', () => {
  const ANSWER = 'OUTBOX/ANSWER.TXT';

  /** A context that was taken, beside a file that never can be. */
  async function answeredWithJunk(): Promise<MailboxScene> {
    const scene = await MailboxScene.make();
    scene.arm();
    await scene.putInbox({ context: scene.contextOf(makeContainer('soft', 2)), 'junk.bin': utf8('junk') });
    await scene.eject();
    return scene;
  }

  /** Changes what lies on the volume, and ejects it. */
  async function change(scene: MailboxScene, how: (files: Map<string, Uint8Array>) => void): Promise<void> {
    const files = new Map(await scene.files());
    how(files);
    scene.drive.image = await volumeWith({}, files);
    await scene.eject();
  }

  it('when all of it was taken', async () => {
    const scene = await MailboxScene.make();
    await scene.putInbox({ certificate: new TestFirm(6000077).certificate });
    await scene.eject();
    await scene.eject();
    expect(await scene.text(ANSWER)).toBe('1 file was taken out of INBOX.\r\n');
  });

  it('when a file is left, which is looked at again after ejecting, pulling out, and a power cut', async () => {
    const scene = await answeredWithJunk();
    const before = await scene.text(ANSWER);
    expect(before).toContain('1 file was taken out of INBOX.');
    expect(before).toContain('INBOX/junk.bin\r\n  The file is damaged');
    scene.mailbox.unplugged();
    await scene.mailbox.rested();
    scene.mailbox.plugged();
    await scene.eject();
    scene.restart();
    await scene.mailbox.rested();
    expect(await scene.text(ANSWER)).toBe(before);
  });

  it('when the power goes between what was taken and its answer, which counts it then', async () => {
    const scene = await MailboxScene.make();
    scene.arm();
    await scene.putInbox({ context: scene.contextOf(makeContainer('soft', 2)), 'junk.bin': utf8('junk') });
    const brought = scene.drive.image.slice();
    await scene.eject();
    const answer = await scene.text(ANSWER);
    scene.drive.image = brought;
    scene.restart();
    await scene.mailbox.rested();
    expect([await scene.text(ANSWER), scene.seats()]).toEqual([answer, [4, 1]]);
  });

  it('when somebody takes away what was left', async () => {
    const scene = await answeredWithJunk();
    const before = await scene.text(ANSWER);
    await change(scene, (files) => files.delete('INBOX/junk.bin'));
    expect(await scene.text(ANSWER)).toBe(before);
  });

  it.each([
    ['another file', 'other.bin', 'other'],
    ['another content of the file that was left', 'junk.bin', 'other'],
  ])('and %s is new mail, of which nothing was taken', async (_, name, text) => {
    const scene = await answeredWithJunk();
    await change(scene, (files) => files.set(`INBOX/${name}`, utf8(text)));
    expect(await scene.text(ANSWER)).toMatch(/^0 files were taken out of INBOX\.\r\n/);
  });

  it('so is a file that cannot be read, and is gone afterwards', async () => {
    const scene = await answeredWithJunk();
    await scene.putInbox({ 'damaged.bin': new Uint8Array(4000).fill(7) });
    cutOff(scene.drive.image, 'DAMAGED BIN');
    await scene.eject();
    const answer = await scene.text(ANSWER);
    expect(answer).toMatch(/^0 files were taken .*\r\n[\s\S]*INBOX\/damaged\.bin\r\n.*\[FILE_UNREADABLE\]/i);
    await scene.eject();
    expect(await scene.text(ANSWER)).toBe(answer);
  });

  it('yet has the present reason, and still counts what was taken, where a file is left for another one by now', async () => {
    const scene = await MailboxScene.make();
    const certificate = new TestFirm(6000077).certificate;
    await scene.putInbox({ certificate, context: scene.contextOf(makeContainer('soft', 2)) });
    await scene.eject();
    expect(await scene.text(ANSWER)).toMatch(/^1 file was taken [\s\S]*INBOX\/context\r\n.*\[OWNER_NEEDED\]/);
    scene.arm({ items: [{ firmCode: 6000010, productCode: 2002, quantity: 1 }] });
    await scene.eject();
    const answer = await scene.text(ANSWER);
    expect(answer).toMatch(/^1 file was taken [\s\S]*INBOX\/context\r\n.*\[NOT_HELD\]/);
    expect(answer).not.toContain('OWNER_NEEDED');
    scene.arm();
    await scene.eject();
    expect([(await scene.text(ANSWER)).split('\r\n')[0], scene.seats()]).toEqual([
      '1 file was taken out of INBOX.',
      [4, 1],
    ]);
  });

  it('and one that somebody else has written does not stand', async () => {
    const scene = await answeredWithJunk();
    await change(scene, (files) => files.set(ANSWER, utf8('9999999999 files were taken out of INBOX.\r\n')));
    expect(await scene.text(ANSWER)).toMatch(/^0 files were taken [\s\S]*INBOX\/junk\.bin/);
  });
});

/** Takes the end of a file off, of which the folder says that it is there. @param name as folders have it */
function cutOff(image: Uint8Array, name: string): void {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.length);
  const entry = bytes.indexOf(name, 0, 'latin1');
  const cluster = bytes.readUInt16LE(entry + 26);
  bytes.writeUInt16LE(0xffff, 512 + 2 * cluster);
}
