import { randomFillSync } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FIELD_EPOCH } from '../../container/model/time.ts';
import { COMMANDS, VERSION } from '../../host/cli/program.ts';
import { runFerry } from '../../host/cli/run-ferry.ts';
import { MemoryStream } from '../host/cli/memory-stream.ts';

interface Run {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with a vendor, a loaded dongle and two devices, and the program to work with them, run in this process. */
export class FerryHere {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-here-'));
  /** The environment variables of every run. */
  readonly variables: Record<string, string> = { FERRY_PASSPHRASE: 'correct horse' };

  /** What is typed at the terminal, one for each question; without any, nobody sits there. */
  readonly answers: string[] = [];

  /** Runs `ferry` in the folder. One run at a time. */
  async run(...args: readonly string[]): Promise<Run> {
    const [stdout, stderr, before] = [new MemoryStream(), new MemoryStream(), process.cwd()];
    const variables: Record<string, string> = { FERRY_STATE: path.join(this.folder, 'state'), ...this.variables };
    process.chdir(this.folder);
    try {
      const exit = await runFerry(args, COMMANDS, {
        version: VERSION,
        env: {
          now: () => Math.floor(Date.now() / 1000) - FIELD_EPOCH,
          random: (length) => randomFillSync(new Uint8Array(length)),
        },
        stdout,
        stderr,
        clock: () => performance.now(),
        variable: (name) => variables[name],
        ...(this.answers.length === 0 ? {} : { ask: async () => this.answers.shift() }),
      });
      return { exit, stdout: stdout.text, stderr: stderr.text };
    } finally {
      process.chdir(before);
    }
  }

  async json(...args: readonly string[]) {
    const { stdout } = await this.run(...args, '--json');
    return JSON.parse(stdout);
  }

  /** Runs `ferry`, which has to end well. @returns what it said */
  async must(...args: readonly string[]): Promise<string> {
    const { exit, stdout, stderr } = await this.run(...args);
    if (exit !== 0) throw new Error(`ferry ${args.join(' ')} ended with ${exit}: ${stderr}`);
    return stdout;
  }

  /** Makes a vendor, a dongle and two devices, and loads five seats onto the dongle. */
  async setUp(): Promise<void> {
    await this.must('dongle', 'create', 'dongle', '--serial', '3-1234567');
    await this.must('device', 'create', 'device', '--serial', '130-2459324738');
    await this.must('device', 'create', 'other', '--serial', '130-1000000001');
    await this.must('central', 'init', 'vendor', '--firm', '6000010:Example Automation');
    await this.must('central', 'issue', 'vendor', '--to', 'sim:dongle', '--item', this.item(5), '-o', 'folder:sent');
    await this.must('move', '--from', 'central:vendor', '--to', 'sim:dongle', '--all');
  }

  /** Another one in the same state. */
  copy(): FerryHere {
    const copy = new FerryHere();
    fs.cpSync(this.folder, copy.folder, { recursive: true });
    return copy;
  }

  item(seats: number): string {
    return `6000010:1001x${seats}`;
  }

  /** Seats held and in transit, as `ferry list` shows them. */
  async seats(name: string): Promise<{ readonly held: number; readonly pending: number }> {
    const [container] = (await this.json('list', `sim:${name}`)).containers;
    const sum = (field: string): number =>
      container.holdings.reduce((total: number, holding: Record<string, number>) => total + (holding[field] ?? 0), 0);
    return { held: sum('quantity'), pending: sum('pending') };
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
