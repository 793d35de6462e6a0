import type { Duplex } from 'node:stream';
import type { ContainerClient } from '../../container/commands/client.ts';
import { encodeFailure } from '../../container/commands/device/failure-message.ts';
import { MESSAGE } from '../../container/commands/device/messages.ts';
import { serveCommands } from '../../container/commands/device/serve-commands.ts';
import type { Crypto } from '../../container/crypto/port.ts';
import { Defect, FerryError } from '../../container/errors.ts';
import { BodyRoom } from '../../container/wire/body-room.ts';
import { BodyStore } from '../../container/wire/body-store.ts';
import { encodeFrame } from '../../container/wire/frame.ts';
import { SLOWEST_RATE } from '../../container/wire/pace.ts';
import type { CommandPort } from '../../container/wire/serve-conversation.ts';
import type { ListenAddress } from '../address.ts';
import { networkWords } from '../network-words.ts';
import { slowestRate } from '../slowest-rate.ts';
import type { Listening } from '../socket/listen-socket.adapter.ts';
import { Connections } from '../stream/connections.ts';
import { serveStream } from '../stream/serve-stream.ts';
import type { TlsServerSide } from '../tls/listen-tls.adapter.ts';
import { rareWarnings } from './rare-warnings.ts';
import { BODY_KEPT, BODY_STALE, SERVER_LIMITS, type ServerLimits, type ServerLog } from './server-port.ts';

export interface ContainerServerOptions {
  /** What people call the container. */
  readonly name: string;
  /** A client with a session of its own, for each conversation. */
  client(): ContainerClient;
  readonly log: ServerLog;
  readonly crypto: Pick<Crypto, 'sha256'>;
  /** Seconds, never going back. */
  readonly clock: () => number;
  readonly limits?: Partial<ServerLimits>;
  /** Names under which `http://` may be asked for, beside `localhost` and IP addresses. */
  readonly httpNames?: readonly string[];
  /** Who it is, and whom it serves, over TLS. */
  readonly tls?: TlsServerSide;
}

/** A way to a container that is not listened at in a network: a plug. */
export interface WayIn {
  /** What it is called in the log. */
  readonly carrier: string;
  /** Whether others may be on the way, who could add commands of their own. */
  readonly isOpen: boolean;
  /** @param name what people call the container @param onStream serves who came */
  readonly open: (name: string, onStream: (stream: Duplex) => void) => Promise<Listening>;
}

/** What a stream is. */
interface StreamKind {
  /** Whether it is a line without connections, which no one else can take. */
  readonly isLine?: boolean;
  /** Bytes per second that it carries at least. */
  readonly rate?: number;
  /** Whether others may be on the way. */
  readonly isOpen?: boolean;
  /** Whether its client is one that is served, looked at before each command. */
  readonly isWelcome?: () => boolean;
}

/** One container, served at any number of addresses at once. */
export class ContainerServer {
  readonly #options: ContainerServerOptions;
  readonly #log: ServerLog;
  readonly #limits: ServerLimits;
  readonly #connections: Connections;
  readonly #room: BodyRoom;
  readonly #bodies: BodyStore;
  readonly #listening: Listening[] = [];
  readonly #conversations = new Set<Promise<unknown>>();
  #numbered = 0;
  #isClosing = false;

