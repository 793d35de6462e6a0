import { codeOf } from '../../../container/engine/scene.ts';
import { issueRequest } from '../../../world/issue-request.ts';
import type { Hand } from '../flash/stage.ts';
import { contextFor, expectCode, load, setPin, unlock } from './kit.ts';
import type { Scenario } from './scenario.ts';

const PIN = '4711-blue';
const OTHER_PIN = '0815-green';
const ORDER = { items: [{ firmCode: 6000010, productCode: 1001, quantity: 1 }], kinds: [], keys: [], most: 2 };

/** Shows the PIN wherever one is set; the other one where it was changed before. */
function become(hand: Hand, pin = PIN): void {
  if (hand.run('list', {}).pinTries !== null && codeOf(() => unlock(hand, pin)) === 'PIN_WRONG')
    unlock(hand, pin === PIN ? OTHER_PIN : PIN);
}

function miss(hand: Hand): void {
  expectCode('PIN_WRONG', () => unlock(hand, 'neither'));
}

export const OWNERS: readonly Scenario[] = [
  {
    name: 'PIN',
    size: 'usual',
    play: (stage) => {
      const [firm, dongle] = [stage.firm(), stage.container('dongle', 1)];
      load(stage, firm, dongle, {});
      stage.act(dongle, 'set a PIN', (hand) => {
        become(hand);
        setPin(hand, PIN);
      });
      stage.act(dongle, 'show the PIN', (hand) => unlock(hand, PIN));
      stage.act(dongle, 'miss the PIN', (hand) => {
        if (hand.run('list', {}).pinTries === 8) miss(hand);
      });
      stage.act(dongle, 'show the PIN after a miss', (hand) => unlock(hand, PIN));
      stage.act(dongle, 'change the PIN', (hand) => {
        become(hand);
        setPin(hand, OTHER_PIN);
      });
      stage.act(dongle, 'block the PIN', (hand) => {
        while (hand.run('list', {}).pinTries !== 0) miss(hand);
      });
      const unblock = { kind: 'unblock', tries: 8 } as const;
      stage.run(dongle, 'unblock', 'apply', { update: stage.update(firm, dongle, [unblock], { first: 2 }) });
      stage.act(dongle, 'remove the PIN', (hand) => {
        become(hand, OTHER_PIN);
        setPin(hand, null);
      });
    },
  },
  {
    name: 'work order',
    size: 'usual',
    play: (stage) => {
      const [firm, dongle, device] = [stage.firm(), stage.container('dongle', 1), stage.container('soft', 2)];
      load(stage, firm, dongle, {});
      stage.run(dongle, 'arm an order', 'arm-order', ORDER);
      const context = contextFor(stage, device, dongle);
      const parts = [{ holding: 1, quantity: 1 }];
      const work = (hand: Hand) => hand.run('issue', issueRequest({ context, first: 1, parts }));
      stage.act(dongle, 'issue by the order', work, { presence: 'unattended' });
      stage.run(dongle, 'show the orders', 'orders', {});
      stage.run(dongle, 'disarm the order', 'disarm-order', { id: 1 });
    },
  },
  {
    name: 'use',
    size: 'usual',
    play: (stage) => {
      const [firm, device] = [stage.firm(), stage.container('soft', 2)];
      load(stage, firm, device, { unitCounter: 10 }, { productCode: 1002, usagePeriod: 86_400 });
      const counted = { firmCode: 6000010, productCode: 1001, releaseDate: null };
      stage.run(device, 'check', 'check', counted);
      stage.run(device, 'count units', 'use', { ...counted, units: 3 });
      stage.run(device, 'begin the usage period', 'use', { ...counted, productCode: 1002, units: 0 });
      const text = new Uint8Array(200).fill(7);
      stage.run(device, 'write data', 'write-data', { holding: 1, userData: text, customerInfo: null });
      stage.run(device, 'write data again', 'write-data', { holding: 1, userData: null, customerInfo: text });
    },
  },
];
