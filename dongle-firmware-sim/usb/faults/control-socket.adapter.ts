import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import * as v from 'valibot';
import { networkWords } from '../../../carriers/network-words.ts';
import { connectSocket } from '../../../carriers/socket/connect-socket.adapter.ts';
import { closed, type Listening, listening, listenSocket } from '../../../carriers/socket/listen-socket.adapter.ts';
import { FerryError } from '../../../container/errors.ts';
import { systemCode } from '../../../container/store/file-failure.ts';
import type { FaultBoard } from './fault-board.ts';
import {
  answerFaultRequest,
  type FaultAnswer,
  type FaultRequest,
  faultAnswerSchema,
  LONGEST_FAULT_MESSAGE,
} from './fault-messages.ts';

const SOCKET_FILE = 'faults.sock';
/** Seconds for which a question and its answer are waited for. */
const PATIENCE = 10;

/**
 * Has the faults of a dongle asked for through its folder: by a Unix socket there that only its owner may use, or a named pipe.
 * One question a connection.
 *
 * @returns its `close` ends the connections that are open, too
 * @throws ADDRESS_TAKEN
 */
export async function listenForFaults(folder: string, board: FaultBoard): Promise<Listening> {
  const open = new Set<net.Socket>();
  const onConnection = (socket: net.Socket): void => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(PATIENCE * 1000, () => socket.destroy());
    answer(socket, board).catch(() => socket.destroy());
  };
  const ending = (listening: Listening): Listening => ({
    address: listening.address,
    close: () => {
      const ended = listening.close();
      for (const socket of open) socket.destroy();
      return ended;
    },
  });
  if (process.platform !== 'win32') {
    const place = { scheme: 'unix', path: path.resolve(folder, SOCKET_FILE) } as const;
    return ending(await listenSocket(place, onConnection));
  }
  const pipe = pipeOf(folder);
  const server = net.createServer({ allowHalfOpen: true }, onConnection);
  try {
    await listening(server, { path: pipe });
  } catch (error) {
    throw new FerryError('ADDRESS_TAKEN', { where: pipe, why: networkWords(error) }, { cause: error });
  }
  return ending({ address: pipe, close: () => closed(server) });
}

/**
 * Asks the program that serves the dongle in a folder.
 *
 * @throws CARRIER_UNREACHABLE where none does, or one without USB/IP; CARRIER_LOST, CARRIER_GARBLED
 */
export async function askAboutFaults(folder: string, request: FaultRequest): Promise<FaultAnswer> {
  const where = process.platform === 'win32' ? pipeOf(folder) : path.resolve(folder, SOCKET_FILE);
  const socket = await connectSocket({ scheme: 'unix', path: where }, PATIENCE).catch((error: unknown) => {
    throw isNobody(error)
      ? new FerryError('CARRIER_UNREACHABLE', { where: folder, why: UNSERVED }, { cause: error })
      : error;
  });
  try {
    socket.setTimeout(PATIENCE * 1000, () => socket.destroy(new Error(`it does not answer within ${PATIENCE} s`)));
    socket.end(`${JSON.stringify(request)}\n`);
    return readAnswer(await lineOf(socket), where);
  } catch (error) {
    if (error instanceof FerryError) throw error;
    throw new FerryError('CARRIER_LOST', { where, why: networkWords(error) }, { cause: error });
  } finally {
    socket.destroy();
  }
}

const UNSERVED = 'no program serves it with --usbip, as `ferry dongle serve DIR --usbip` does';

/** Whether it says that nobody listens there. */
function isNobody(error: unknown): boolean {
  return error instanceof FerryError && ['ENOENT', 'ECONNREFUSED'].includes(systemCode(error.cause) ?? '');
}

async function answer(socket: net.Socket, board: FaultBoard): Promise<void> {
  const said = answerFaultRequest(board, json(await lineOf(socket)));
  socket.end(`${JSON.stringify(said)}\n`);
  await once(socket, 'close');
}

/** Everything up to the end of the line, or of the stream. */
async function lineOf(socket: net.Socket): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of socket.iterator({ destroyOnReturn: false })) {
    const bytes: Buffer = piece;
    length += bytes.length;
    if (length > LONGEST_FAULT_MESSAGE) throw new Error('it says more than is listened to');
    pieces.push(bytes);
    if (bytes.includes(10)) break;
  }
  return Buffer.concat(pieces).toString();
}

function readAnswer(line: string, where: string): FaultAnswer {
  const parsed = v.safeParse(faultAnswerSchema, json(line));
  if (parsed.success) return parsed.output;
  throw new FerryError('CARRIER_GARBLED', { where, why: 'its answer has another form' });
}

/** Undefined for what is no JSON. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The pipe of a folder: two paths to one folder give one pipe. */
function pipeOf(folder: string): string {
  const digest = createHash('sha256').update(fs.realpathSync.native(folder)).digest('hex').slice(0, 32);
  return `\\\\.\\pipe\\license-ferry-faults-${digest}`;
}
