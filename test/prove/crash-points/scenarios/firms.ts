import { openContextFile } from '../../../../container/files/context-file.ts';
import {
  signCertifiedTime,
  signFirmRevocations,
  signReAnchor,
  signRootRevocations,
} from '../../../../container/files/notices.ts';
import { certifyTimeServer } from '../../../../container/files/test-root.ts';
import { fromHex, type Hex, toHex, utf8 } from '../../../../container/model/bytes.ts';
import type { Hash, PublicKey } from '../../../../container/model/ids.ts';
import type { TestFirm } from '../../../world/parties.ts';
import { toyRoot } from '../../exploration/container-states.ts';
import { toyCrypto } from '../../exploration/toy-crypto.ts';
import type { Hand, Party, Stage } from '../flash/stage.ts';
import { contextFor, expectCode, load, move, order } from './kit.ts';
import type { Scenario } from './scenario.ts';

const USE = { firmCode: 6000010, productCode: 1001, releaseDate: null };

function itemsOf({ container }: Party) {
  return [...container.state.holdings.values()].map(({ itemId, quantity }) => ({ itemId, quantity }));
}

export const FIRMS: readonly Scenario[] = [
  {
    name: 'changes by the firm',
    size: 'usual',
    play: (stage) => {
      const [firm, dongle] = [stage.firm(), stage.container('dongle', 1)];
      load(stage, firm, dongle, {}, { productCode: 1002 }, { productCode: 1003 });
      const [one, two, three] = itemsOf(dongle);
      if (one === undefined || two === undefined || three === undefined) throw new TypeError('nothing was loaded');
      const { raw: grant } = firm.grant(dongle.key, { quantity: 7 });
      const apply = (label: string, update: Uint8Array) => stage.run(dongle, label, 'apply', { update });
      apply('disable', stage.update(firm, dongle, [{ kind: 'disable', ...one }]));
      apply('enable', stage.update(firm, dongle, [{ kind: 'enable', ...one }]));
      apply('replace', stage.update(firm, dongle, [{ kind: 'replace', expected: two, grant }]));
      apply('withdraw', stage.update(firm, dongle, [{ kind: 'withdraw', ...three }]));
      apply('is refused what is not here', stage.update(firm, dongle, [{ kind: 'withdraw', ...three }]));
      apply(
        'several at once',
        stage.update(firm, dongle, [
          { kind: 'disable', ...one },
          { kind: 'withdraw', ...one },
        ]),
      );
    },
  },
  {
    name: 'write-off',
    size: 'usual',
    play: (stage) => {
      const [firm, dongle, device] = [stage.firm(), stage.container('dongle', 1), stage.container('soft', 2)];
      load(stage, firm, dongle, {});
      const lost = order(stage, dongle, device, 2);
      const writeOff = { kind: 'writeOff', target: device.key, through: 1 } as const;
      stage.run(dongle, 'write off', 'apply', { update: stage.update(firm, dongle, [writeOff], { first: 2 }) });
      const { receipt } = stage.run(device, 'apply what was written off', 'apply', { update: lost });
      stage.run(dongle, 'keep evidence of the duplicate', 'settle', { context: receipt });
    },
  },
  {
    name: 'revocations and time',
    size: 'usual',
    play: (stage) => {
      const [firm, dongle] = [stage.firm(), stage.container('dongle', 1)];
      load(stage, firm, dongle, {});
      for (let asked = 0; asked < 5; asked++) contextFor(stage, dongle, firm, true);
      const keys = [stage.container('dongle', 9).key];
      const root = signRootRevocations(toyCrypto, toyRoot.seed, { version: 1, keys });
      const own = signFirmRevocations(toyCrypto, firm.seed, { firmCode: firm.firmCode, version: 1, keys });
      const newer = signFirmRevocations(toyCrypto, firm.seed, { firmCode: firm.firmCode, version: 2, keys });
      const take = (label: string, ...notices: Uint8Array[]): void => {
        const update = stage.update(firm, dongle, [], { first: 2, last: 1, notices });
        stage.run(dongle, label, 'apply', { update });
      };
      take('take a list of the root and of the firm', root, own);
      take('take a newer list', newer);
      take('take the time', certifiedTime(dongle, firm));
    },
  },
  {
    name: 'epoch',
    size: 'usual',
    play: (stage) => {
      const [firm, dongle] = [stage.firm(), stage.container('dongle', 1)];
      load(stage, firm, dongle, {});
      load(stage, firm, dongle, {});
      const inbound = dongle.container.state.partners.get(firm.key)?.inbound;
      firm.beginEpoch(dongle, 1, inbound?.applied ?? 0, inbound?.hash ?? ('' as Hash));
      const grants = [firm.grant(dongle.key, { productCode: 1004 }).raw];
      const update = stage.update(firm, dongle, [{ kind: 'add', grants }], { first: 3 });
      stage.run(dongle, 'begin an epoch', 'apply', { update });
      stage.run(dongle, 'apply it again', 'apply', { update });
    },
  },
  {
    name: 'log for the firm',
    size: 'usual',
    play: (stage) => {
      const [firm, dongle, device] = [stage.firm(), stage.container('dongle', 1), stage.container('soft', 2)];
      load(stage, firm, dongle, {});
      move(stage, dongle, device, 2);
      move(stage, device, dongle, 1);
      contextFor(stage, dongle, firm, true);
      const logged = dongle.container.state.logs.get(firm.firmCode)?.next ?? 1;
      const header = { custodyKnownThrough: logged - 1 };
      const update = stage.update(firm, dongle, [], { first: 2, last: 1, header });
      stage.run(dongle, 'forget what the firm knows', 'apply', { update });
      contextFor(stage, dongle, firm, true);
    },
  },
  {
    name: 'contexts for strangers',
    size: 'usual',
    play: (stage) => {
      const device = stage.container('soft', 2);
      const ask = (firm: TestFirm) =>
        device.container.run('context', { certificate: firm.certificate, firmCode: null });
      const most = 6000100 + device.container.state.limits.unusedChannels;
      for (let firmCode = 6000100; firmCode < most; firmCode++) ask(stage.firm(firmCode));
      const [first] = device.container.state.partners.keys();
      contextFor(stage, device, stage.firm(most));
      if (first === undefined || device.container.state.partners.has(first)) throw new Error('nobody gave way');
    },
  },
  {
    name: 'evidence',
    size: 'usual',
    play: (stage) => {
      const dongle = stage.container('dongle', 1);
      accuse(stage, dongle, 6000010);
    },
  },
  {
    name: 'no room for evidence',
    size: 'usual',
    play: (stage) => {
      const [dongle, other] = [stage.container('dongle', 1), stage.container('dongle', 3)];
      for (const firmCode of [6000010, 6000011, 6000012]) accuse(stage, dongle, firmCode);
      contextFor(stage, dongle, other);
      const before = other.memory.whole;
      for (const firmCode of [6000013, 6000014]) {
        stage.setBack(other, before, 'memory and anchor');
        contextFor(stage, other, stage.firm(firmCode), true);
        const context = contextFor(stage, other, dongle);
        stage.run(dongle, 'hear what it says', 'settle', { context });
      }
      if (dongle.container.state.twice.size === 0) throw new Error('there was room for evidence');
    },
  },
  {
    name: 'set back with its anchor',
    size: 'usual',
    play: (stage) => {
      const [firm, dongle, device] = [stage.firm(), stage.container('dongle', 1), stage.container('soft', 2)];
      load(stage, firm, dongle, {});
      order(stage, dongle, device);
      const before = dongle.memory.whole;
      const update = order(stage, dongle, device, 2);
      const { receipt } = stage.run(device, 'apply', 'apply', { update });
      stage.setBack(dongle, before, 'memory and anchor');
      stage.act(dongle, 'find out', (hand) =>
        expectCode('SELF_ROLLED_BACK', () => hand.run('settle', { context: receipt })),
      );
    },
  },
  {
    name: 're-anchor',
    size: 'usual',
    play: (stage) => {
      const [firm, other, device] = [stage.firm(), stage.firm(6000099), stage.container('soft', 2)];
      load(stage, firm, device, { unitCounter: 10 });
      load(stage, other, device, {});
      const before = device.memory.whole;
      stage.run(device, 'use', 'use', { ...USE, units: 1 });
      stage.setBack(device, before, 'memory');
      const accept = (by: TestFirm) => (hand: Hand) => {
        const update = stage.update(by, device, [], { first: 2, last: 1, notices: [accepts(hand, by)] });
        hand.run('apply', { update });
      };
      stage.act(device, 'take the word of a firm', accept(firm), { once: true });
      stage.act(device, 'take the word of the other firm', accept(other), { once: true });
      stage.run(device, 'use', 'use', { ...USE, units: 1 });
    },
  },
];

