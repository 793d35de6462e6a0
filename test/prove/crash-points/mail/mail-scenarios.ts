import { armor } from '../../../../container/files/armor.ts';
import { utf8 } from '../../../../container/model/bytes.ts';
import { only } from '../../../container/engine/scene.ts';
import { issueRequest } from '../../../world/issue-request.ts';
import type { Hand, Party, Stage } from '../flash/stage.ts';
import { fill, worn } from '../scenarios/full.ts';
import { contextFor, load, order } from '../scenarios/kit.ts';
import type { MailScenario } from './mail-scenario.ts';

const inOrder = (productCode: number) => ({ firmCode: 6000010, productCode, quantity: 1 });

function arm(stage: Stage, dongle: Party, productCode: number, most: number, keys: Party[] = []): void {
  const items = [inOrder(productCode)];
  stage.run(dongle, 'arm an order', 'arm-order', { items, kinds: [], keys: keys.map(({ key }) => key), most });
}

const mail = (files: Readonly<Record<string, Uint8Array>>): ReadonlyMap<string, Uint8Array> =>
  new Map(Object.entries(files).map(([name, raw]) => [name, utf8(armor(raw))]));

export const MAIL_SCENARIOS: readonly MailScenario[] = [
  {
    name: 'mail: contexts of devices',
    size: 'usual',
    play: (stage) => {
      const [firm, dongle] = [stage.firm(), stage.container('dongle', 1)];
      const [one, two, late] = [stage.container('soft', 2), stage.container('soft', 3), stage.container('soft', 4)];
      load(stage, firm, dongle, {}, { productCode: 1002 });
      arm(stage, dongle, 1001, 2);
      arm(stage, dongle, 1001, 1, [one]);
      arm(stage, dongle, 1002, 20, [two]);
      return {
        dongle,
        others: [one, two, late],
        mail: mail({
          one: contextFor(stage, one, dongle),
          'one again': contextFor(stage, one, dongle),
          two: contextFor(stage, two, dongle),
          'too late': contextFor(stage, late, dongle),
        }),
        stays: ['too late'],
        held: [{ 1001: 2, 1002: 4 }, { 1001: 2 }, { 1001: 1, 1002: 1 }, {}],
      };
    },
  },
  {
    name: 'mail: updates and their receipts',
    size: 'usual',
    play: (stage) => {
      const [firm, dongle] = [stage.firm(), stage.container('dongle', 1)];
      const [other, device] = [stage.container('dongle', 5), stage.container('soft', 2)];
      load(stage, firm, other, { quantity: 7 });
      const transfer = order(stage, other, dongle, 3);
      arm(stage, dongle, 1001, 20);
      const grants = [firm.grant(dongle.key).raw];
      const loading = stage.update(firm, dongle, [{ kind: 'add', grants }]);
      const later = [{ kind: 'add', grants: [firm.grant(dongle.key).raw] } as const];
      stage.update(firm, dongle, later);
      return {
        dongle,
        others: [other, device],
        mail: new Map([
          ...mail({
            load: loading,
            transfer,
            'transfer again': transfer,
            device: contextFor(stage, device, dongle),
            'not its turn': stage.update(firm, dongle, later, { first: 3 }),
          }),
          ['certificate', stage.container('dongle', 9).certificate] as const,
        ]),
        stays: ['not its turn'],
        held: [{ 1001: 7 }, { 1001: 4 }, { 1001: 1 }],
      };
    },
  },
  {
    name: 'mail: receipts that settle',
    size: 'quick',
    play: (stage) => {
      const [firm, dongle] = [stage.firm(), stage.container('dongle', 1)];
      const [one, two, owned] = [stage.container('soft', 2), stage.container('soft', 3), stage.container('soft', 4)];
      load(stage, firm, dongle, {}, { productCode: 1002 });
      const update = order(stage, dongle, owned, 2);
      arm(stage, dongle, 1001, 20, [one, two]);
      const fromBefore = contextFor(stage, one, dongle);
      const receipts = [one, two].map((device) => takenByOrder(stage, dongle, device));
      // What comes after that is for the order to give.
      arm(stage, dongle, 1002, 1, [one]);
      const [receipt = fromBefore, other = fromBefore] = receipts;
      return {
        dongle,
        others: [one, two, owned],
        mail: mail({
          'from before': fromBefore,
          one: receipt,
          'one again': receipt,
          two: other,
          'for the owner': stage.run(owned, 'apply', 'apply', { update }).receipt,
        }),
        stays: ['for the owner'],
        ofOwner: 1,
        held: [{ 1001: 1, 1002: 4 }, { 1001: 1, 1002: 1 }, { 1001: 1 }, { 1001: 2 }],
      };
    },
  },
  {
    name: 'mail in a compaction',
    size: 'usual',
    heavy: true,
    play: (stage) => {
      const [firm, dongle, device] = [stage.firm(), stage.container('dongle', 1), stage.container('soft', 2)];
      load(stage, firm, dongle, {});
      arm(stage, dongle, 1001, 20);
      worn(stage, dongle);
      fill(dongle, FULL);
      return {
        dongle,
        others: [device],
        mail: mail({ device: contextFor(stage, device, dongle) }),
        stays: [],
        held: [{ 1001: 4 }, { 1001: 1 }],
      };
    },
  },
];

/** Bytes that are free in a bank in which only the first few commits have room. */
const FULL = 1536;

/** Gives a device one seat, as an armed work order has it. @returns its receipt */
function takenByOrder(stage: Stage, dongle: Party, device: Party): Uint8Array {
  const request = { context: contextFor(stage, device, dongle), first: 1, parts: [{ holding: 1, quantity: 1 }] };
  const updates: Uint8Array[] = [];
  const work = (hand: Hand): void => void updates.push(only(hand.run('issue', issueRequest(request)).updates));
  stage.act(dongle, 'issue by the order', work, { presence: 'unattended' });
  return stage.run(device, 'apply', 'apply', { update: only(updates) }).receipt;
}
