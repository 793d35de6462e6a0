import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const PROGRAM = path.resolve(import.meta.dirname, '../../dist/ferry.js');

/** A folder with a loaded dongle and two devices, and the built program to work with them. */
export class FerryWorld {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-'));
  /** Environment variables of every run, beside those of the tests. */
  readonly variables: Record<string, string> = { FERRY_PASSPHRASE: 'correct horse' };

  /** Runs `ferry` in the folder as a person would. */
  run(...args: readonly string[]) {
    const options = { cwd: this.folder, env: this.#env(), encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], options);
    return { exit: status, stdout, stderr };
  }

  #env(): NodeJS.ProcessEnv {
    return { ...process.env, FERRY_STATE: path.join(this.folder, 'state'), ...this.variables };
  }

  json(...args: readonly string[]) {
    const { stdout } = this.run(...args, '--json');
    return JSON.parse(stdout);
  }

  /** Runs `ferry`, which has to end well. */
  must(...args: readonly string[]): string {
    const { exit, stdout, stderr } = this.run(...args);
    if (exit !== 0) throw new Error(`ferry ${args.join(' ')} ended with ${exit}: ${stderr}`);
    return stdout;
  }

  /** Makes a vendor, a dongle and two devices, and loads five seats onto the dongle. */
  setUp(): void {
    this.must('dongle', 'create', 'dongle', '--serial', '3-1234567');
    this.must('device', 'create', 'device', '--serial', '130-2459324738');
    this.must('device', 'create', 'other', '--serial', '130-1000000001');
    this.must('central', 'init', 'vendor', '--firm', '6000010:Example Automation');
    this.must('central', 'issue', 'vendor', '--to', 'sim:dongle', '--item', this.item(5), '-o', 'folder:sent');
    this.must('move', '--from', 'central:vendor', '--to', 'sim:dongle', '--all');
  }

  /** Another world in the same state. */
  copy(): FerryWorld {
    const copy = new FerryWorld();
    fs.cpSync(this.folder, copy.folder, { recursive: true });
    return copy;
  }

  item(seats: number): string {
    return `6000010:1001x${seats}`;
  }

  /** Seats held and in transit, as `ferry list` shows them. */
  seats(name: string): { readonly held: number; readonly pending: number } {
    const [container] = this.json('list', `sim:${name}`).containers;
    const sum = (field: string): number =>
      container.holdings.reduce((total: number, holding: Record<string, number>) => total + (holding[field] ?? 0), 0);
    return { held: sum('quantity'), pending: sum('pending') };
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
