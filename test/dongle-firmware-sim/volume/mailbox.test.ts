import { describe, expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import { utf8 } from '../../../container/model/bytes.ts';
import { makeContainer, type TestContainer } from '../../world/parties.ts';
import { contentOf, MailboxScene } from './mailbox-scene.ts';

const UPDATE = '3-1-for-130-2-1.ferry-update';

function held(device: TestContainer): number {
  return device.container.run('list', {}).holdings.reduce((sum, { quantity }) => sum + quantity, 0);
}

describe('a move through files alone', () => {
  it('goes from a context in the inbox over an update in the outbox to a receipt in the inbox, and is settled', async () => {
    const scene = await MailboxScene.make();
    scene.arm();
    const device = makeContainer('soft', 2);
    await scene.putInbox({ 'from the lab.txt': scene.contextOf(device) });
    await scene.eject();
    expect([await scene.inbox(), await scene.outbox()]).toEqual([[], ['ANSWER.TXT', UPDATE]]);
    expect(await scene.text('STATUS.TXT')).toContain('to 130-2, entry 1: 1 of 6000010:1001; its file is in OUTBOX');
    const receipt = await scene.applyFromOutbox(device, UPDATE);
    expect(held(device)).toBe(1);
    await scene.putInbox({ 'RECEIPT.1': receipt });
    await scene.eject();
    expect([await scene.inbox(), await scene.outbox()]).toEqual([[], ['ANSWER.TXT']]);
    expect(await scene.text('STATUS.TXT')).toContain('Nothing is in transit.');
    expect([scene.seats(), scene.failures]).toEqual([[4, 0], []]);
  });

  it('needs nothing from the dongle but what lies on its volume: the device finds the certificate there', async () => {
    const scene = await MailboxScene.make();
    const certificate = (await scene.files()).get('3-1.ferry-certificate');
    expect(certificate).toEqual(scene.dongle.certificate);
  });

  it('gives a device that comes again the same once more, and nothing new', async () => {
    const scene = await MailboxScene.make();
    scene.arm();
    const device = makeContainer('soft', 2);
    for (const name of ['one', 'two', 'three']) {
      await scene.putInbox({ [name]: scene.contextOf(device) });
      await scene.eject();
      expect([await scene.inbox(), await scene.outbox()]).toEqual([[], ['ANSWER.TXT', UPDATE]]);
    }
    expect(scene.seats()).toEqual([4, 1]);
  });

  it('loads the dongle first and then gives to the devices, from one inbox', async () => {
    const scene = await MailboxScene.make({ seats: 0 });
    scene.arm();
    const [one, other] = [makeContainer('soft', 2), makeContainer('soft', 3)];
    scene.firm.issue(scene.dongle, { kind: 'add', grants: [scene.firm.grant(scene.dongle.key, { quantity: 2 }).raw] });
    await scene.putInbox({
      a: scene.contextOf(one),
      b: scene.contextOf(other),
      'sub/folder/z': scene.firm.update(scene.dongle),
    });
    await scene.eject();
    expect(await scene.inbox()).toEqual([]);
    expect(await scene.outbox()).toEqual([
      'ANSWER.TXT',
      '3-1-for-firm-6000010-receipt.ferry-context',
      UPDATE,
      '3-1-for-130-3-1.ferry-update',
    ]);
    expect(scene.seats()).toEqual([0, 2]);
  });

  it('takes a license back: the update of a device is applied, and its receipt stays until somebody takes it', async () => {
    const scene = await MailboxScene.make();
    scene.arm();
    const device = makeContainer('soft', 2);
    await scene.putInbox({ context: scene.contextOf(device) });
    await scene.eject();
    await scene.putInbox({ receipt: await scene.applyFromOutbox(device, UPDATE), certificate: device.certificate });
    await scene.eject();
    const RECEIPT = '3-1-for-130-2-receipt.ferry-context';
    expect(await scene.outbox()).toEqual(['ANSWER.TXT', '3-1-for-130-2.ferry-context']);
    const context = (await scene.files()).get('OUTBOX/3-1-for-130-2.ferry-context');
    const { updates } = device.container.run('issue', returning(device, scene.dongle, context));
    await scene.putInbox({ back: updates[0] ?? new Uint8Array() });
    await scene.eject();
    expect([scene.seats(), await scene.outbox()]).toEqual([[5, 0], expect.arrayContaining([RECEIPT])]);
    const kept = (await scene.files()).get(`OUTBOX/${RECEIPT}`);
    await scene.eject();
    expect((await scene.files()).get(`OUTBOX/${RECEIPT}`)).toEqual(kept);
  });
});

function returning(device: TestContainer, dongle: TestContainer, file: Uint8Array | undefined) {
  const holding = device.container.run('list', {}).holdings[0]?.id ?? 0;
  const orderId = '0e'.repeat(16) as never;
  const context = new Uint8Array(
    Buffer.from(new TextDecoder().decode(file).split('\n\n')[1]?.split('-----')[0] ?? '', 'base64'),
  );
  return { target: dongle.key, orderId, context, first: 1, parts: [{ holding, quantity: 1 }] };
}

describe('a volume that a computer may have mounted', () => {
  it('is not changed after a mere flush: the mail is taken after 2 s of silence, and the answer waits', async () => {
    const scene = await MailboxScene.make();
    scene.arm();
    await scene.putInbox({ context: scene.contextOf(makeContainer('soft', 2)) });
    const before = scene.drive.image.slice();
    scene.mailbox.flushed();
    expect(scene.timer.seconds).toBe(2);
    scene.timer.runOut();
    await scene.mailbox.rested();
    expect([scene.seats(), scene.drive.isIn]).toEqual([[4, 1], true]);
    expect(Buffer.compare(scene.drive.image, before)).toBe(0);
    await scene.eject();
    expect([await scene.outbox(), scene.seats()]).toEqual([
      ['ANSWER.TXT', UPDATE],
      [4, 1],
    ]);
  });

  it('is answered as it was let go, whatever was written since it was last worked on', async () => {
    const scene = await MailboxScene.make();
    scene.arm();
    await scene.putInbox({ one: scene.contextOf(makeContainer('soft', 2)) });
    scene.mailbox.flushed();
    scene.timer.runOut();
    await scene.putInbox({ two: scene.contextOf(makeContainer('soft', 3)) });
    scene.mailbox.ejected();
    expect(scene.drive.isIn).toBe(false);
    await scene.mailbox.rested();
    expect(await scene.outbox()).toEqual(['ANSWER.TXT', UPDATE, '3-1-for-130-3-1.ferry-update']);
  });

  it('is answered after it was pulled out, and is not there before that is done', async () => {
    const scene = await MailboxScene.make();
    scene.arm();
    await scene.putInbox({ context: scene.contextOf(makeContainer('soft', 2)) });
    scene.mailbox.unplugged();
    scene.mailbox.plugged();
    expect(scene.drive.isIn).toBe(false);
    await scene.mailbox.rested();
    expect(await scene.outbox()).toEqual(['ANSWER.TXT', UPDATE]);
  });

  it('has the same bytes again when nothing was brought', async () => {
    const scene = await MailboxScene.make();
    const before = scene.drive.image.slice();
    await scene.eject();
    expect(Buffer.compare(scene.drive.image, before)).toBe(0);
  });
});

describe('when the power goes', () => {
  it('before the answer is written, the same mail is taken once more and changes nothing', async () => {
    const scene = await MailboxScene.make();
    scene.arm();
    await scene.putInbox({ context: scene.contextOf(makeContainer('soft', 2)) });
    const brought = scene.drive.image.slice();
    await scene.eject();
    const [state, answered] = [scene.stateHash(), await scene.files()];
    scene.drive.image = brought;
    scene.restart();
    await scene.mailbox.rested();
    expect([scene.stateHash(), [...(await scene.files()).keys()]]).toEqual([state, [...answered.keys()]]);
  });

  it('after the answer was written, everything is still there', async () => {
    const scene = await MailboxScene.make();
    scene.arm();
    await scene.putInbox({ context: scene.contextOf(makeContainer('soft', 2)), 'junk.bin': utf8('junk') });
    await scene.eject();
    const answered = await scene.files();
    scene.restart();
    await scene.mailbox.rested();
    expect([...(await scene.files()).keys()]).toEqual([...answered.keys()]);
    expect(await scene.text('OUTBOX/ANSWER.TXT')).toContain('FILE_MALFORMED');
  });

  it('the medium comes back as it was where the new volume cannot be written, and nothing is given twice', async () => {
    const scene = await MailboxScene.make();
    scene.arm();
    await scene.putInbox({ context: scene.contextOf(makeContainer('soft', 2)) });
    scene.drive.fault = new FerryError('STORE_WRITE_FAILED', { where: 'the volume', why: 'the disk is full' });
    await scene.eject();
    expect([await scene.inbox(), scene.failures.length, scene.seats()]).toEqual([['context'], 1, [4, 1]]);
    await scene.eject();
    expect([await scene.outbox(), scene.seats()]).toEqual([
      ['ANSWER.TXT', UPDATE],
      [4, 1],
    ]);
  });

  it('or files are too many for a moment, so that the volume cannot be read, everything on it stays, and is taken the next time', async () => {
    const scene = await MailboxScene.make();
    scene.arm();
    await scene.putInbox({ context: scene.contextOf(makeContainer('soft', 2)), 'notes.txt': utf8('notes') });
    const { copy } = scene.drive;
    scene.drive.copy = () => {
      scene.drive.copy = copy;
      throw new FerryError('FILE_UNREADABLE', { file: 'the volume', why: 'too many files are open' });
    };
    await scene.eject();
    expect([await scene.inbox(), scene.seats()]).toEqual([
      ['context', 'notes.txt'],
      [5, 0],
    ]);
    expect(scene.failures).toMatchObject([{ code: 'FILE_UNREADABLE' }]);
    await scene.eject();
    expect([await scene.inbox(), await scene.outbox()]).toEqual([['notes.txt'], ['ANSWER.TXT', UPDATE]]);
  });

  it('for good in the container’s memory, the mail stays where it is', async () => {
    const scene = await MailboxScene.make();
    scene.arm();
    await scene.putInbox({ context: scene.contextOf(makeContainer('soft', 2)) });
    scene.dongle.parts.flash.program = () => {
      throw new FerryError('STORE_WRITE_FAILED', { where: 'the flash', why: 'it is worn out' });
    };
    const before = await contentOf(scene.drive.image);
    await scene.eject();
    expect([...(await scene.files()).keys()]).toEqual([...before.keys()]);
    expect(scene.failures).toMatchObject([{ code: 'STORE_WRITE_FAILED' }]);
  });
});
