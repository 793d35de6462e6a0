import {
  signCertifiedTime,
  signFirmRevocations,
  signReAnchor,
  signRootRevocations,
} from '../../../container/files/notices.ts';
import { certifyTimeServer } from '../../../container/files/test-root.ts';
import { fromHex, toHex } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { contextFor } from '../../container/engine/scene.ts';
import { crypto, load, makeContainer, order, root, type TestContainer, TestFirm } from '../../world/parties.ts';

/** A vendor, a dongle that holds licenses of it, and a device that knows the dongle. */
export function goldenWorld(number = 51): { firm: TestFirm; dongle: TestContainer; device: TestContainer } {
  const [firm, dongle, device] = [new TestFirm(), makeContainer('dongle', number), makeContainer('soft', number + 1)];
  load(firm, dongle, {}, { productCode: 2 });
  contextFor(device, dongle);
  return { firm, dongle, device };
}

/** A seat on its way to the device, as the file that the dongle made. */
export function transferFile({ dongle, device }: ReturnType<typeof goldenWorld>): Uint8Array {
  const [update] = order(dongle, device, [{ holding: 1, quantity: 1 }]).updates as [Uint8Array];
  return update;
}

/** Notices of every kind for a container; the re-anchor is for none that is locked. */
export function noticesFor(it: TestContainer, firm: TestFirm): Readonly<Record<string, Uint8Array>> {
  const seed = crypto.sha256(firm.seed);
  const key = toHex(crypto.ed25519PublicKey(seed)) as PublicKey;
  const server = { seed, certificate: certifyTimeServer(crypto, root, key) };
  const [asked = '00'.repeat(16)] = [...it.container.state.challenges.values()].map(({ challenge }) => challenge);
  const challenge = fromHex(asked);
  const keys = [key];
  return {
    'list of the root': signRootRevocations(crypto, root.seed, { version: 1, keys }),
    'list of a firm': signFirmRevocations(crypto, firm.seed, { firmCode: firm.firmCode, version: 1, keys }),
    'certified time': signCertifiedTime(crypto, server, { container: it.key, challenge, time: 810_000_000 }),
    're-anchor': signReAnchor(crypto, firm.seed, { firmCode: firm.firmCode, container: it.key, challenge }),
  };
}

/** What a firm sends a dongle that knows it: an entry of every kind, and a notice of every kind. */
export function everyEntryFile({ firm, dongle, device }: ReturnType<typeof goldenWorld>): Uint8Array {
  const first = (dongle.container.state.partners.get(firm.key)?.inbound.applied ?? 0) + 1;
  const [one, two, three] = [firm.grant(dongle.key), firm.grant(dongle.key), firm.grant(dongle.key)];
  const of = ({ grant }: typeof one) => ({ itemId: grant.itemId, quantity: grant.quantity });
  firm.issue(dongle, { kind: 'add', grants: [one.raw, two.raw] });
  firm.issue(dongle, { kind: 'disable', ...of(one) });
  firm.issue(dongle, { kind: 'enable', ...of(one) });
  firm.issue(dongle, { kind: 'replace', expected: of(one), grant: three.raw });
  firm.issue(dongle, { kind: 'withdraw', ...of(two) });
  firm.issue(dongle, { kind: 'writeOff', target: device.key, through: 0 });
  firm.issue(dongle, { kind: 'unblock', tries: 8 });
  return firm.update(dongle, { first, notices: Object.values(noticesFor(dongle, firm)) });
}
