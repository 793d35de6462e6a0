import { setTimeout as pause } from 'node:timers/promises';
import type { Listing } from '../../container/commands/list.ts';
import { type Ended, type StartedFerry, startFerry } from '../end-to-end/started-ferry.ts';
import { ExpectedSeats, type Shift, seatsHeld, type Told } from './expected-seats.ts';
import { Choices } from './random.ts';
import { PLACES, type Place, PRODUCTS, ServedWorld } from './served-world.ts';

/** Kills fall anywhere in the time that an undisturbed move takes here, and a little behind it. */
const BEHIND = 1.1;

export interface Campaign {
  readonly carrier: 'unix' | 'tcp';
  readonly seed: number;
  /** Processes to be killed at least: it goes on until kills have interrupted and left unfinished what they are to. */
  readonly kills: number;
  /** More orders than that are to be interrupted. */
  readonly interrupted: number;
  /** More unfinished moves than that are to be finished by their own commands. */
  readonly givenAgain: number;
}

/** What a campaign saw. */
export interface CampaignReport {
  kills: Record<Place | 'host', number>;
  orders: number;
  /** Orders that a kill interrupted, as their hosts told, or whose host was killed. */
  interrupted: number;
  /** Unfinished moves that were finished by their own commands. */
  givenAgain: number;
}

interface Order extends Shift {
  readonly args: readonly string[];
}

/**
 * Kills dongle, devices and hosts at random moments of their moves, finishes each move by what a technician would type, and
 * checks after each that every seat is where the orders say, each carried out once or never as its host told, nothing is in
 * transit and nobody is locked.
 *
 * @throws Error that says what is wrong, with the round in which it was seen
 */
export async function killEverything(campaign: Campaign): Promise<CampaignReport> {
  const { carrier, seed, kills } = campaign;
  const choices = new Choices(seed);
  const world = new ServedWorld(carrier);
  const expected = new ExpectedSeats();
  const report: CampaignReport = {
    kills: { dongle: 0, device: 0, other: 0, host: 0 },
    orders: 0,
    interrupted: 0,
    givenAgain: 0,
  };
  const isEnough = (): boolean => {
    const killed = Object.values(report.kills);
    if (killed.reduce((sum, count) => sum + count, 0) < kills || killed.includes(0)) return false;
    return report.interrupted > campaign.interrupted && report.givenAgain > campaign.givenAgain;
  };
  try {
    await world.setUp();
    const longest = BEHIND * (await timeOfMove(world));
    for (let round = 1; !isEnough(); round++) {
      try {
        const orders = await playRound(world, choices, report, longest);
        expected.take(await settledListings(world), orders);
      } catch (error) {
        throw new Error(`seed ${seed}, ${carrier}, round ${round}: ${String(error)}`, { cause: error });
      }
    }
  } catch (error) {
    await world.end();
    throw error;
  }
  const exits = await world.end();
  if (exits.some((exit) => exit !== 0)) throw new Error(`asked to end, the servers ended with ${exits.join(', ')}`);
  return report;
}

/** @param longest milliseconds within which kills fall */
async function playRound(
  world: ServedWorld,
  choices: Choices,
  report: CampaignReport,
  longest: number,
): Promise<readonly Told[]> {
  const orders = await chooseOrders(world, choices);
  report.orders += orders.length;
  const hosts = orders.map((order) => startFerry(world.ferry, order.args));
  await killSome(world, choices, report, longest, orders, hosts);
  const ends = await Promise.all(hosts.map((host) => host.ended));
  for (const [at, { exit, signal, stderr }] of ends.entries()) {
    if (exit !== 0 && exit !== 5 && signal !== 'SIGKILL')
      throw new Error(`${orders[at]?.args.join(' ')}: ${exit} ${stderr}`);
  }
  const unfinished = orders.filter((_, at) => ends[at]?.exit !== 0);
  report.interrupted += unfinished.length;
  await restart(world);
  const kept = await world.keptOf(unfinished);
  const ofSeveral = orders.length > 1;
  let isOvertaken = false;
  if (kept.length > 0 && choices.chance(1 / 3)) {
    const again = startFerry(world.ferry, ['resume']);
    await killSome(world, choices, report, longest, kept, [again]);
    isOvertaken = tellsOvertaken(await again.ended, ofSeveral);
    await restart(world);
  }
  // What the killed `ferry resume` left: the rest of it is over.
  const left = await world.keptOf(kept);
  if (choices.chance(2 / 3)) {
    report.givenAgain += left.length;
    await giveAgain(world, left);
  } else isOvertaken = (await resumeAll(world, ofSeveral)) || isOvertaken;
  const stillKept = await world.keptOf(orders);
  if (stillKept.length > 0) throw new Error(`it is finished, and ${stillKept.length} of its moves are still kept`);
  return orders.map((order, at) => ({ ...order, times: timesOf(ends[at], kept.includes(order), isOvertaken) }));
}

