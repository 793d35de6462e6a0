import type { ContainerClient } from '../../../container/commands/client.ts';
import type { RequestTo, ResponseTo } from '../../../container/commands/codecs-of.ts';
import type { CommandName } from '../../../container/commands/index.ts';
import { Session } from '../../../container/engine/session.ts';
import { grantOf } from '../../../container/engine/stored.ts';
import { type ErrorCode, FerryError } from '../../../container/errors.ts';
import { rootId } from '../../../container/files/certificate.ts';
import { unlockOwner } from '../../../container/owner-client.ts';
import { importUpdates, type UpdateFolder } from '../../../device-side/index.ts';
import {
  containerIssuer,
  containerTarget,
  type MoveOrder,
  type MoveResult,
  moveId,
  resumeLicenseMove,
  runLicenseMove,
} from '../../../state-machines/index.ts';
import { PowerCut } from '../../state-machines/power-cut.ts';
import { issueRequest } from '../../world/issue-request.ts';
import type { Doing } from './at-containers.ts';
import type { Member } from './member.ts';
import { refusable, type Scene } from './scene.ts';
import { Violation } from './violation.ts';

/** Calls among which the one is that something happens to. */
const CALLS = 8;
/** Steps of a move, stores included, among which the one is at which the laptop is killed. */
const STEPS = 30;

/** Moves something from a dongle, or from a device that may give back, to somebody else. */
export function move(isWanted: (from: Member, to: Member) => boolean): Doing {
  return async (scene) => {
    const from = await scene.member(({ state, issues }) => issues !== 'nothing' && state.holdings.size > 0);
    if (from === undefined) return;
    const meant = scene.pick(scene.world.members.filter((to) => to !== from && isWanted(from, to)));
    if (meant === undefined) return;
    const to = scene.is('mixed up') ? other(scene, from, meant) : meant;
    await carryOut(scene, from, to, someOrder(scene, from));
  };
}

/** Finishes a move that was begun before; where there is none, one is begun and its laptop killed. */
export const resume: Doing = async (scene) => {
  const { laptop } = scene.world;
  const some = scene.pick(laptop.unfinished) ?? (await begun(scene));
  if (some === undefined || (await scene.member((member) => member === some.from)) === undefined) return;
  const to = scene.is('mixed up') ? other(scene, some.from, some.to) : some.to;
  const id = moveId(some.from.key, some.to.key);
  const result = await run(scene, some.from, to, (ports) => resumeLicenseMove({ ...ports, id, notes: notes(scene) }));
  if (
    typeof result === 'object' &&
    result !== null &&
    'refused' in result &&
    to !== some.to &&
    result.refused !== 'PEER_UNEXPECTED'
  )
    throw new Violation(`a move is finished with another device than it was begun with: ${result.refused}`);
  if (scene.is('done twice') && to === some.to) {
    scene.strike();
    await run(scene, some.from, to, (ports) => resumeLicenseMove({ ...ports, id, notes: notes(scene) }));
  }
  if ((await laptop.store.load(id)) === undefined) forget(scene, some.from, some.to);
};

async function begun(scene: Scene) {
  const from = scene.pick(
    scene.world.members.filter(({ state, issues }) => issues === 'move' && state.holdings.size > 0),
  );
  const to = scene.pick(scene.world.members.filter((member) => member !== from));
  if (from === undefined || to === undefined) return undefined;
  const order = someOrder(scene, from);
  const cut = new PowerCut(8 + scene.draw(12), 'after');
  const { laptop } = scene.world;
  const ports = portsOf(scene, from, to, async () => undefined);
  const ended = runLicenseMove({
    ...ports,
    issuer: cut.over(ports.issuer),
    target: cut.over(ports.target),
    store: cut.over(laptop.store),
    order,
    badSnapshot: 'startOver',
    notes: notes(scene),
  });
  const result = await Promise.race([refusable(() => ended), cut.happened]);
  if (result !== 'cut') return undefined;
  return keep(scene, from, to, order);
}

async function carryOut(scene: Scene, from: Member, to: Member, order: MoveOrder): Promise<void> {
  const id = moveId(from.key, to.key);
  await run(scene, from, to, (ports) =>
    runLicenseMove({ ...ports, order, badSnapshot: 'startOver', notes: notes(scene) }),
  );
  forget(scene, from, to);
  if ((await scene.world.laptop.store.load(id)) !== undefined) keep(scene, from, to, order);
}

type Ports = ReturnType<typeof portsOf>;

