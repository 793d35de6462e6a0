import { beforeAll, describe, expect, it } from 'vitest';
import { Container } from '../../../container/container.ts';
import type { Anchor, AnchorStore } from '../../../container/store/anchor-port.ts';
import { MemoryAnchor } from '../../../container/store/memory-anchor.ts';
import { MemoryFlash } from '../../../container/store/memory-flash.ts';
import { answerMail } from '../../../dongle-firmware-sim/volume/answer-mail.ts';
import { mailboxContainer } from '../../../dongle-firmware-sim/volume/mailbox-container.ts';
import { PowerLost } from '../../container/store/faulty-flash.ts';
import { crypto, makeContainer, seededEnv, TestFirm } from '../../world/parties.ts';
import { contentOf, envelopeIn, MailboxScene } from './mailbox-scene.ts';

/** An anchor at the advance of which, counted from 1, the power goes: before it, or right after. */
class CutAnchor implements AnchorStore {
  readonly store: MemoryAnchor;
  advances = 0;
  readonly #cut: { readonly at: number; readonly when: 'before' | 'after' } | undefined;

  constructor(anchor: Anchor | undefined, cut?: { readonly at: number; readonly when: 'before' | 'after' }) {
    this.store = new MemoryAnchor(anchor);
    this.#cut = cut;
  }

  read(): Anchor | undefined {
    return this.store.read();
  }

  advance(anchor: Anchor): void {
    this.advances += 1;
    const isHere = this.advances === this.#cut?.at;
    if (isHere && this.#cut?.when === 'before') throw new PowerLost();
    this.store.advance(anchor);
    if (isHere) throw new PowerLost();
  }
}

const ANSWER = 'OUTBOX/ANSWER.TXT';
const DEVICES = [makeContainer('soft', 2), makeContainer('soft', 3)];

describe('the power may go at every commit of a dongle that takes its mail, and then', () => {
  let scene: MailboxScene;
  let memory: { readonly image: Uint8Array; readonly anchor: Anchor | undefined };

  /** The dongle as it was when the mail had been brought, with or without a cut to come. */
  function opened(anchor: AnchorStore, flash: MemoryFlash): Container {
    return Container.open({ ...scene.dongle.parts, flash, anchor });
  }

  function answer(container: Container): Promise<Uint8Array> {
    const ports = { container: mailboxContainer(container), env: seededEnv('cut'), crypto };
    return answerMail(scene.drive.image, ports);
  }

  function fresh(): MemoryFlash {
    return new MemoryFlash(scene.dongle.parts.flash.geometry, memory.image.slice());
  }

  beforeAll(async () => {
    scene = await MailboxScene.make({ seats: 0 });
    scene.arm();
    const { firm, dongle } = scene;
    const grants = [firm.grant(dongle.key, { quantity: 5 }).raw];
    for (let count = 0; count < 2; count++) firm.issue(dongle, { kind: 'add', grants });
    const [one, other] = DEVICES.map((device) => scene.contextOf(device));
    await scene.putInbox({
      load: firm.update(dongle),
      ...(one === undefined || other === undefined ? {} : { one, other }),
      certificate: new TestFirm(6000077).certificate,
    });
    memory = { image: dongle.parts.flash.image(), anchor: dongle.parts.anchor.read() };
  });

  it('taking the same mail once more does what is missing, gives nothing twice, and is answered in the same words', async () => {
    const counting = new CutAnchor(memory.anchor);
    const whole = await contentOf(await answer(opened(counting, fresh())));
    expect(counting.advances).toBeGreaterThan(3);
    expect(new TextDecoder().decode(whole.get(ANSWER))).toMatch(
      /^4 files .*[\s\S]*INBOX\/load\r\n {2}Entry 2 was refused/,
    );
    for (let at = 1; at <= counting.advances; at++) {
      for (const when of ['before', 'after'] as const) {
        const [flash, anchor] = [fresh(), new CutAnchor(memory.anchor, { at, when })];
        await expect(answer(opened(anchor, flash))).rejects.toBeInstanceOf(PowerLost);
        const container = opened(anchor.store, flash);
        expect(container.locked).toBe(false);
        const made = await contentOf(await answer(container));
        expect([...made.keys()].sort()).toEqual([...whole.keys()].sort());
        expect(made.get(ANSWER)).toEqual(whole.get(ANSWER));
        const { holdings, transit } = container.run('list', {});
        expect(holdings.map(({ quantity, pending }) => [quantity, pending])).toEqual([[3, 2]]);
        expect(transit.map(({ sequence, quantities }) => [sequence, quantities])).toEqual([
          [1, [1]],
          [1, [1]],
        ]);
      }
    }
  }, 60_000);

  it('each device gets its one seat from the outbox', async () => {
    const made = await contentOf(await answer(opened(new CutAnchor(memory.anchor), fresh())));
    for (const device of DEVICES) {
      const serial = device.container.run('list', {}).serial;
      device.container.run('apply', { update: envelopeIn(made.get(`OUTBOX/3-1-for-${serial}-1.ferry-update`)) });
      expect(device.container.run('list', {}).holdings.map(({ quantity }) => quantity)).toEqual([1]);
    }
  });
});