/** How often an order can have been carried out. @param isKept whether its move was found unfinished, and was finished */
function timesOf(end: Ended | undefined, isKept: boolean, isOvertaken: boolean): readonly number[] {
  if (end?.exit === 0) return [1];
  if (isKept) return isOvertaken ? [0, 1] : [1];
  // Nothing of it was begun when its host told of an interruption; who was killed may have been through with it.
  return end?.signal === 'SIGKILL' ? [0, 1] : [0];
}

/** Finishes unfinished moves by the same commands, one after the other. */
async function giveAgain(world: ServedWorld, orders: readonly Order[]): Promise<void> {
  for (const { args } of orders) {
    const { exit, stdout, stderr } = await startFerry(world.ferry, args).ended;
    if (exit !== 0) throw new Error(`${args.join(' ')}, again, ended with ${exit}: ${stdout}${stderr}`);
  }
}

/** @returns whether one of several was overtaken */
async function resumeAll(world: ServedWorld, ofSeveral: boolean): Promise<boolean> {
  const ended = await startFerry(world.ferry, ['resume']).ended;
  const isOvertaken = tellsOvertaken(ended, ofSeveral);
  if (ended.exit !== 0 && !isOvertaken)
    throw new Error(`finishing it ended with ${ended.exit}: ${ended.stdout}${ended.stderr}`);
  return isOvertaken;
}

/** Of two orders at once, one may have taken what the other, interrupted before it issued anything, was planned from. */
function tellsOvertaken({ exit, stderr }: Ended, ofSeveral: boolean): boolean {
  return ofSeveral && exit !== 0 && /ORDER_OVERTAKEN/.test(stderr);
}

/** Milliseconds that an undisturbed move takes here now; it goes there and back. */
async function timeOfMove(world: ServedWorld): Promise<number> {
  const times: number[] = [];
  for (const [from, to] of [
    ['dongle', 'device'],
    ['device', 'dongle'],
  ] as const) {
    const began = performance.now();
    const args = ['move', '--from', world.address(from), '--to', world.address(to), '--item', '6000010:1001x1'];
    const { exit, stderr } = await startFerry(world.ferry, args).ended;
    if (exit !== 0) throw new Error(`${args.join(' ')}: ${exit} ${stderr}`);
    times.push(performance.now() - began);
  }
  return Math.min(...times);
}

async function restart(world: ServedWorld): Promise<void> {
  for (const place of PLACES) await world.start(place);
}

/** One order, or one for each device at the same time. */
async function chooseOrders(world: ServedWorld, choices: Choices): Promise<readonly Order[]> {
  const devices: readonly Place[] = choices.chance(1 / 3) ? ['device', 'other'] : [choices.one(['device', 'other'])];
  const orders: Order[] = [];
  for (const device of devices) {
    const product = choices.one(PRODUCTS);
    const held = seatsHeld(await world.listing(device), product);
    const isReturn = held > 0 && choices.chance(1 / 2);
    const [from, to]: [Place, Place] = isReturn ? [device, 'dongle'] : ['dongle', device];
    const most = isReturn ? held : Math.floor(seatsHeld(await world.listing('dongle'), product) / 2);
    if (most === 0) continue;
    const seats = choices.integer(1, Math.min(3, most));
    const [giver, getter] = [world.address(from), world.address(to)];
    const args = ['move', '--from', giver, '--to', getter, '--item', `6000010:${product}x${seats}`];
    orders.push({ from, to, product, seats, args });
  }
  return orders;
}

/** Until an unfinished move is kept, or every host has ended. */
async function untilKept(world: ServedWorld, hosts: readonly StartedFerry[]): Promise<void> {
  let areOver = false;
  const over = Promise.all(hosts.map((host) => host.ended)).then(() => {
    areOver = true;
  });
  while (!areOver && !(await world.keepsAny())) await Promise.race([over, pause(2)]);
}

async function killSome(
  world: ServedWorld,
  choices: Choices,
  report: CampaignReport,
  longest: number,
  orders: readonly Order[],
  hosts: readonly StartedFerry[],
): Promise<void> {
  if (orders.length === 0) return;
  for (let left = choices.chance(1 / 4) ? 2 : 1; left > 0; left--) {
    // Half of them once something is kept: before that there is nothing to finish.
    const isBegun = choices.chance(1 / 2);
    if (isBegun) await untilKept(world, hosts);
    await pause(choices.number(isBegun ? longest / 4 : longest / left));
    const order = choices.one(orders);
    const victim = choices.one([order.from, order.to, 'host'] as const);
    report.kills[victim] += 1;
    if (victim === 'host') choices.one(hosts).send('SIGKILL');
    else await world.kill(victim);
  }
}

/** What all places show. @throws Error when one of them is locked or has something in transit */
async function settledListings(world: ServedWorld): Promise<Readonly<Record<Place, Listing>>> {
  const [dongle, device, other] = [
    await world.listing('dongle'),
    await world.listing('device'),
    await world.listing('other'),
  ];
  for (const { serial, locked, transit, holdings } of [dongle, device, other]) {
    if (locked) throw new Error(`${serial} is locked`);
    if (transit.length > 0) throw new Error(`${serial} has ${transit.length} entries in transit`);
    if (holdings.some(({ pending }) => pending > 0)) throw new Error(`${serial} has seats in transit`);
  }
  return { dongle, device, other };
}
