import net from 'node:net';
import { parseListenAddress } from '../../../carriers/address.ts';
import { openCarrier } from '../../../carriers/open-carrier.ts';
import { ContainerServer } from '../../../carriers/server/container-server.ts';
import type { ServerLimits } from '../../../carriers/server/server-port.ts';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { steadyClock } from '../../../container/crypto/native/system-env.adapter.ts';
import { crypto, seededEnv, type TestContainer } from '../../world/parties.ts';

interface LogRecord {
  readonly event: string;
  readonly [fact: string]: unknown;
}

/** A container served at `http://127.0.0.1` by this process. */
export class ServedScene {
  readonly log: LogRecord[] = [];
  readonly url: string;
  readonly #server: ContainerServer;

  private constructor(url: string, server: ContainerServer, log: LogRecord[]) {
    this.url = url;
    this.#server = server;
    this.log = log;
  }

  /** Serves it at a free port, or where it is said. */
  static async start(
    { container }: Pick<TestContainer, 'container'>,
    limits: Partial<ServerLimits> = {},
    client: () => ContainerClient = () => container.client(),
    address = 'http://:0',
  ): Promise<ServedScene> {
    const log: LogRecord[] = [];
    const keep = (event: string, facts = {}): void => {
      log.push({ event, ...facts });
    };
    const server = new ContainerServer({
      name: 'the container',
      client,
      log: { info: keep, warn: keep, error: keep },
      crypto,
      clock: () => performance.now() / 1000,
      limits,
    });
    return new ServedScene(await server.listen(parseListenAddress(address)), server, log);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  client(url = this.url): ContainerClient {
    return openCarrier(url, { crypto, random: seededEnv('client').random, clock: steadyClock, patience: 10 });
  }

  /** Opens a connection and says something over it. */
  connect(said = ''): RawConnection {
    return new RawConnection(this.port, said);
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

/** A connection without any manners. */
export class RawConnection {
  readonly socket: net.Socket;
  /** What came over it until it ended. */
  readonly ended: Promise<string>;
  readonly #pieces: string[] = [];

  constructor(port: number, said: string) {
    this.socket = net.connect({ host: '127.0.0.1', port });
    this.socket.on('error', () => undefined);
    this.socket.on('data', (piece) => this.#pieces.push(piece.toString('latin1')));
    this.ended = new Promise((resolve) => this.socket.on('close', () => resolve(this.text)));
    this.socket.write(said);
  }

  get text(): string {
    return this.#pieces.join('');
  }

  /** Resolves when it contains that, or fails with what came instead. */
  async until(text: string): Promise<void> {
    while (!this.text.includes(text)) {
      if (this.socket.closed) throw new Error(`closed after ${JSON.stringify(this.text)}`);
      await new Promise<void>((resolve) => {
        this.socket.once('data', () => resolve());
        this.socket.once('close', () => resolve());
      });
    }
  }
}

/** The status codes of all answers in a conversation. */
export function statusesIn(text: string): number[] {
  return [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
}
