import { describe, expect, it } from 'vitest';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { Container } from '../../../container/container.ts';
import { FerryError } from '../../../container/errors.ts';
import { armor } from '../../../container/files/armor.ts';
import { contextHeader } from '../../../container/files/context-file.ts';
import { readEnvelope, signedEnvelope } from '../../../container/files/envelope.ts';
import { utf8 } from '../../../container/model/bytes.ts';
import { MemoryAnchor } from '../../../container/store/memory-anchor.ts';
import { answerMail } from '../../../dongle-firmware-sim/volume/answer-mail.ts';
import { mailboxContainer } from '../../../dongle-firmware-sim/volume/mailbox-container.ts';
import { crypto, load, makeContainer, order, seededEnv, TestFirm } from '../../world/parties.ts';
import { contentOf, envelopeIn, MailboxScene } from './mailbox-scene.ts';

const CONTEXT = '3-1-for-firm-6000010.ferry-context';

/** The answer to one file that stays in the inbox. */
async function answerOf(scene: MailboxScene, bytes: Uint8Array): Promise<string> {
  await scene.putInbox({ 'a file': bytes });
  await scene.eject();
  expect(await scene.inbox()).toEqual(['a file']);
  return scene.text('OUTBOX/ANSWER.TXT');
}

/** The container of a dongle that can make no context. */
function withoutContexts(scene: MailboxScene): ContainerClient {
  const { client } = mailboxContainer(scene.dongle.container);
  return {
    call: async (name, request) => {
      if (name !== 'context') return client.call(name, request);
      throw new FerryError('TABLE_FULL', { here: '3-1', what: 'no channel record is free' });
    },
    close: async () => undefined,
  };
}

describe('an update of which no receipt can be made', () => {
  it('stays in the inbox with the reason, and is answered once it can', async () => {
    const scene = await MailboxScene.make({ seats: 0 });
    const { firm, dongle } = scene;
    firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key, { quantity: 2 }).raw] });
    await scene.putInbox({ load: firm.update(dongle) });
    const container = mailboxContainer(dongle.container);
    const ports = { env: seededEnv('full'), crypto };
    const full = { ...container, client: withoutContexts(scene) };
    const image = await answerMail(scene.drive.image, { ...ports, container: full });
    const made = await contentOf(image);
    expect([made.has('INBOX/load'), scene.seats()]).toEqual([true, [2, 0]]);
    expect(new TextDecoder().decode(made.get('OUTBOX/ANSWER.TXT'))).toMatch(
      /INBOX\/load, .*receipt\r\n.*\[TABLE_FULL\]/,
    );
    const later = await contentOf(await answerMail(image, { ...ports, container }));
    expect([later.has('INBOX/load'), later.has('OUTBOX/3-1-for-firm-6000010-receipt.ferry-context')]).toEqual([
      false,
      true,
    ]);
  });
});

describe('a context for a firm that cannot be made', () => {
  it('is answered with the reason, and the one that lies there stays', async () => {
    const scene = await MailboxScene.make();
    const before = (await scene.files()).get(CONTEXT);
    load(scene.firm, scene.dongle, { quantity: 1 });
    const container = { ...mailboxContainer(scene.dongle.container), client: withoutContexts(scene) };
    const ports = { container, env: seededEnv('full'), crypto };
    const made = await contentOf(await answerMail(scene.drive.image, ports));
    const answer = new TextDecoder().decode(made.get('OUTBOX/ANSWER.TXT'));
    expect(answer).toMatch(/The context for the firm 6000010\r\n.*\[TABLE_FULL\]/);
    expect(made.get(CONTEXT)).toEqual(before);
  });
});

