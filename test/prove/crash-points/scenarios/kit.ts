import type { Grant } from '../../../../container/files/grant.ts';
import { type PinPurpose, pinBytes, sealPin } from '../../../../container/files/sealed-pin.ts';
import { fromHex } from '../../../../container/model/bytes.ts';
import { codeOf, only } from '../../../container/engine/scene.ts';
import { issueRequest } from '../../../world/issue-request.ts';
import { seededEnv, type TestFirm } from '../../../world/parties.ts';
import { toyCrypto } from '../../exploration/toy-crypto.ts';
import type { Hand, Party, Stage } from '../flash/stage.ts';

/** Demands that some work is refused. */
export function expectCode(code: string, work: () => unknown): void {
  const found = codeOf(work);
  if (found !== code) throw new Error(`answered with ${found} instead of ${code}`);
}

/** Lets a firm give Product Items to a container. */
export function load(stage: Stage, firm: TestFirm, party: Party, ...options: Partial<Grant>[]): void {
  const grants = options.map((option) => firm.grant(party.key, option).raw);
  const applied = party.container.state.partners.get(firm.key)?.inbound.applied ?? 0;
  const update = stage.update(firm, party, [{ kind: 'add', grants }], { first: applied + 1 });
  stage.run(party, `load ${options.length}`, 'apply', { update });
}

/** A context of one container for another or for a firm. */
export function contextFor(
  stage: Stage,
  from: Party,
  to: { readonly certificate: Uint8Array },
  once = false,
): Uint8Array {
  let file = new Uint8Array();
  const work = (hand: Hand): void => {
    file = new Uint8Array(hand.run('context', { certificate: to.certificate, firmCode: null }).context);
  };
  stage.act(from, 'make a context', work, { once });
  return file;
}

/** The next sequence on a channel. */
export function nextTo(from: Party, to: Party): number {
  return (from.container.state.partners.get(to.key)?.outbound.issued ?? 0) + 1;
}

/** Orders seats of a holding. @returns the update file */
export function order(stage: Stage, from: Party, to: Party, quantity = 1, holding = 1): Uint8Array {
  const request = { context: contextFor(stage, to, from), first: nextTo(from, to), parts: [{ holding, quantity }] };
  return only(stage.run(from, 'issue', 'issue', issueRequest(request)).updates);
}

/** The whole way: order, apply, settle. */
export function move(stage: Stage, from: Party, to: Party, quantity = 1, holding = 1): void {
  const update = order(stage, from, to, quantity, holding);
  const { receipt } = stage.run(to, 'apply', 'apply', { update });
  stage.run(from, 'settle', 'settle', { context: receipt });
}

const owner = seededEnv('the owner');

function sealed({ container }: Hand, purpose: PinPurpose, pin: string, challenge: Uint8Array): Uint8Array {
  const { key, sealingKey } = container.state.identity;
  return sealPin(
    toyCrypto,
    fromHex(sealingKey),
    { purpose, container: key, challenge },
    pinBytes(pin),
    owner.random(32),
  );
}

/** Shows the PIN. */
export function unlock(hand: Hand, pin: string): void {
  const { challenge } = hand.run('challenge', {});
  hand.run('unlock', { sealed: sealed(hand, 'unlock', pin, challenge) });
}

/** Sets a PIN, or removes it. */
export function setPin(hand: Hand, pin: string | null): void {
  const { challenge } = hand.run('challenge', {});
  hand.run('set-pin', { sealed: pin === null ? null : sealed(hand, 'set-pin', pin, challenge) });
}
