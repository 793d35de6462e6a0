import type { Socket } from 'node:net';
import tls from 'node:tls';
import { encodeFailure } from '../../container/commands/device/failure-message.ts';
import { proof } from '../../container/commands/device/messages.ts';
import { type ErrorCode, FerryError } from '../../container/errors.ts';
import { encodeFrame } from '../../container/wire/frame.ts';
import { FrameSource } from '../../container/wire/frame-source.ts';
import { networkWords } from '../network-words.ts';
import type { ServerLimits, ServerLog } from '../server/server-port.ts';
import { addressOf, closed, type Listening, listening } from '../socket/listen-socket.adapter.ts';
import { type SocketAddress, socketText } from '../socket/socket-address.ts';
import { QuietTimer } from '../stream/quiet-timer.adapter.ts';
import type { PairedFiles } from './paired-files.adapter.ts';
import type { Pairing } from './pairing.ts';
import {
  CONVERSATION,
  fingerprintOf,
  PAIRING,
  pairingProof,
  peerOf,
  sameProof,
  TLS_VERSION,
} from './tls-channel.adapter.ts';
import type { TlsIdentity } from './tls-identity.adapter.ts';

/** This container as a server. */
export interface TlsServerSide {
  readonly identity: TlsIdentity;
  /** The clients that are served, by their fingerprints. */
  readonly clients: PairedFiles;
  readonly pairing: Pairing;
}

/** Seconds that one who was told to go has to close by himself: a reset would take the words back. */
const LAST_WORDS = 1;

/**
 * Accepts TLS 1.3 connections: those of paired clients are served, those for pairing are answered, all others are told
 * PAIRING_NEEDED and let go. Of those that are not served there are no more than of clients: a newcomer takes the place of the
 * oldest.
 *
 * @param onConnection is given a paired client, and what tells whether it still is one
 * @throws ADDRESS_TAKEN
 */
export async function listenTls(
  address: SocketAddress & { readonly scheme: 'tcp' | 'tls' },
  side: TlsServerSide,
  limits: ServerLimits,
  log: ServerLog,
  onConnection: (socket: tls.TLSSocket, isWelcome: () => boolean) => void,
): Promise<Listening> {
  const server = tls.createServer({
    ...side.identity,
    ...TLS_VERSION,
    ALPNProtocols: [CONVERSATION, PAIRING],
    requestCert: true,
    // Whom to serve is decided by the certificates that were paired with, which no authority has signed.
    rejectUnauthorized: false,
    handshakeTimeout: limits.owed * 1000,
  });
  const passing = new Set<tls.TLSSocket>();
  // Those that do not get on with their handshake keep nobody out.
  const greeting = new Map<string, Socket>();
  server.on('connection', (socket) => {
    const [oldest] = greeting;
    if (greeting.size >= limits.connections && oldest !== undefined) {
      greeting.delete(oldest[0]);
      oldest[1].destroy();
    }
    const peer = endOf(socket);
    greeting.set(peer, socket);
    socket.once('close', () => {
      if (greeting.get(peer) === socket) greeting.delete(peer);
    });
  });
  server.on('tlsClientError', (_, socket) => socket.destroy());
  server.on('secureConnection', (socket) => {
    greeting.delete(endOf(socket));
    const client = peerOf(socket);
    socket.on('error', () => undefined);
    const isWelcome = (): boolean => client !== undefined && isKnown(side, client, log);
    if (socket.alpnProtocol === CONVERSATION && isWelcome()) {
      onConnection(socket, isWelcome);
      return;
    }
    const [oldest] = passing;
    if (passing.size >= limits.connections && oldest !== undefined) {
      passing.delete(oldest);
      oldest.destroy();
    }
    passing.add(socket);
    socket.once('close', () => passing.delete(socket));
    const answered =
      client !== undefined && socket.alpnProtocol === PAIRING
        ? pair(socket, client, side, limits.owed)
        : refuse(socket, 'PAIRING_NEEDED', limits.owed);
    answered.then(
      (outcome) => log[outcome === 'paired' ? 'info' : 'warn']('client.answered', { outcome, client: client ?? null }),
      (error) => {
        socket.destroy();
        log.warn('client.left', { why: networkWords(error) });
      },
    );
  });
  try {
    await listening(server, { host: address.host, port: address.port });
  } catch (error) {
    throw new FerryError('ADDRESS_TAKEN', { where: socketText(address), why: networkWords(error) }, { cause: error });
  }
  return {
    address: addressOf(server, address),
    close: async () => {
      const done = closed(server);
      for (const socket of [...greeting.values(), ...passing]) socket.destroy();
      await done;
    },
  };
}

function endOf(socket: Socket): string {
  return `${socket.remoteAddress}|${socket.remotePort}`;
}

/** One whose entry cannot be read is a stranger until it is paired again. */
function isKnown({ clients }: TlsServerSide, client: string, log: ServerLog): boolean {
  try {
    return clients.get(client) === client;
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    log.warn('client.unreadable', { client, code: error.code, details: error.details });
    return false;
  }
}

/** Answers a client that wants to pair. @returns what became of it */
async function pair(socket: tls.TLSSocket, client: string, side: TlsServerSide, owed: number): Promise<string> {
  const timer = new QuietTimer();
  timer.start(owed, () => socket.destroy());
  try {
    const frame = await new FrameSource(socket, 'the client').next();
    const shown = frame?.kind === 'proof' ? proof.decode(frame.payload) : undefined;
    if (!shown?.ok) return await refuse(socket, 'CARRIER_GARBLED', owed);
    const fingerprints = { client, server: fingerprintOf(side.identity.cert) };
    const outcome = side.pairing.judge(client, (code) =>
      sameProof(shown.value.proof, pairingProof(socket, 'client', code, fingerprints)),
    );
    if (outcome === 'closed') return await refuse(socket, 'PAIRING_CLOSED', owed);
    if (outcome === 'wrong') return await refuse(socket, 'PAIRING_WRONG', owed);
    side.clients.put(client, client);
    const own = pairingProof(socket, 'server', side.pairing.code ?? '', fingerprints);
    await sayLast(socket, encodeFrame('proof', 0, proof.encode({ proof: own })), owed);
    return 'paired';
  } finally {
    timer.end();
  }
}

async function refuse(socket: tls.TLSSocket, code: ErrorCode, owed: number): Promise<string> {
  const error = new FerryError(code, { where: 'The other side', why: 'it does not pair' });
  await sayLast(socket, encodeFrame('failure', 0, encodeFailure(error)), owed);
  return code;
}

/** Says it, and lets the client close, which is not waited for longer than a moment. */
function sayLast(socket: tls.TLSSocket, bytes: Uint8Array, owed: number): Promise<void> {
  const timer = new QuietTimer();
  return new Promise((resolve) => {
    timer.start(owed, () => socket.destroy());
    socket.once('close', () => {
      timer.end();
      resolve();
    });
    socket.resume();
    socket.end(bytes, () => timer.start(Math.min(owed, LAST_WORDS), () => socket.destroy()));
  });
}
