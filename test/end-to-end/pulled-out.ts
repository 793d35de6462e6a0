import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { ServedFerry } from './served-ferry.ts';
import type { servedWorlds } from './served-world.ts';
import { type StartedFerry, startFerry } from './started-ferry.ts';

/** What is said of a dongle that is gone in the middle of a move. */
export const GONE = 'Once the dongle is plugged in again, the move goes on; Ctrl-C leaves it unfinished.';

/** A dongle at a USB/IP server that is killed and started anew at the same port. */
export class PulledOut {
  readonly #scene: ReturnType<typeof servedWorlds>;
  #served: ServedFerry | undefined;
  #times = 0;
  #port = 0;

  constructor(scene: ReturnType<typeof servedWorlds>) {
    this.#scene = scene;
  }

  get address(): string {
    return `usbip://127.0.0.1:${this.#port}/1-1`;
  }

  /** @param folder of the dongle @param more of those at the bus ids behind it */
  async plugIn(folder = 'dongle', more: readonly string[] = []): Promise<void> {
    const { world, served, socket } = this.#scene;
    const listen = more.length > 0 ? [] : [socket(`dongle-${++this.#times}.sock`)];
    const place = [...more.map((one) => path.join(world.folder, one)), '--usbip', `127.0.0.1:${this.#port}`];
    this.#served = await ServedFerry.start('dongle', path.join(world.folder, folder), listen, place);
    served.push(this.#served);
    const address = this.#served.addresses.find((one) => one.startsWith('usbip:')) ?? expect.fail('it is not there');
    this.#port = Number(new URL(address).port);
  }

  /** Pulls the plug, as suddenly as a process can go. */
  async pullOut(): Promise<void> {
    await this.#served?.kill();
  }

  /** Starts `ferry`, and pulls the dongle out just before it changes its disk once more than so many times. */
  async interrupt(changes: number, ...args: readonly string[]): Promise<StartedFerry> {
    const moving = startFerry(this.#scene.world, args, { changes, signal: 'SIGSTOP' });
    await moving.stopped;
    await this.pullOut();
    moving.send('SIGCONT');
    return moving;
  }

  /** A loaded dongle that is another one. */
  makeAnother(): void {
    const { world } = this.#scene;
    world.must('dongle', 'create', 'another', '--serial', '3-7654321');
    const order = ['--to', 'sim:another', '--item', world.item(5), '-o', 'folder:sent-another'];
    world.must('central', 'issue', 'vendor', ...order);
    world.must('apply', 'sim:another', 'folder:sent-another');
    expect(fs.existsSync(path.join(world.folder, 'another'))).toBe(true);
  }
}
