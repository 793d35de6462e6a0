import type { OrderedPart } from '../../../container/commands/issue.ts';
import { Session } from '../../../container/engine/session.ts';
import type { Holding } from '../../../container/engine/state.ts';
import { grantOf } from '../../../container/engine/stored.ts';
import { issueRequest } from '../../world/issue-request.ts';
import type { Member } from './member.ts';
import type { Scene } from './scene.ts';
import { Violation } from './violation.ts';

/** What a person or a program does with one container. Does nothing where there is nothing to do it with. */
export type Doing = (scene: Scene) => Promise<void>;

const mayIssue = ({ issues }: Member): boolean => issues !== 'nothing';
const holds = ({ state }: Member): boolean => [...state.holdings.values()].some(({ quantity }) => quantity > 0);

export const makeContext: Doing = async (scene) => {
  const meant = await scene.member();
  if (meant === undefined) return;
  const member = scene.mixedUp(meant);
  const issuers = [
    ...scene.world.members.filter((other) => other !== member && mayIssue(other)),
    ...scene.world.vendors,
  ];
  const issuer = scene.pick(issuers);
  if (issuer === undefined) return;
  const made = scene.command(member, 'context', { certificate: issuer.certificate, firmCode: null });
  if (made.code === null && 'response' in made) scene.leave([made.response.context]);
};

export const issue: Doing = async (scene) => {
  const isReturn = scene.draw(4) === 0;
  const meant = await scene.member((it) => (isReturn ? mayIssue(it) : it.issues === 'move') && holds(it));
  if (meant === undefined) return;
  const [context] = scene.take('context', meant.key);
  if (context === undefined) return;
  const issuer = scene.mixedUp(meant);
  const first = nextTo(scene, issuer, context);
  const parts = someParts(scene, issuer);
  if (parts.length === 0) return;
  const issued = scene.command(issuer, 'issue', issueRequest({ context, first, parts }));
  if (scene.is('file twice')) scene.command(issuer, 'issue', issueRequest({ context, first, parts }));
  if ('response' in issued) scene.leave(issued.response.updates);
  if (!('response' in issued) || !scene.is('two programs')) return;
  scene.strike();
  const other = [{ holding: parts[0]?.holding ?? 1, quantity: (parts[0]?.quantity ?? 1) + 1 }];
  const late = scene.world.run(issuer, 'issue', issueRequest({ context, first, parts: other }));
  if (late.code === null)
    throw new Violation(`${issuer.name} issues ${first} for a second program, with other licenses`);
};

/** An order of a device that comes without anybody: a work order covers it, or nothing does. */
export const issueByOrder: Doing = async (scene) => {
  const issuer = await scene.member((it) => mayIssue(it) && holds(it));
  if (issuer === undefined) return;
  const [context] = scene.take('context', issuer.key);
  const holding = aHolding(scene, issuer);
  if (context === undefined || holding === undefined) return;
  if (issuer.state.orders.size === 0) await arm(scene, issuer, holding);
  const asked = scene.mixedUp(issuer);
  const parts = [{ holding: holding.id, quantity: 1 }];
  const request = issueRequest({ context, first: nextTo(scene, asked, context), parts });
  const isFull = scene.is('memory full');
  if (isFull) asked.bind(scene.draw(300));
  const issued = scene.world.run(asked, 'issue', request, scene.storeFault(), new Session('unattended'));
  asked.bind(null);
  if (isFull) scene.strike();
  scene.afterStoreFault(issued);
  if (scene.is('two programs', 'cable pulled', 'done twice', 'file twice') && issued.code === null) {
    scene.strike();
    scene.world.run(asked, 'issue', request, null, new Session('unattended'));
    const next = { ...request, first: request.first + 1 };
    const more = scene.world.run(asked, 'issue', next, null, new Session('unattended'));
    if (more.code === null && asked.state.orders.size === 1)
      throw new Violation(`${asked.name} gave one device more than one set of a work order`);
  }
  if ('response' in issued) scene.leave(issued.response.updates);
};

export const apply: Doing = async (scene) => {
  const meant = await scene.member();
  if (meant === undefined) return;
  const files = scene.take('update', meant.key);
  const member = scene.mixedUp(meant);
  for (const update of files) {
    const applied = scene.command(member, 'apply', { update });
    if ('response' in applied) scene.leave([applied.response.receipt]);
  }
};

export const settle: Doing = async (scene) => {
  const meant = await scene.member(mayIssue);
  if (meant === undefined) return;
  const files = scene.take('context', meant.key);
  const member = scene.mixedUp(meant);
  for (const context of files) scene.command(member, 'settle', { context });
};

export const writeAgain: Doing = async (scene) => {
  const meant = await scene.member(({ state }) => state.pending.size > 0);
  const entry = meant === undefined ? undefined : scene.pick([...meant.state.pending.values()]);
  if (meant === undefined || entry === undefined) return;
  const member = scene.mixedUp(meant);
  const written = scene.command(member, 'transit', { target: entry.target });
  if ('response' in written) scene.leave(written.response.updates);
};

export const cancel: Doing = async (scene) => {
  const meant = await scene.member(({ state }) => state.pending.size > 0);
  const entry = meant === undefined ? undefined : scene.pick([...meant.state.pending.values()]);
  if (meant === undefined || entry === undefined) return;
  const member = scene.mixedUp(meant);
  const cancelled = scene.command(member, 'cancel', { target: entry.target, sequences: [entry.sequence] });
  if (!('response' in cancelled)) return;
  scene.leave(cancelled.response.updates);
  if ([...member.state.pending.values()].some((one) => one.hash === entry.hash && !one.cancelled))
    throw new Violation(`${member.name} forgets that ${entry.sequence} is cancelled`);
};

