import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

/** What is written to a dongle, by the endpoint that takes it, and the least bytes of what is meant. */
const WRITES = { report: { endpoint: 1, least: 64 }, sectors: { endpoint: 2, least: 512 } };

/**
 * A USB/IP server in front of another one, which can stop at a transfer of choice: what is plugged out then is plugged out in the
 * very middle of something, at the same place every time.
 */
export class Relay {
  #thread;
  #server;

  /** @param server host, port and bus id of a dongle @returns once it listens */
  static async to({ host, port, busid }) {
    const relay = new Relay();
    relay.#thread = new Worker(path.join(import.meta.dirname, 'relay-thread.mjs'), { workerData: { host, port } });
    const [{ port: own }] = await once(relay.#thread, 'message');
    relay.#server = { host: '127.0.0.1', port: own, busid };
    return relay;
  }

  /** Where the dongle is reached through it. */
  get server() {
    return this.#server;
  }

  /**
   * Stops at a write: neither it nor anything after it goes on, in either direction, until the next `stopAt` or `goOn`.
   *
   * @param what `report` or `sectors`
   * @param before how many of them pass from now on
   * @returns a promise of when it has stopped
   */
  stopAt(what, before) {
    this.#thread.postMessage({ ...WRITES[what], before });
    return once(this.#thread, 'message');
  }

  /** @returns how many reports were written to the dongle so far */
  async reports() {
    this.#thread.postMessage('reports');
    const [{ reports }] = await once(this.#thread, 'message');
    return reports;
  }

  /** Stops no more. What is plugged in from now on works. */
  goOn() {
    this.#thread.postMessage(undefined);
  }

  close() {
    return this.#thread.terminate();
  }
}
