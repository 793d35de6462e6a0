import { codecsOf, type RequestTo, type ResponseTo } from '../../../container/commands/codecs-of.ts';
import type { CommandName } from '../../../container/commands/index.ts';
import { pinBytes, sealPin } from '../../../container/files/sealed-pin.ts';
import { fromHex } from '../../../container/model/bytes.ts';
import { contextFor, holdingId } from '../../container/engine/scene.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { crypto, load, makeContainer, seededEnv, type TestContainer, TestFirm } from '../../world/parties.ts';

/** A genuine request or answer of a command. */
export interface GoldenMessage {
  readonly command: CommandName;
  readonly of: 'request' | 'response';
  readonly bytes: Uint8Array;
}

/** A scene in which every command is given and answered, with every message of it. */
class Recorder {
  readonly messages: GoldenMessage[] = [];

  ask<N extends CommandName>(it: TestContainer, command: N, request: RequestTo<N>): ResponseTo<N> {
    const codecs = codecsOf(command);
    const response = it.container.run(command, request);
    this.messages.push({ command, of: 'request', bytes: codecs.request.encode(request) });
    this.messages.push({ command, of: 'response', bytes: codecs.response.encode(response) });
    return response;
  }
}

/** Genuine messages of every command, in the order of one history. */
export function goldenMessages(): readonly GoldenMessage[] {
  const recorder = new Recorder();
  const [firm, dongle, device] = [new TestFirm(), makeContainer('dongle', 41), makeContainer('soft', 42)];
  const ask = recorder.ask.bind(recorder);
  const seal = (purpose: 'unlock' | 'set-pin'): Uint8Array => {
    const { challenge } = ask(dongle, 'challenge', {});
    const { sealingKey, key } = dongle.container.state.identity;
    const entropy = seededEnv(`golden ${purpose}`).random(32);
    return sealPin(crypto, fromHex(sealingKey), { purpose, container: key, challenge }, pinBytes('2468'), entropy);
  };
  ask(dongle, 'context', { certificate: firm.certificate, firmCode: null });
  load(firm, dongle, { text: 'Gr\u00f6\u00dfe M' }, { unitCounter: 9, productCode: 7 });
  load(firm, device, { productCode: 3, usagePeriod: 1000, unitCounter: 100 });
  firm.issue(dongle, { kind: 'disable', itemId: firm.grant(dongle.key).grant.itemId, quantity: 5 });
  ask(dongle, 'apply', { update: firm.update(dongle) });
  ask(dongle, 'set-pin', { sealed: seal('set-pin') });
  ask(dongle, 'unlock', { sealed: seal('unlock') });
  ask(dongle, 'arm-order', {
    items: [{ firmCode: firm.firmCode, productCode: 1001, quantity: 1 }],
    kinds: ['soft'],
    keys: [device.key],
    most: 3,
  });
  const issue = (first: number) =>
    ask(
      dongle,
      'issue',
      issueRequest({
        context: contextFor(device, dongle),
        first,
        parts: [{ holding: holdingId(dongle), quantity: 1 }],
      }),
    );
  const [update] = issue(1).updates as [Uint8Array];
  ask(dongle, 'settle', { context: ask(device, 'apply', { update }).receipt });
  const [refused] = issue(2).updates as [Uint8Array];
  ask(device, 'refuse', { update: refused, through: 2 });
  ask(dongle, 'transit', { target: device.key });
  ask(dongle, 'cancel', { target: device.key, sequences: [2] });
  ask(dongle, 'history', {});
  ask(dongle, 'list', {});
  ask(dongle, 'orders', {});
  ask(dongle, 'disarm-order', { id: 1 });
  const product = { firmCode: firm.firmCode, productCode: 3, releaseDate: null };
  ask(device, 'check', product);
  ask(device, 'use', { ...product, units: 2 });
  ask(device, 'write-data', { holding: holdingId(device), userData: new Uint8Array(3), customerInfo: null });
  return recorder.messages;
}
