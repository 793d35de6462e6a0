import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { Defect } from '../../../container/errors.ts';
import { fromHex } from '../../../container/model/bytes.ts';
import { DEMO_FIRM, DEMO_PRODUCT, demoUpdate } from '../demo/demo-vendor.ts';
import { FerryProcess } from '../demo/ferry-process.adapter.ts';
import type { CommandContext, Register } from '../run-ferry.ts';

const SEATS = 5;
const FOLDER = 'license-ferry-demo';
const ITEM = `${DEMO_FIRM}:${DEMO_PRODUCT}`;

interface ListedContainer {
  readonly certificate: string;
  readonly holdings: readonly { readonly quantity: number; readonly pending: number }[];
}

/** `ferry demo`: the whole move, from an empty folder, with everything simulated. */
export function demoCommand(): Register {
  return (program, context) => {
    program
      .command('demo')
      .description('The whole move, from an empty folder, with everything simulated.')
      .addHelpText('after', `\nExamples:\n  ferry demo\n\nIt leaves its folder ${FOLDER} behind to look around in.`)
      .action(() => new Demo(context).tell());
  };
}

/** Tells the story step by step; every number shown is read back from the containers by a process of its own. */
class Demo {
  readonly #context: CommandContext;
  readonly #ferry = new FerryProcess(FOLDER);
  readonly #ledger: { step: string; dongle: string; device: string; total: number }[] = [];

  constructor(context: CommandContext) {
    this.#context = context;
  }

  async tell(): Promise<void> {
    this.#ferry.run('dongle', 'create', 'dongle', '--serial', '3-1234567');
    this.#ferry.run('device', 'create', 'device', '--serial', '130-2459324738');
    this.#ferry.run('device', 'create', 'other', '--serial', '130-1000000001');
    this.#load();
    this.#balance('a vendor loaded five seats onto the dongle');
    this.#move(2, 0);
    this.#balance('two seats moved to a device that nobody knew before');
    const killed = await this.#ferry.runAndKill('state/moves', '"issued"', ...this.#moveArguments(1));
    this.#balance(`the next move ${killed === 'killed' ? 'was killed with SIGKILL' : 'finished before the kill'}`);
    if (killed === 'killed') this.#move(1, 0);
    this.#balance('the same command again finished it');
    this.#parked();
    this.#expect(this.#ferry.run('move', '--from', 'sim:device', '--to', 'sim:dongle', '--item', `${ITEM}x1`).exit, 0);
    this.#balance('one seat returned to the dongle');
    this.#end();
  }

  #moveArguments(seats: number): string[] {
    return ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', `${ITEM}x${seats}`];
  }

  #load(): void {
    const [dongle] = this.#ferry.json<{ containers: [ListedContainer] }>('list', 'sim:dongle').containers;
    this.#ferry.write('load.bin', demoUpdate(nativeCrypto(), this.#context.env, fromHex(dongle.certificate), SEATS));
    this.#expect(this.#ferry.run('apply', 'sim:dongle', 'load.bin').exit, 0);
  }

  #move(seats: number, exit: number): void {
    this.#expect(this.#ferry.run(...this.#moveArguments(seats)).exit, exit);
  }

  /** A parked order: refused by the wrong device, taken by the right one, settled by the receipt, then replayed. */
  #parked(): void {
    const steps: readonly [number, ...string[]][] = [
      [0, 'context', 'sim:device', '--for', 'sim:dongle', '-o', 'device.ferry-context'],
      [
        0,
        'issue',
        'sim:dongle',
        '--context',
        'device.ferry-context',
        '--item',
        `${ITEM}x1`,
        '-o',
        'parked.ferry-update',
      ],
    ];
    for (const [exit, ...args] of steps) this.#expect(this.#ferry.run(...args).exit, exit);
    this.#balance('a seat was parked in a file');
    this.#expect(this.#ferry.run('apply', 'sim:other', 'parked.ferry-update').exit, 4);
    this.#balance('another device refused the file (exit code 4)');
    this.#expect(this.#ferry.run('apply', 'sim:device', 'parked.ferry-update', '-o', 'receipt.ferry-context').exit, 0);
    this.#expect(this.#ferry.run('settle', 'sim:dongle', 'receipt.ferry-context').exit, 0);
    this.#balance('the right device took it, and the receipt went home');
    this.#expect(this.#ferry.run('apply', 'sim:device', 'parked.ferry-update').exit, 0);
    this.#balance('the old file, replayed, changed nothing');
  }

  #expect(exit: number | null, expected: number): void {
    if (exit !== expected) throw new Defect(`a step of the demo ended with exit code ${exit} instead of ${expected}`);
  }

  /** Reads both containers back and checks that no seat is lost or doubled. */
  #balance(step: string): void {
    const { containers } = this.#ferry.json<{ containers: ListedContainer[] }>('list', 'sim:dongle', 'sim:device');
    const [dongle = { held: 0, pending: 0 }, device = { held: 0, pending: 0 }] = containers.map(seatsOf);
    const arrived = dongle.held + device.held + dongle.pending + device.pending;
    const show = ({ held, pending }: Seats): string => (pending > 0 ? `${held} + ${pending} in transit` : String(held));
    this.#ledger.push({ step, dongle: show(dongle), device: show(device), total: arrived });
    this.#context.output.line(`${step}: dongle ${show(dongle)}, device ${show(device)}`);
  }

  #end(): void {
    const { output } = this.#context;
    const last = this.#ledger.at(-1);
    if (last?.total !== SEATS) throw new Defect(`the ledger of the demo does not balance: ${last?.total} of ${SEATS}`);
    output.line('');
    output.line(`Balanced: ${SEATS} seats were granted, ${last.total} are here, none is in transit.`);
    output.line(`Look around: cd ${FOLDER}; ferry list sim:dongle sim:device; ferry history sim:dongle`);
    output.json({ granted: SEATS, steps: this.#ledger });
  }
}

interface Seats {
  readonly held: number;
  readonly pending: number;
}

function seatsOf({ holdings }: ListedContainer): Seats {
  return {
    held: holdings.reduce((sum, { quantity }) => sum + quantity, 0),
    pending: holdings.reduce((sum, { pending }) => sum + pending, 0),
  };
}
