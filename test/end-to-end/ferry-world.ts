import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openDongle } from '../../dongle-firmware-sim/index.ts';
import { load, TestFirm } from '../world/parties.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../../dist/ferry.js');

/** A folder with a loaded dongle and two devices, and the built program to work with them. */
export class FerryWorld {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-'));
  firmCode = 0;
  productCode = 0;

  /** Runs `ferry` in the folder as a person would. */
  run(...args: readonly string[]) {
    const env = { ...process.env, FERRY_STATE: path.join(this.folder, 'state') };
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
      cwd: this.folder,
      encoding: 'utf8',
      env,
    });
    return { exit: status, stdout, stderr };
  }

  json(...args: readonly string[]) {
    const { stdout } = this.run(...args, '--json');
    return JSON.parse(stdout);
  }

  /** Makes the containers and loads five seats onto the dongle. */
  setUp(): void {
    this.run('dongle', 'create', 'dongle', '--serial', '3-1234567');
    this.run('device', 'create', 'device', '--serial', '130-2459324738');
    this.run('device', 'create', 'other', '--serial', '130-1000000001');
    const { container, close } = openDongle(path.join(this.folder, 'dongle'));
    const { key, certified } = container.state.identity;
    load(
      new TestFirm(),
      { container, parts: undefined as never, key, certificate: certified?.raw ?? new Uint8Array() },
      { quantity: 5 },
    );
    const [holding] = container.run('list', {}).holdings;
    this.firmCode = holding?.firmCode ?? 0;
    this.productCode = holding?.productCode ?? 0;
    close();
  }

  /** Another world in the same state. */
  copy(): FerryWorld {
    const copy = new FerryWorld();
    fs.cpSync(this.folder, copy.folder, { recursive: true });
    copy.firmCode = this.firmCode;
    copy.productCode = this.productCode;
    return copy;
  }

  item(seats: number): string {
    return `${this.firmCode}:${this.productCode}x${seats}`;
  }

  /** Seats held and in transit, as `ferry list` shows them. */
  seats(name: string): { readonly held: number; readonly pending: number } {
    const [container] = this.json('list', `sim:${name}`).containers;
    const sum = (field: string): number =>
      container.holdings.reduce((total: number, holding: Record<string, number>) => total + (holding[field] ?? 0), 0);
    return { held: sum('quantity'), pending: sum('pending') };
  }

  file(suffix: string): string {
    return fs.readdirSync(this.folder).find((name) => name.endsWith(suffix)) ?? '';
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
