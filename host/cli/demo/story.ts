import { Defect } from '../../../container/errors.ts';
import type { Output } from '../output.ts';
import type { FerryProcess } from './ferry-process.adapter.ts';
import { Stage } from './stage.ts';

/** The evaluation Firm Code of the field. */
const FIRM = 6000010;
const RUNTIME = `${FIRM}:1001`;
const MOTION = `${FIRM}:1002`;
const SEATS = 5;
const ALL = SEATS + 1;
const DEVICE = '130-2459324738';
const TO_DEVICE = ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item'];

interface Ledger {
  readonly centrals: readonly {
    readonly ledger: readonly {
      readonly itemId: string;
      readonly productCode: number;
      readonly status: string;
      readonly granted: number;
      readonly held: number;
      readonly unaccounted: number;
    }[];
  }[];
}

/** Plays the main job from an empty folder; every number shown is read back by a process of its own. */
export async function tellStory(output: Output, ferry: FerryProcess): Promise<void> {
  const stage = new Stage(output, ferry, ALL);
  load(stage);
  moveSeats(stage);
  await interrupt(stage);
  park(stage);
  cancel(stage);
  giveBack(stage);
  tellVendor(stage);
  updateMoved(stage);
  const ledger = balanceLedger(stage);
  output.line();
  output.line(
    `Balanced: ${ledger.granted} seats in force, ${ledger.held} held where their vendor was told, none lost, none doubled.`,
  );
  output.line(`Look around: cd ${ferry.folder}; ferry list sim:dongle sim:device; ferry history sim:dongle`);
  output.line(`             FERRY_PASSPHRASE=${ferry.passphrase} ferry list central:vendor`);
  output.json({ ...ledger, steps: stage.balances });
}

function load(stage: Stage): void {
  stage.step("A vendor's License Central loads five seats and an option onto a transfer dongle");
  stage.run('dongle', 'create', 'dongle', '--serial', '3-1234567');
  stage.run('central', 'init', 'vendor', '--firm', `${FIRM}:Example Automation`);
  const grant = ['central', 'issue', 'vendor', '--to', 'sim:dongle', '-o', 'folder:sent', '--item'];
  stage.run(...grant, `${RUNTIME}x${SEATS}`, '--text', 'Controller runtime');
  stage.run(...grant, MOTION, '--text', 'Motion option', '--transfer', 'complete');
  stage.run('move', '--from', 'central:vendor', '--to', 'sim:dongle', '--all');
  stage.show('list', 'sim:dongle');
}

function moveSeats(stage: Stage): void {
  stage.step('Offline, the dongle moves two seats and the option to a device that nobody knew before');
  stage.run('device', 'create', 'device', '--serial', DEVICE);
  stage.balance();
  stage.run(...TO_DEVICE, `${RUNTIME}x2`, '--item', MOTION);
  stage.balanceAtRest();
  stage.show('use', 'sim:device', RUNTIME);
  stage.runTo(3, 'check', 'sim:dongle', RUNTIME);
}

async function interrupt(stage: Stage): Promise<void> {
  stage.step('The next move is killed in the middle, and finished by repeating it');
  const command = [...TO_DEVICE, `${RUNTIME}x1`];
  await stage.kill('"value":"issued"', ...command);
  stage.balance();
  stage.run(...command);
  stage.balanceAtRest();
}

function park(stage: Stage): void {
  stage.step('A seat travels in a file: another device refuses it, the right one takes it once');
  stage.run('device', 'create', 'other', '--serial', '130-1000000001');
  issueToDevice(stage, 'parked.ferry-update');
  stage.runTo(4, 'apply', 'sim:other', 'parked.ferry-update');
  applyAndSettle(stage, 'parked.ferry-update');
}