/** Runs something of the laptop between two containers, with all that goes wrong on the way. */
async function run(
  scene: Scene,
  from: Member,
  to: Member,
  work: (ports: Ports) => Promise<MoveResult | null>,
): Promise<MoveResult | null | 'cut' | { readonly refused: ErrorCode }> {
  if (scene.is('memory full')) {
    to.bind(scene.draw(300));
    scene.strike();
  }
  if (scene.is('wrong PIN')) scene.tryWrongPin(from);
  const at = scene.draw(CALLS);
  let calls = 0;
  const between = async (): Promise<void> => {
    calls += 1;
    if (calls !== at + 1) return;
    if (scene.is('cancelled meanwhile') && !scene.struck) scene.cancelSomething(from);
    if (scene.is('two programs') && !scene.struck) otherProgram(scene, from);
  };
  const ports = portsOf(scene, from, to, between);
  const refused = (running: Promise<MoveResult | null>) => refusable(() => running);
  try {
    if (!scene.is('laptop killed')) return await refused(work(ports));
    const cut = new PowerCut(1 + scene.draw(STEPS), scene.draw(2) === 0 ? 'before' : 'after');
    const over = {
      ...ports,
      issuer: cut.over(ports.issuer),
      target: cut.over(ports.target),
      store: cut.over(ports.store),
      blobs: cut.over(ports.blobs),
    };
    const result = await Promise.race([refused(work(over)), cut.happened]);
    if (result === 'cut') scene.strike();
    return result;
  } finally {
    to.bind(null);
  }
}

function portsOf(scene: Scene, from: Member, to: Member, between: () => Promise<void>) {
  const { store, blobs } = scene.world.laptop;
  return {
    issuer: containerIssuer(clientOf(scene, from, between)),
    target: containerTarget(clientOf(scene, to, between)),
    store,
    blobs,
    random: (length: number) => Uint8Array.from({ length }, () => scene.draw(256)),
  };
}

/** A container as a program reaches it, in a session of its own; its owner shows the PIN when it is asked for. */
function clientOf(scene: Scene, member: Member, between: () => Promise<void>): ContainerClient {
  const session = new Session('attended');
  const { world, draw } = scene;
  const send = async <N extends CommandName>(name: N, request: RequestTo<N>): Promise<ResponseTo<N>> => {
    await between();
    const hits = draw(2) === 0;
    const outcome = world.run(member, name, request, hits ? scene.storeFault() : null, session);
    scene.afterStoreFault(outcome);
    if (outcome.code === null && 'response' in outcome) {
      if (!scene.is('cable pulled') || scene.struck || !hits) return outcome.response;
      scene.strike();
      throw new FerryError('CARRIER_LOST', { address: member.name, why: 'the cable was pulled' });
    }
    if (outcome.code === 'POWER_LOST') throw new FerryError('CARRIER_LOST', { address: member.name, why: 'no answer' });
    throw new FerryError(outcome.code as ErrorCode, {});
  };
  const client: ContainerClient = {
    async call(name, request) {
      const result = await refusable(() => send(name, request));
      if (typeof result !== 'object' || result === null || !('refused' in result))
        return result as ResponseTo<typeof name>;
      if (result.refused !== 'OWNER_NEEDED' || member.pin === null || scene.is('wrong PIN'))
        throw new FerryError(result.refused, {});
      const { crypto, root } = world.cast;
      const pinned = { key: root.key, id: rootId(crypto, root.key) };
      await unlockOwner({ ...client, call: send }, member.pin, {
        crypto,
        random: member.env.random,
        root: pinned,
        certificate: member.certificate,
      });
      return send(name, request);
    },
    close: async () => undefined,
  };
  return client;
}

/** Another program issues from the same container in between. */
function otherProgram(scene: Scene, from: Member): void {
  const to = scene.pick(scene.world.members.filter((member) => member !== from));
  const holding = [...from.state.holdings.values()].find(({ quantity }) => quantity > 0);
  if (to === undefined || holding === undefined) return;
  const made = scene.world.run(to, 'context', { certificate: from.certificate, firmCode: null });
  if (!('response' in made)) return;
  const first = (from.state.partners.get(to.key)?.outbound.issued ?? 0) + 1;
  const request = { context: made.response.context, first, parts: [{ holding: holding.id, quantity: 1 }] };
  const issued = scene.quietly(() => scene.command(from, 'issue', issueRequest(request)));
  scene.strike();
  if ('response' in issued) scene.leave(issued.response.updates);
}