export const refuse: Doing = async (scene) => {
  const meant = await scene.member();
  if (meant === undefined) return;
  const files = scene.take('update', meant.key);
  const member = scene.mixedUp(meant);
  for (const update of files) {
    const issuer = scene.world.folder.made(update)?.from;
    const applied = issuer === undefined ? 0 : (member.state.partners.get(issuer)?.inbound.applied ?? 0);
    const refused = scene.command(member, 'refuse', { update, through: applied + 1 });
    if ('response' in refused) scene.leave([refused.response.receipt]);
  }
};

export const setPin: Doing = async (scene) => {
  const meant = await scene.member();
  if (meant === undefined) return;
  const member = scene.mixedUp(meant);
  const pin = ['2468', '8642'][scene.draw(2)] as string;
  if (scene.is('wrong PIN')) return scene.tryWrongPin(member);
  if (member.pin !== null) {
    if (!scene.showPin(member)) return;
    if (scene.draw(2) === 0) {
      scene.command(member, 'set-pin', { sealed: null });
      if (member.state.owner.size === 0) member.pin = null;
      return;
    }
  }
  if (scene.is('two programs')) scene.otherProgramAsks(member);
  scene.changePin(member, pin);
};

export const showPin: Doing = async (scene) => {
  const meant = await scene.member();
  if (meant === undefined) return;
  const member = scene.mixedUp(meant);
  if (scene.is('wrong PIN')) return scene.tryWrongPin(member);
  if (member.pin === null && !scene.quietly(() => scene.changePin(member, '2468'))) return;
  if (scene.is('two programs')) scene.otherProgramAsks(member);
  scene.showPin(member);
};

export const armOrder: Doing = async (scene) => {
  const meant = await scene.member(mayIssue);
  if (meant === undefined) return;
  await orderSomething(scene, scene.mixedUp(meant));
};

/** Has a work order armed for something that a container holds, if it holds anything. */
export async function orderSomething(scene: Scene, member: Member): Promise<void> {
  const holding = aHolding(scene, member);
  if (holding !== undefined) await arm(scene, member, holding);
}

async function arm(scene: Scene, member: Member, holding: Holding): Promise<void> {
  const { firmCode, productCode } = grantOf(member.state, holding.itemId);
  const items = [{ firmCode, productCode, quantity: 1 }];
  const request = { items, kinds: [], keys: [], most: 1 + scene.draw(4) };
  if (scene.transition === 'arm order') scene.command(member, 'arm-order', request);
  else scene.quietly(() => scene.command(member, 'arm-order', request));
}

export const disarmOrder: Doing = async (scene) => {
  const meant = await scene.member(mayIssue);
  const holding = meant === undefined ? undefined : aHolding(scene, meant);
  if (meant === undefined) return;
  if (meant.state.orders.size === 0 && holding !== undefined) await arm(scene, meant, holding);
  const id = scene.pick([...meant.state.orders.keys()]);
  if (id !== undefined) scene.command(scene.mixedUp(meant), 'disarm-order', { id });
};

export const use: Doing = async (scene) => {
  const asked = await whatToUse(scene);
  if (asked !== undefined) scene.command(asked.member, 'use', { ...asked.product, units: scene.draw(3) });
};

export const check: Doing = async (scene) => {
  const asked = await whatToUse(scene);
  if (asked !== undefined) scene.command(asked.member, 'check', asked.product);
};

export const writeData: Doing = async (scene) => {
  const meant = await scene.member(({ state }) => state.holdings.size > 0);
  const holding = meant === undefined ? undefined : scene.pick([...meant.state.holdings.keys()]);
  if (meant === undefined || holding === undefined) return;
  const userData = new Uint8Array(scene.draw(100)).fill(7);
  scene.command(scene.mixedUp(meant), 'write-data', { holding, userData, customerInfo: null });
};

async function whatToUse(scene: Scene) {
  const meant = await scene.member(({ kind, state }) => kind === 'soft' && state.holdings.size > 0);
  const holding = meant === undefined ? undefined : scene.pick([...meant.state.holdings.values()]);
  if (meant === undefined || holding === undefined) return undefined;
  const { firmCode, productCode } = grantOf(meant.state, holding.itemId);
  return { member: scene.mixedUp(meant), product: { firmCode, productCode, releaseDate: null } };
}

/** The next sequence from an issuer to whoever made a context. */
function nextTo(scene: Scene, issuer: Member, context: Uint8Array): number {
  const target = scene.world.folder.made(context)?.from;
  const issued = target === undefined ? 0 : (issuer.state.partners.get(target)?.outbound.issued ?? 0);
  return issued + 1;
}

function aHolding(scene: Scene, { state }: Member): Holding | undefined {
  return scene.pick([...state.holdings.values()].filter(({ quantity }) => quantity > 0));
}

/** One or two holdings, some or all of their seats. */
function someParts(scene: Scene, member: Member): OrderedPart[] {
  const free = [...member.state.holdings.values()].filter(({ quantity }) => quantity > 0);
  const chosen = new Set([scene.pick(free), ...(scene.draw(3) === 0 ? [scene.pick(free)] : [])]);
  return [...chosen].flatMap((holding) => {
    if (holding === undefined) return [];
    const all = scene.draw(3) === 0;
    return [{ holding: holding.id, quantity: all ? holding.quantity : 1 + scene.draw(holding.quantity) }];
  });
}
