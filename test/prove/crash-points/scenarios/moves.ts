import { only } from '../../../container/engine/scene.ts';
import { issueRequest } from '../../../world/issue-request.ts';
import { contextFor, expectCode, load, move, order } from './kit.ts';
import type { Scenario } from './scenario.ts';

export const MOVES: readonly Scenario[] = [
  {
    name: 'issue, apply, settle',
    size: 'quick',
    play: (stage) => {
      const [firm, dongle, device] = [stage.firm(), stage.container('dongle', 1), stage.container('soft', 2)];
      load(stage, firm, dongle, {}, { productCode: 1002 });
      const update = order(stage, dongle, device, 2);
      stage.run(dongle, 'give the files again', 'transit', { target: device.key });
      const { receipt } = stage.run(device, 'apply', 'apply', { update });
      stage.run(device, 'apply again', 'apply', { update });
      stage.run(dongle, 'settle', 'settle', { context: receipt });
      stage.run(dongle, 'settle again', 'settle', { context: receipt });
      stage.run(dongle, 'show the history', 'history', {});
      stage.run(dongle, 'list', 'list', {});
      stage.reopen(dongle);
      stage.reopen(device);
    },
  },
  {
    name: 'return',
    size: 'usual',
    play: (stage) => {
      const [firm, dongle, device] = [stage.firm(), stage.container('dongle', 1), stage.container('soft', 2)];
      load(stage, firm, dongle, { quantity: 3 });
      move(stage, dongle, device, 2);
      move(stage, device, dongle, 1);
      move(stage, dongle, device, 1);
      move(stage, device, dongle, 1, 2);
    },
  },
  {
    name: 'chain of dongles',
    size: 'usual',
    play: (stage) => {
      const [firm, device] = [stage.firm(), stage.container('soft', 4)];
      const [one, two] = [stage.container('dongle', 1), stage.container('dongle', 2)];
      load(stage, firm, one, { quantity: 3 });
      move(stage, one, two, 2);
      move(stage, two, device, 1);
      move(stage, device, two, 1);
      move(stage, two, one, 1);
    },
  },
  {
    name: 'refuse and cancel',
    size: 'usual',
    play: (stage) => {
      const [firm, dongle, device] = [stage.firm(), stage.container('dongle', 1), stage.container('soft', 2)];
      load(stage, firm, dongle, {});
      const unwanted = order(stage, dongle, device);
      const refused = stage.run(device, 'refuse', 'refuse', { update: unwanted, through: 1 }).receipt;
      stage.run(dongle, 'settle what was refused', 'settle', { context: refused });
      const late = order(stage, dongle, device);
      const target = { target: device.key, sequences: [2] };
      const cancelled = only(stage.run(dongle, 'cancel', 'cancel', target).updates);
      const { receipt } = stage.run(device, 'refuse what was cancelled', 'apply', { update: cancelled });
      stage.act(device, 'skip what was cancelled', (hand) => hand.run('apply', { update: late }));
      stage.run(dongle, 'settle what was cancelled', 'settle', { context: receipt });
      const first = order(stage, dongle, device);
      const applied = stage.run(device, 'apply before it is cancelled', 'apply', { update: first }).receipt;
      stage.run(dongle, 'cancel too late', 'cancel', { target: device.key, sequences: [3] });
      stage.run(dongle, 'settle what was applied', 'settle', { context: applied });
    },
  },
  {
    name: 'against the terms',
    size: 'usual',
    play: (stage) => {
      const [firm, dongle, device] = [stage.firm(), stage.container('dongle', 1), stage.container('soft', 2)];
      const other = stage.container('dongle', 3);
      const terms = {
        type: 'quantity',
        targetKinds: [],
        targetKeys: [],
        mostPerTarget: null,
        returnable: true,
      } as const;
      load(stage, firm, dongle, { terms: { ...terms, depth: 1 } });
      move(stage, dongle, other, 2);
      stage.act(other, 'is not moved on', (hand) => {
        const { context } = device.container.run('context', { certificate: other.certificate, firmCode: null });
        const request = { context, first: 1, parts: [{ holding: 1, quantity: 1 }] };
        expectCode('MAY_NOT_ISSUE', () => hand.run('issue', issueRequest(request)));
      });
    },
  },
  {
    name: 'two targets at once',
    size: 'usual',
    play: (stage) => {
      const [firm, dongle, one] = [stage.firm(), stage.container('dongle', 1), stage.container('soft', 2)];
      const two = stage.container('soft', 3);
      load(stage, firm, dongle, { quantity: 9 }, {}, {}, {});
      const toOne = order(stage, dongle, one, 3);
      const toTwo = order(stage, dongle, two, 4);
      order(stage, dongle, one, 1, 2);
      const second = stage.run(two, 'apply', 'apply', { update: toTwo }).receipt;
      const first = stage.run(one, 'apply the first of two', 'apply', { update: toOne }).receipt;
      stage.run(dongle, 'settle the second target', 'settle', { context: second });
      stage.run(dongle, 'settle the first of two', 'settle', { context: first });
      contextFor(stage, two, dongle);
    },
  },
  {
    name: 'many items in one file',
    size: 'usual',
    play: (stage) => {
      const [firm, dongle, device] = [
        stage.firm(),
        stage.container('dongle', 1, 768 * 1024),
        stage.container('soft', 2),
      ];
      load(stage, firm, dongle, ...Array.from({ length: 40 }, (_, at) => ({ productCode: 2000 + at })));
      const context = contextFor(stage, device, dongle);
      const parts = Array.from({ length: 40 }, (_, at) => ({ holding: at + 1, quantity: 1 }));
      const update = only(stage.run(dongle, 'issue all', 'issue', issueRequest({ context, first: 1, parts })).updates);
      const { receipt } = stage.run(device, 'apply all', 'apply', { update });
      stage.run(dongle, 'settle all', 'settle', { context: receipt });
    },
  },
];
