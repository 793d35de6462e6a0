import path from 'node:path';
import tls from 'node:tls';
import { errorOf } from '../../container/commands/device/failure-message.ts';
import { failure, proof } from '../../container/commands/device/messages.ts';
import { FerryError } from '../../container/errors.ts';
import { encodeFrame } from '../../container/wire/frame.ts';
import { FrameSource } from '../../container/wire/frame-source.ts';
import { networkWords } from '../network-words.ts';
import { type SocketAddress, socketText } from '../socket/socket-address.ts';
import { StreamPipe } from '../stream/pipe-over-stream.ts';
import { QuietTimer } from '../stream/quiet-timer.adapter.ts';
import { PairedFiles } from './paired-files.adapter.ts';
import {
  CONVERSATION,
  fingerprintOf,
  PAIRING,
  pairingProof,
  peerOf,
  sameProof,
  TLS_VERSION,
} from './tls-channel.adapter.ts';
import { type TlsIdentity, tlsIdentity } from './tls-identity.adapter.ts';

/** This computer as a client. */
export interface TlsClientSide {
  /** Where its own identity is kept, and with whom it is paired. */
  readonly folder: string;
  readonly random: (length: number) => Uint8Array;
  /** Seconds for which the other side may be silent while it owes something. */
  readonly patience: number;
}

/** @throws PAIRING_NEEDED, PEER_CHANGED, CARRIER_UNREACHABLE, PAIRING_DAMAGED, FILE_UNREADABLE */
export async function connectTls(address: SocketAddress, side: TlsClientSide): Promise<tls.TLSSocket> {
  const where = socketText(address);
  const known = pairedWith(side.folder).get(where);
  if (known === undefined) throw new FerryError('PAIRING_NEEDED', { where });
  const { socket } = await connect(address, await ownIdentity(side), CONVERSATION, side.patience, known);
  return socket;
}

/**
 * Pairs this computer with the container that is served there: each proves that it knows the code, and both remember the
 * other's certificate. Repeatable with the same code until the server ends.
 *
 * @param code as `readPairingCode` gives it
 * @throws PAIRING_WRONG, PAIRING_CLOSED, PEER_CHANGED when it was paired with another one, and what the carrier throws
 */
export async function pairTls(address: SocketAddress, code: string, side: TlsClientSide): Promise<void> {
  const where = socketText(address);
  const identity = await ownIdentity(side);
  const paired = pairedWith(side.folder);
  const { socket, peer } = await connect(address, identity, PAIRING, side.patience, paired.get(where));
  const pipe = new StreamPipe(socket, where, side.patience);
  const timer = new QuietTimer();
  timer.start(side.patience, () =>
    socket.destroy(new FerryError('CARRIER_TIMEOUT', { where, seconds: side.patience })),
  );
  try {
    const fingerprints = { client: fingerprintOf(identity.cert), server: peer };
    const mine = pairingProof(socket, 'client', code, fingerprints);
    const theirs = pairingProof(socket, 'server', code, fingerprints);
    await pipe.write(encodeFrame('proof', 0, proof.encode({ proof: mine })));
    const frame = await new FrameSource(pipe.arriving, where).next();
    const refused = frame?.kind === 'failure' ? failure.decode(frame.payload) : undefined;
    if (refused?.ok) {
      const { code, details } = errorOf(refused.value, where);
      throw new FerryError(code, { ...details, where });
    }
    const answer = frame?.kind === 'proof' ? proof.decode(frame.payload) : undefined;
    if (!answer?.ok || !sameProof(answer.value.proof, theirs)) throw new FerryError('PAIRING_WRONG', { where });
    paired.put(where, fingerprints.server);
  } finally {
    timer.end();
    await pipe.close();
  }
}

/** Forgets whom an address was paired with. @returns whether it was @throws STORE_WRITE_FAILED */
export function forgetTls(address: SocketAddress, folder: string): boolean {
  return pairedWith(folder).forget(socketText(address));
}

function pairedWith(folder: string): PairedFiles {
  return new PairedFiles(path.join(folder, 'tls', 'paired'));
}

function ownIdentity({ folder, random }: TlsClientSide): Promise<TlsIdentity> {
  return tlsIdentity(path.join(folder, 'tls'), 'License Ferry', random);
}

/** A connection, and the fingerprint of the server's certificate: Node gives that only once. */
interface Reached {
  readonly socket: tls.TLSSocket;
  readonly peer: string;
}

/** Connects, and sends nothing to one that shows another certificate than the known one. */
async function connect(
  address: SocketAddress,
  identity: TlsIdentity,
  purpose: string,
  patience: number,
  known: string | undefined,
): Promise<Reached> {
  const where = socketText(address);
  if (address.scheme === 'unix') throw new TypeError('TLS needs a host');
  const socket = tls.connect({
    host: address.host,
    port: address.port,
    ...identity,
    ...TLS_VERSION,
    ALPNProtocols: [purpose],
    // Who it is, is decided by the certificate that was paired with, which no authority has signed.
    rejectUnauthorized: false,
  });
  const timer = new QuietTimer();
  try {
    await new Promise<void>((resolve, reject) => {
      timer.start(patience, () => socket.destroy(new Error(`it does not answer within ${patience} s`)));
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
  } catch (error) {
    throw new FerryError('CARRIER_UNREACHABLE', { where, why: networkWords(error) }, { cause: error });
  } finally {
    timer.end();
  }
  const peer = peerOf(socket);
  if (peer !== undefined && socket.alpnProtocol === purpose && (known === undefined || known === peer))
    return { socket, peer };
  socket.on('error', () => undefined);
  socket.destroy();
  if (peer !== undefined && known !== undefined && known !== peer) throw new FerryError('PEER_CHANGED', { where });
  throw new FerryError('CARRIER_UNREACHABLE', { where, why: 'no container is served there' });
}
