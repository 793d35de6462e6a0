import {
  signCertifiedTime,
  signFirmRevocations,
  signReAnchor,
  signRootRevocations,
} from '../../../container/files/notices.ts';
import { certifyTimeServer } from '../../../container/files/test-root.ts';
import { fromHex, toHex, utf8 } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { toyRoot } from './container-states.ts';
import type { Channel } from './firm-channel.ts';
import type { Server } from './firm-state.ts';
import { toyCrypto } from './toy-crypto.ts';
import type { ToyFirm } from './toy-firm.ts';

const TIME_SEED = toyCrypto.sha256(utf8('time server signs'));
const TIME_SERVER = {
  seed: TIME_SEED,
  certificate: certifyTimeServer(toyCrypto, toyRoot, toHex(toyCrypto.ed25519PublicKey(TIME_SEED)) as PublicKey),
};

/** The notices that every update file carries: the lists, and the time where that was asked for. */
export function noticesOf(
  firm: ToyFirm,
  lists: Server['lists'],
  { challenge, target }: Channel,
  time: number | undefined,
): readonly Uint8Array[] {
  const { firmCode, seed } = firm;
  const notices: Uint8Array[] = [];
  if (lists.root.version > 0) notices.push(signRootRevocations(toyCrypto, toyRoot.seed, lists.root));
  if (lists.firm.version > 0) notices.push(signFirmRevocations(toyCrypto, seed, { firmCode, ...lists.firm }));
  if (time !== undefined && challenge !== null)
    notices.push(
      signCertifiedTime(toyCrypto, TIME_SERVER, { container: target.key, challenge: fromHex(challenge), time }),
    );
  return notices;
}

/** The word of a firm that a state may be used as it is. */
export function wordNotice({ firmCode, seed }: ToyFirm, { container, challenge }: Server['words'][number]): Uint8Array {
  return signReAnchor(toyCrypto, seed, { firmCode, container, challenge: fromHex(challenge) });
}
