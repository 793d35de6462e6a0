import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';

/** A bare server over TCP in a process of its own, and a client of it. */
export class BareEcho {
  readonly #socket: net.Socket;
  readonly #request: Uint8Array;
  readonly #answered: number;
  readonly #stop: () => void;

  private constructor(socket: net.Socket, asked: number, answered: number, stop: () => void) {
    this.#socket = socket;
    this.#request = new Uint8Array(asked);
    this.#answered = answered;
    this.#stop = stop;
  }

  /** @param asked bytes of a message @param answered bytes of its answer */
  static async start(asked: number, answered: number): Promise<BareEcho> {
    const program = path.join(import.meta.dirname, 'echo-server.mjs');
    const child = spawn(process.execPath, [program, 'tcp', String(asked), String(answered)]);
    const [said] = await once(child.stdout, 'data');
    const socket = net.connect({ host: '127.0.0.1', port: Number(String(said).split(' ')[1]), noDelay: true });
    await once(socket, 'connect');
    return new BareEcho(socket, asked, answered, () => child.kill());
  }

  /** One message and its answer. */
  ask(): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve) => {
      let received = 0;
      const take = (piece: Uint8Array): void => {
        received += piece.length;
        if (received < this.#answered) return;
        socket.off('data', take);
        resolve();
      };
      socket.on('data', take);
      socket.write(this.#request);
    });
  }

  stop(): void {
    this.#socket.destroy();
    this.#stop();
  }
}
