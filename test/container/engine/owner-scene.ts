import type { Container } from '../../../container/container.ts';
import type { Rulebook } from '../../../container/engine/draft.ts';
import { type PinPurpose, pinBytes, sealPin } from '../../../container/files/sealed-pin.ts';
import { fromHex, type Hex } from '../../../container/model/bytes.ts';
import { Journal } from '../../../container/store/journal.ts';
import { decodeSnapshot } from '../../../container/store/snapshot.ts';
import { crypto, load, seededEnv, type TestContainer } from '../../world/parties.ts';
import { world } from './scene.ts';

export const PIN = '4711-blue';
export const OTHER_PIN = '0815-green';

const env = seededEnv('owner');

/** A PIN sealed to a container in answer to a challenge, as its owner's program would. */
export function sealedFor(container: Container, purpose: PinPurpose, pin: string, challenge: Uint8Array): Uint8Array {
  const { key, sealingKey } = container.state.identity;
  const seal = { purpose, container: key, challenge };
  return sealPin(crypto, fromHex(sealingKey), seal, pinBytes(pin), env.random(32));
}

/** Shows a PIN in the session that all calls of `run` share. @returns tries left */
export function unlock(container: Container, pin = PIN): number {
  const { challenge } = container.run('challenge', {});
  return container.run('unlock', { sealed: sealedFor(container, 'unlock', pin, challenge) }).tries;
}

/** Sets a PIN in the session that all calls of `run` share, which is then the owner's. */
export function setPin(container: Container, pin: string | null = PIN): void {
  const { challenge } = container.run('challenge', {});
  container.run('set-pin', { sealed: pin === null ? null : sealedFor(container, 'set-pin', pin, challenge) });
}

/** Tries left; null when no PIN is set. */
export function tries({ container }: Pick<TestContainer, 'container'>): number | null {
  return container.run('list', {}).pinTries;
}

/** A loaded dongle and a device, both without a PIN. */
export function guarded(quantity = 10) {
  const { firm, dongle, device } = world();
  load(firm, dongle, { quantity });
  return { firm, dongle, device };
}

/** What the rules of a container work with, its secret included, as if its state did not match its anchor. */
export function lockedBook({ container, parts: { flash, where } }: TestContainer): Rulebook {
  const { snapshot } = Journal.open(flash, { crypto, where });
  const { secrets } = decodeSnapshot(crypto, snapshot, () => container.state.limits);
  return { crypto, sealingSecret: secrets.sealingSecret, lock: { challenge: '00'.repeat(16) as Hex } };
}