describe('mail that the dongle does not take stays in the inbox, and the answer has the words of the catalogue', () => {
  it('for what is none of our files', async () => {
    const scene = await MailboxScene.make();
    const answer = await answerOf(scene, utf8('a shopping list'));
    expect(answer).toContain('INBOX/a file\r\n  The file is damaged or was not made by this system');
    expect(answer).toContain('[FILE_MALFORMED]\r\n  Nothing was changed.\r\n');
  });

  it('for a damaged update, and keeps no other mail from being taken', async () => {
    const scene = await MailboxScene.make();
    scene.arm();
    const { parts, ...rest } = signedEnvelope.decodeTrusted(scene.firm.update(scene.dongle));
    const damaged = signedEnvelope.encode({ ...rest, parts: [Uint8Array.of(1), ...parts.slice(1)] });
    await scene.putInbox({ context: scene.contextOf(makeContainer('soft', 2)) });
    expect(await answerOf(scene, damaged)).toContain('INBOX/a file\r\n  The file is damaged');
    expect([scene.seats(), scene.failures]).toEqual([[4, 1], []]);
  });

  it('for an update that is for another container', async () => {
    const scene = await MailboxScene.make();
    const device = makeContainer('soft', 2);
    const answer = await answerOf(scene, scene.firm.update(device));
    expect(answer).toContain('The file is for 130-2, not for 3-1. [NOT_ADDRESSED]');
  });

  it('for a context that was made for another dongle', async () => {
    const scene = await MailboxScene.make();
    scene.arm();
    const [device, other] = [makeContainer('soft', 2), makeContainer('dongle', 9)];
    const { context } = device.container.run('context', { certificate: other.certificate, firmCode: null });
    expect(await answerOf(scene, utf8(armor(context)))).toContain('[NOT_ADDRESSED]');
  });

  it('for a device to which no work order gives anything', async () => {
    const scene = await MailboxScene.make();
    const context = scene.contextOf(makeContainer('soft', 2));
    const answer = await answerOf(scene, context);
    expect(answer).toContain('no armed work order covers it. [OWNER_NEEDED]');
    expect(answer).toContain('ferry order arm ADDRESS --item FIRM:PRODUCTxN');
    expect(answer).not.toMatch(/FERRY_PIN|terminal/);
    expect(scene.seats()).toEqual([5, 0]);
    scene.arm();
    await scene.eject();
    expect(scene.seats()).toEqual([4, 1]);
  });

  it('for the device that comes after a work order has served as many as it may', async () => {
    const scene = await MailboxScene.make();
    scene.arm({ most: 1 });
    await scene.putInbox({ context: scene.contextOf(makeContainer('soft', 2)) });
    await scene.eject();
    const answer = await answerOf(scene, scene.contextOf(makeContainer('soft', 3)));
    expect(answer).toContain('the armed work order 1 is used up: 1 of 1 devices are served. [OWNER_NEEDED]');
  });

  it('for the receipt for what the owner has issued, which is for the owner to settle', async () => {
    const scene = await MailboxScene.make();
    const device = makeContainer('soft', 2);
    const { receipt } = order(scene.dongle, device, [{ holding: 1, quantity: 1 }]).updates.map((update) =>
      device.container.run('apply', { update }),
    )[0] ?? { receipt: new Uint8Array() };
    const answer = await answerOf(scene, receipt);
    expect(answer).toContain('[OWNER_NEEDED]');
    expect(answer).toContain('the owner settles there, too');
    expect(answer).not.toMatch(/FERRY_PIN|terminal/);
    expect(scene.seats()).toEqual([4, 1]);
  });

  it('for a set of which the dongle has not all, and then nothing of it is given', async () => {
    const scene = await MailboxScene.make();
    scene.arm({
      items: [
        { firmCode: 6000010, productCode: 1001, quantity: 1 },
        { firmCode: 6000010, productCode: 2002, quantity: 1 },
      ],
    });
    const context = scene.contextOf(makeContainer('soft', 2));
    expect(await answerOf(scene, context)).toContain('The container 3-1 holds no 6000010:2002. [NOT_HELD]');
    expect(scene.seats()).toEqual([5, 0]);
  });

  it('for an update that comes too early, which is taken as soon as the one before has come', async () => {
    const scene = await MailboxScene.make();
    for (let count = 0; count < 2; count++)
      scene.firm.issue(scene.dongle, {
        kind: 'add',
        grants: [scene.firm.grant(scene.dongle.key, { quantity: 1 }).raw],
      });
    const answer = await answerOf(scene, scene.firm.update(scene.dongle, { first: 3, last: 3 }));
    expect(answer).toContain('[UPDATE_GAP]');
    await scene.putInbox({ before: scene.firm.update(scene.dongle, { first: 2, last: 2 }) });
    await scene.eject();
    expect([await scene.inbox(), scene.seats()]).toEqual([[], [7, 0]]);
  });
});