/** A firm gives licenses, and whoever forged its key says something else of the same moment. */
function accuse(stage: Stage, party: Party, firmCode: number): void {
  const [firm, forged] = [stage.firm(firmCode), stage.firm(firmCode)];
  load(stage, firm, party, {});
  load(stage, firm, party, {});
  forged.env.random(500);
  const grants = [forged.grant(party.key).raw];
  const update = stage.update(forged, party, [{ kind: 'add', grants }], { generation: 2 });
  stage.act(party, 'keep evidence', (hand) => expectCode('PARTNER_ROLLED_BACK', () => hand.run('apply', { update })));
}

/** The answer of a time server to the newest question for the firm. */
function certifiedTime({ key, container }: Party, firm: TestFirm): Uint8Array {
  const seed = toyCrypto.sha256(utf8('time server'));
  const certificate = certifyTimeServer(toyCrypto, toyRoot, toHex(toyCrypto.ed25519PublicKey(seed)) as PublicKey);
  const asked = [...container.state.challenges.values()].filter(({ issuer }) => issuer === firm.key).at(-1);
  const challenge = fromHex(asked?.challenge ?? ('' as Hex));
  return signCertifiedTime(toyCrypto, { seed, certificate }, { container: key, challenge, time: 900_000_000 });
}

/** The firm's word that it accepts the state that the container tells now. */
function accepts(hand: Hand, firm: TestFirm): Uint8Array {
  const { context } = hand.run('context', { certificate: firm.certificate, firmCode: null });
  const verifier = { crypto: toyCrypto, root: toyRoot, known: () => undefined, isRevoked: () => false };
  const opened = openContextFile(verifier, context);
  const challenge = opened.ok ? opened.value.header.challenge : null;
  if (challenge === null) throw new TypeError('it asks for nothing');
  const content = { firmCode: firm.firmCode, container: hand.container.state.identity.key, challenge };
  return signReAnchor(toyCrypto, firm.seed, content);
}