/** Puts a seat in transit to the device, in a file. */
function issueToDevice(stage: Stage, file: string): void {
  stage.run('context', 'sim:device', '--for', 'sim:dongle', '-o', 'device.ferry-context');
  const order = ['--context', 'device.ferry-context', '--item', `${RUNTIME}x1`, '-o', file];
  stage.run('issue', 'sim:dongle', ...order);
  stage.balance();
}

function applyAndSettle(stage: Stage, file: string): void {
  stage.run('apply', 'sim:device', file, '-o', 'receipt.ferry-context');
  stage.run('settle', 'sim:dongle', 'receipt.ferry-context');
  stage.balanceAtRest();
}

function cancel(stage: Stage): void {
  stage.step('A pending move is cancelled; the receipt brings the seat back to the dongle');
  issueToDevice(stage, 'regretted.ferry-update');
  stage.run('cancel', 'sim:dongle', '--to', DEVICE, '-o', 'cancelled.ferry-update');
  applyAndSettle(stage, 'cancelled.ferry-update');
}

function giveBack(stage: Stage): void {
  stage.step('The device gives a seat back; old files, replayed, change nothing');
  stage.run('move', '--from', 'sim:device', '--to', 'sim:dongle', '--item', `${RUNTIME}x1`);
  stage.balanceAtRest();
  const before = stage.stateHash('device');
  for (const file of ['parked', 'regretted', 'cancelled']) stage.run('apply', 'sim:device', `${file}.ferry-update`);
  if (stage.stateHash('device') !== before) throw new Defect('a replayed file changed the device');
  stage.say('the hash of the device state is the same as before');
  stage.balanceAtRest();
}

function tellVendor(stage: Stage): void {
  stage.step('The receipt goes home: the vendor learns where its licenses are');
  stage.run('context', 'sim:device', '--for', 'central:vendor', '-o', 'folder:home');
  stage.run('settle', 'central:vendor', 'folder:home');
  stage.runTo(3, ...renewal(stage));
  stage.run('context', 'sim:dongle', '--for', 'central:vendor', '-o', 'folder:home');
  stage.run('settle', 'central:vendor', 'folder:home');
}

function updateMoved(stage: Stage): void {
  stage.step('Now the vendor can update the moved option where it is');
  stage.run(...renewal(stage));
  stage.run('move', '--from', 'central:vendor', '--to', 'sim:device', '--all');
  stage.show('list', 'sim:device');
  stage.balanceAtRest();
}

/** The order that replaces the option by one with an end. */
function renewal(stage: Stage): string[] {
  const text = ['--text', 'Motion option, renewed', '--transfer', 'complete', '--expiration', '2030-01-01'];
  return ['central', 'replace', 'vendor', motionOf(stage), '--item', MOTION, ...text, '-o', 'folder:sent'];
}

/** The id of the option that is in force. */
function motionOf(stage: Stage): string {
  const [central] = stage.json<Ledger>('list', 'central:vendor').centrals;
  const found = central?.ledger.find(({ productCode, status }) => productCode === 1002 && status === 'active');
  if (found === undefined) throw new Defect('the vendor does not know its option');
  return found.itemId.slice(0, 12);
}

/** The vendor's ledger against what the containers hold. */
function balanceLedger(stage: Stage): { readonly granted: number; readonly held: number } {
  stage.step("The vendor's ledger");
  stage.run('context', 'sim:dongle', '--for', 'central:vendor', '-o', 'folder:home');
  stage.run('settle', 'central:vendor', 'folder:home');
  stage.show('list', 'central:vendor');
  const [central] = stage.json<Ledger>('list', 'central:vendor').centrals;
  const active = (central?.ledger ?? []).filter(({ status }) => status === 'active');
  const sum = (field: 'granted' | 'held' | 'unaccounted'): number => active.reduce((all, line) => all + line[field], 0);
  if (sum('granted') !== ALL || sum('held') !== ALL || sum('unaccounted') !== 0)
    throw new Defect(`the vendor's ledger does not balance: ${sum('held')} of ${sum('granted')} held`);
  return { granted: sum('granted'), held: sum('held') };
}
