import { signFirmRevocations } from '../../../../container/files/notices.ts';
import { issueRequest } from '../../../world/issue-request.ts';
import { toyCrypto } from '../../exploration/toy-crypto.ts';
import type { Hand, Party, Stage } from '../flash/stage.ts';
import { contextFor, expectCode, load, move, order, setPin, unlock } from './kit.ts';
import type { Scenario } from './scenario.ts';

function write(round: number) {
  const data = new Uint8Array(256).fill(round % 256);
  return { holding: 1, userData: data, customerInfo: data };
}

/** Writes until so few bytes of the bank are free. @returns how often */
export function fill(party: Party, free: number): number {
  let round = 0;
  while (party.memory.freeInBank > free) party.container.run('write-data', write(round++));
  return round;
}

/** Writes until a commit begins the other bank, and keeps that one and the next as pieces of work. */
function untilCompaction(stage: Stage, party: Party): void {
  let round = fill(party, 4096);
  for (; ; round++) {
    const { operations } = party.memory;
    const before = operations.length;
    stage.act(party, 'write data', (hand) => {
      hand.run('write-data', write(round));
    });
    if (operations.slice(before).some(({ kind }) => kind === 'erase')) break;
    stage.forgetLast();
  }
  stage.run(party, 'write after that', 'write-data', write(0));
}

/** A container that has already begun each bank once, so that compacting has something to erase. */
export function worn(stage: Stage, party: Party): void {
  for (let times = 0; times < 2; times++) untilCompaction(stage, party);
}

export const FULL: readonly Scenario[] = [
  {
    name: 'compaction of a dongle',
    size: 'usual',
    play: (stage) => {
      const [firm, dongle] = [stage.firm(), stage.container('dongle', 1)];
      load(stage, firm, dongle, {}, { productCode: 1002 });
      worn(stage, dongle);
      stage.reopen(dongle);
    },
  },
  {
    name: 'compaction of a soft container',
    size: 'usual',
    heavy: true,
    play: (stage) => {
      const [firm, device] = [stage.firm(), stage.container('soft', 2)];
      load(stage, firm, device, { unitCounter: 5 });
      untilCompaction(stage, device);
    },
  },
  {
    name: 'compaction in the middle of a move',
    size: 'usual',
    heavy: true,
    play: (stage) => {
      const [firm, dongle, device] = [stage.firm(), stage.container('dongle', 1), stage.container('soft', 2)];
      load(stage, firm, dongle, {});
      const update = order(stage, dongle, device, 2);
      untilCompaction(stage, dongle);
      const { receipt } = stage.run(device, 'apply', 'apply', { update });
      stage.run(dongle, 'settle', 'settle', { context: receipt });
      untilCompaction(stage, dongle);
    },
  },
  {
    name: 'compaction of everything',
    size: 'usual',
    heavy: true,
    play: (stage) => {
      const [firm, forged, dongle] = [stage.firm(), stage.firm(), stage.container('dongle', 1, 256 * 1024)];
      const device = stage.container('soft', 2);
      load(stage, firm, dongle, {}, { productCode: 1002 });
      load(stage, firm, dongle, {});
      move(stage, dongle, device, 2);
      move(stage, device, dongle, 1);
      const keys = [stage.container('dongle', 9).key];
      const list = signFirmRevocations(toyCrypto, firm.seed, { firmCode: firm.firmCode, version: 1, keys });
      stage.run(dongle, 'take a list', 'apply', {
        update: stage.update(firm, dongle, [], { first: 3, last: 2, notices: [list] }),
      });
      stage.run(dongle, 'arm an order', 'arm-order', {
        items: [{ firmCode: 6000010, productCode: 1002, quantity: 1 }],
        kinds: [],
        keys: [],
        most: 2,
      });
      const context = contextFor(stage, device, dongle);
      const parts = [{ holding: 2, quantity: 1 }];
      const work = (hand: Hand) => hand.run('issue', issueRequest({ context, first: 2, parts }));
      stage.act(dongle, 'issue by the order', work, { presence: 'unattended' });
      contextFor(stage, dongle, firm, true);
      forged.env.random(500);
      const update = stage.update(forged, dongle, [{ kind: 'add', grants: [forged.grant(dongle.key).raw] }], {
        generation: 2,
      });
      stage.act(dongle, 'keep evidence', (hand) =>
        expectCode('PARTNER_ROLLED_BACK', () => hand.run('apply', { update })),
      );
      stage.act(dongle, 'set a PIN', (hand) => {
        if (hand.run('list', {}).pinTries === null) setPin(hand, '4711-blue');
      });
      stage.act(dongle, 'miss the PIN', (hand) => {
        if (hand.run('list', {}).pinTries === 8) expectCode('PIN_WRONG', () => unlock(hand, 'neither'));
      });
      untilCompaction(stage, dongle);
      stage.reopen(dongle);
    },
  },
  {
    name: 'memory full',
    size: 'usual',
    play: (stage) => {
      const [firm, other] = [stage.firm(), stage.firm(6000099)];
      const [dongle, device] = [stage.container('dongle', 1), stage.container('soft', 2)];
      load(stage, other, dongle, {}, { productCode: 1002 });
      const given = order(stage, dongle, device, 2);
      const grants = Array.from({ length: 30 }, (_, at) => firm.grant(dongle.key, { productCode: 3000 + at }).raw);
      const entries = grants.map((grant) => ({ kind: 'add', grants: [grant] }) as const);
      const update = stage.update(firm, dongle, entries);
      const report = stage.run(dongle, 'apply as much as fits', 'apply', { update });
      if (report.deferred === null) throw new Error('everything fits');
      const { receipt } = stage.run(device, 'apply', 'apply', { update: given });
      stage.run(dongle, 'settle while it is full', 'settle', { context: receipt });
      const [, item] = [...dongle.container.state.holdings.values()];
      if (item === undefined) throw new TypeError('nothing was loaded');
      const withdraw = { kind: 'withdraw', itemId: item.itemId, quantity: item.quantity } as const;
      const room = stage.update(other, dongle, [withdraw], { first: 2 });
      stage.run(dongle, 'withdraw while it is full', 'apply', { update: room });
      stage.run(dongle, 'apply more once there is room', 'apply', { update });
    },
  },
];