  constructor(options: ContainerServerOptions) {
    this.#options = options;
    this.#log = rareWarnings(options.log, options.clock);
    this.#limits = { ...SERVER_LIMITS, ...options.limits };
    this.#connections = new Connections(this.#limits.connections);
    this.#room = new BodyRoom({
      capacity: this.#limits.bodyBytes,
      share: Math.floor(this.#limits.bodyBytes / this.#limits.connections),
      window: MESSAGE.windowBytes,
      staleAfter: BODY_STALE,
      now: options.clock,
    });
    this.#bodies = new BodyStore({ room: this.#room, keepFor: BODY_KEPT, now: options.clock });
  }

  /** Accepts connections there, too. @returns the address as it is reached @throws ADDRESS_TAKEN, PACKAGE_MISSING */
  async listen(address: ListenAddress): Promise<string> {
    const listening = await this.#listenTo(address);
    this.#listening.push(listening);
    this.#log.info('carrier.opened', { address: listening.address });
    return listening.address;
  }

  /** Serves whoever comes another way, too. @returns the address as it is reached @throws what opening the way throws */
  async open({ carrier, isOpen, open }: WayIn): Promise<string> {
    const { name } = this.#options;
    const listening = await open(name, (stream) => this.#connected(stream, carrier, { isOpen }));
    this.#listening.push(listening);
    this.#log.info('carrier.opened', { address: listening.address });
    return listening.address;
  }

  /** Serves one stream to its end. */
  async serve(stream: Duplex, carrier: string, kind: StreamKind = {}): Promise<void> {
    const { isLine = false, rate = SLOWEST_RATE, isWelcome = () => true } = kind;
    const { isOpen = carrier === 'tcp' && !isFromHere(stream) } = kind;
    const { name, crypto } = this.#options;
    const log = this.#log;
    const connection = ++this.#numbered;
    if (this.#isClosing || !this.#connections.admit(stream)) {
      log.warn('connection.refused', { connection, carrier, open: this.#connections.size });
      const busy = encodeFailure(new FerryError('CARRIER_BUSY', { where: name }));
      stream.on('error', () => stream.destroy());
      stream.end(encodeFrame('failure', 0, busy), () => stream.destroy());
      return;
    }
    log.info('connection.opened', { connection, carrier });
    let isDismissed = false;
    const newSession = (): CommandPort => {
      const carryOut = serveCommands({
        client: this.#options.client(),
        where: name,
        isLocal: carrier === 'unix',
        isOpen,
        tell: (told) => log.info('command.ended', { connection, ...told }),
        onDefect: (error) => log.error('command.failed', { connection, error }),
      });
      return async (command, request) => {
        isDismissed ||= !isWelcome();
        if (isDismissed) throw new FerryError('PAIRING_NEEDED', { where: name });
        // Who waits for the end of a command is not one who is waited for.
        this.#connections.note(stream, true);
        return carryOut(command, request);
      };
    };
    const pace = { now: this.#options.clock, patience: this.#limits.owed, rate };
    const side = { newSession, bodies: this.#bodies, crypto, isLine, pace };
    const patience = { owed: this.#limits.owed, idle: this.#limits.idle };
    const ended = await serveStream(stream, side, patience, (isAnswered) => {
      this.#connections.note(stream, isAnswered);
      if (this.#isClosing && !isAnswered) stream.destroy();
      if (isDismissed && !isAnswered) stream.end(() => stream.destroy());
    });
    this.#connections.leave(stream);
    log.info('connection.closed', { connection, ...(ended === undefined ? {} : { why: networkWords(ended) }) });
  }

  /** Accepts nothing more, ends what is being answered, and closes all connections. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const closing = this.#listening.map((listening) => listening.close());
    this.#connections.closeWaiting();
    await Promise.all([...closing, ...this.#conversations]);
  }

  #connected = (stream: Duplex, carrier: string, kind?: StreamKind): void => {
    const conversation = this.serve(stream, carrier, kind).finally(() => this.#conversations.delete(conversation));
    this.#conversations.add(conversation);
  };

  async #listenTo(address: ListenAddress): Promise<Listening> {
    switch (address.scheme) {
      case 'unix':
      case 'tcp': {
        const { listenSocket } = await import('../socket/listen-socket.adapter.ts');
        return listenSocket(address, (socket) => this.#connected(socket, address.scheme));
      }
      case 'http':
        return this.#listenHttp(address.url);
      case 'tls': {
        const { tls } = this.#options;
        if (tls === undefined) throw new Defect('a server at tls:// has no identity');
        const { listenTls } = await import('../tls/listen-tls.adapter.ts');
        return listenTls(address, tls, this.#limits, this.#log, (socket, isWelcome) =>
          this.#connected(socket, address.scheme, { isWelcome }),
        );
      }
      case 'serial': {
        const { listenSerial } = await import('../serial/listen-serial.adapter.ts');
        return listenSerial(address, (line) =>
          this.#connected(line, address.scheme, { isLine: true, rate: slowestRate(address) }),
        );
      }
    }
  }

  async #listenHttp(url: string): Promise<Listening> {
    const [{ listenHttp }, { DeviceService }] = await Promise.all([
      import('../http/listen-http.adapter.ts'),
      import('../http/device-service.ts'),
    ]);
    const { httpNames: names = [] } = this.#options;
    const client = () => this.#options.client();
    const { serial } = await client().call('list', {});
    return listenHttp(url, {
      service: new DeviceService({ serial, names, client }),
      log: this.#log,
      limits: this.#limits,
      connections: this.#connections,
      room: this.#room,
      number: () => ++this.#numbered,
    });
  }
}

/** Whether a connection came from this computer, on which nobody else is on its way. */
function isFromHere(stream: Duplex): boolean {
  const from = 'remoteAddress' in stream ? String(stream.remoteAddress) : '';
  return from === '::1' || from.startsWith('127.') || from.startsWith('::ffff:127.');
}