describe('a work order', () => {
  it('gives a device its set of each order that is for it, and of no other', async () => {
    const scene = await MailboxScene.make();
    const device = makeContainer('soft', 2);
    scene.arm();
    scene.arm({ kinds: ['dongle'] });
    scene.arm({ keys: [device.key] });
    await scene.putInbox({ context: scene.contextOf(device), other: scene.contextOf(makeContainer('soft', 3)) });
    await scene.eject();
    expect(await scene.outbox()).toEqual([
      'ANSWER.TXT',
      '3-1-for-130-2-1-to-2.ferry-update',
      '3-1-for-130-3-1.ferry-update',
    ]);
    expect(scene.seats()).toEqual([2, 3]);
  });

  it('that gives nothing more leaves what it gave in the outbox until its receipt comes', async () => {
    const scene = await MailboxScene.make();
    const id = scene.arm();
    const device = makeContainer('soft', 2);
    await scene.putInbox({ context: scene.contextOf(device) });
    await scene.eject();
    scene.dongle.container.run('disarm-order', { id });
    await scene.eject();
    const UPDATE = '3-1-for-130-2-1.ferry-update';
    expect(await scene.outbox()).toEqual(['ANSWER.TXT', UPDATE]);
    expect(await scene.text('STATUS.TXT')).toContain('to 130-2, entry 1: 1 of 6000010:1001; its file is in OUTBOX');
    const receipt = await scene.applyFromOutbox(device, UPDATE);
    scene.dongle.container.run('settle', { context: envelopeIn(receipt) });
    await scene.eject();
    expect(await scene.outbox()).toEqual(['ANSWER.TXT']);
  });

  it('is not needed for what its owner or others have put into the outbox: it stays as long as it is in transit', async () => {
    const scene = await MailboxScene.make();
    const [device, other] = [makeContainer('soft', 2), makeContainer('dongle', 9)];
    scene.firm.issue(device, { kind: 'add', grants: [scene.firm.grant(device.key, { quantity: 2 }).raw] });
    const [own = new Uint8Array()] = order(scene.dongle, other, [{ holding: 1, quantity: 1 }]).updates;
    const files = { 'OUTBOX/from the owner': own, 'OUTBOX/from the vendor': scene.firm.update(device) };
    await scene.put(files);
    await scene.eject();
    const kept = await scene.files();
    for (const [path, bytes] of Object.entries(files)) expect(kept.get(path)).toEqual(bytes);
    expect(await scene.text('STATUS.TXT')).toContain('to 3-9, entry 1: 1 of 6000010:1001; its file is in OUTBOX');
    const { receipt } = other.container.run('apply', { update: own });
    scene.dongle.container.run('settle', { context: receipt });
    await scene.eject();
    expect(await scene.outbox()).toEqual(['from the vendor']);
  });
});

describe('the files of the dongle', () => {
  it('are its certificate, a context for each vendor, and the texts', async () => {
    const scene = await MailboxScene.make();
    expect([...(await scene.files()).keys()].sort()).toEqual([
      CONTEXT,
      '3-1.ferry-certificate',
      'README.TXT',
      'STATUS.TXT',
    ]);
    expect(await scene.text('STATUS.TXT')).toContain('  6000010:1001 Controller runtime (Firm 6000010): 5 free\r\n');
  });

  it('show each vendor the present state, and are left as they are while it is the same', async () => {
    const scene = await MailboxScene.make();
    const before = (await scene.files()).get(CONTEXT);
    await scene.eject();
    expect((await scene.files()).get(CONTEXT)).toEqual(before);
    scene.arm();
    await scene.eject();
    const after = (await scene.files()).get(CONTEXT);
    expect(envelopeIn(after)).not.toEqual(envelopeIn(before));
  });

  it('are made anew when somebody has altered them or thrown them away', async () => {
    const scene = await MailboxScene.make();
    const before = await scene.files();
    await scene.put({});
    scene.drive.image = new Uint8Array(scene.drive.image.length);
    await scene.eject();
    expect([...(await scene.files()).keys()]).toEqual([...before.keys()]);
  });

  it('have a context for whoever brought a certificate', async () => {
    const scene = await MailboxScene.make();
    await scene.putInbox({ 'x.cer': new TestFirm(6000077).certificate });
    await scene.eject();
    expect(await scene.outbox()).toEqual(['ANSWER.TXT', '3-1-for-firm-6000077.ferry-context']);
  });

  it('say that a dongle is locked, and have contexts for its vendors that say so, too', async () => {
    const scene = await MailboxScene.make();
    const anchor = new MemoryAnchor({ generation: 77, stateHash: new Uint8Array(32) });
    scene.dongle.container = Container.open({ ...scene.dongle.parts, anchor });
    scene.restart();
    await scene.mailbox.rested();
    scene.mailbox.plugged();
    expect(await scene.text('STATUS.TXT')).toContain('It is LOCKED');
    const file = readEnvelope(envelopeIn((await scene.files()).get(CONTEXT)), 'contextFile', 3, 'a context file');
    const header = contextHeader.decodeTrusted((file.ok ? file.value.parts[1] : undefined) ?? new Uint8Array());
    expect([header.locked, header.challenge]).toEqual([true, expect.any(Uint8Array)]);
    expect(await answerOf(scene, scene.firm.update(scene.dongle))).toContain('[CONTAINER_LOCKED]');
    expect(scene.failures).toEqual([]);
  });

  it('say that a dongle is not certified yet, and its mail waits', async () => {
    const scene = await MailboxScene.make();
    const { identity } = scene.dongle.container.state;
    Object.assign(identity, { certified: null });
    const answer = await answerOf(scene, scene.firm.update(scene.dongle));
    expect(answer).toContain('[NOT_ENROLLED]');
    expect(await scene.text('STATUS.TXT')).toContain('that is not certified yet');
  });
});