/** Has a device take in whatever lies on a stick, and leave its receipts there. */
export const importStick: Doing = async (scene) => {
  const member = await scene.member(({ kind }) => kind === 'soft');
  if (member === undefined) return;
  const device = scene.mixedUp(member);
  if (scene.is('memory full')) {
    device.bind(scene.draw(300));
    scene.strike();
  }
  const lying = stick(scene, device);
  const client = clientOf(scene, device, async () => undefined);
  const { crypto } = scene.world.cast;
  try {
    if (scene.is('laptop killed')) {
      const cut = new PowerCut(1 + scene.draw(10), scene.draw(2) === 0 ? 'before' : 'after');
      const port = folderOf(scene, lying);
      const folder = { entries: () => port.entries(), read: cut.over(port).read, write: cut.over(port).write };
      const result = await Promise.race([
        refusable(() => importUpdates({ client: cut.over(client), folder, crypto })),
        cut.happened,
      ]);
      if (result === 'cut') scene.strike();
    } else if (scene.is('two programs')) {
      scene.strike();
      const both = [client, clientOf(scene, device, async () => undefined)];
      await Promise.all(
        both.map((one) => refusable(() => importUpdates({ client: one, folder: folderOf(scene, lying), crypto }))),
      );
    } else await refusable(() => importUpdates({ client, folder: folderOf(scene, lying), crypto }));
    if (!scene.is('done twice')) return;
    scene.strike();
    const before = device.hash;
    await refusable(() => importUpdates({ client, folder: folderOf(scene, lying), crypto }));
    if (device.hash !== before)
      throw new Violation(`${device.name} finds something new on a stick that it has imported`);
  } finally {
    device.bind(null);
  }
};

/** What lies on the stick: the newest files for a device, and whatever else got there. */
function stick(scene: Scene, device: Member): Uint8Array[] {
  const { folder } = scene.world;
  const lying = folder.newest('update', device.key, 1 + scene.draw(3)).map(({ bytes }) => bytes);
  if (scene.is('file twice') && lying.length > 0) {
    scene.strike();
    lying.push(...lying);
  }
  if (scene.is('old file', 'other target', 'years later', 'bit flipped', 'truncated', 'recombined'))
    lying.push(...scene.take('update', device.key));
  else lying.push(...scene.alsoThere('update', device.key));
  return lying;
}

function folderOf(scene: Scene, lying: readonly Uint8Array[]): UpdateFolder {
  const receipts = new Map<string, Uint8Array>();
  return {
    async *entries() {
      for (const at of lying.keys()) yield { name: `${at}.ferry-update`, isFile: true };
    },
    async read(name) {
      const bytes = receipts.get(name) ?? lying[Number.parseInt(name, 10)];
      if (bytes === undefined) throw new FerryError('FILE_UNREADABLE', { file: name, why: 'it is not there' });
      return bytes;
    },
    async write(name, envelope) {
      if (scene.is('folder full', 'folder read-only')) {
        scene.strike();
        throw new FerryError('FILE_UNWRITABLE', { file: name, why: 'the stick takes nothing' });
      }
      receipts.set(name, envelope);
      scene.leave([envelope]);
    },
  };
}

function someOrder(scene: Scene, from: Member): MoveOrder {
  const holding = scene.pick([...from.state.holdings.values()].filter(({ quantity }) => quantity > 0));
  if (holding === undefined || scene.draw(4) === 0) return { kind: 'all' };
  const { firmCode, productCode } = grantOf(from.state, holding.itemId);
  return { kind: 'items', items: [{ firmCode, productCode, quantity: 1 + scene.draw(2) }] };
}

function other(scene: Scene, from: Member, meant: Member): Member {
  scene.strike();
  return scene.pick(scene.world.members.filter((member) => member !== from && member !== meant)) ?? meant;
}

function notes(scene: Scene) {
  const beginning = { from: 'one', to: 'other', firm: null };
  return { notebook: scene.world.laptop.notebook, beginning, now: () => scene.world.serverEnv.time };
}

function keep(scene: Scene, from: Member, to: Member, order: MoveOrder) {
  const some = { from, to, order };
  forget(scene, from, to);
  scene.world.laptop.unfinished.push(some);
  return some;
}

function forget(scene: Scene, from: Member, to: Member): void {
  const { unfinished } = scene.world.laptop;
  const at = unfinished.findIndex((one) => one.from === from && one.to === to);
  if (at >= 0) unfinished.splice(at, 1);
}
