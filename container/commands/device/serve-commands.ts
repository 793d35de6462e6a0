import { FerryError } from '../../errors.ts';
import type { ContainerClient } from '../client.ts';
import { codecsOf } from '../codecs-of.ts';
import { COMMANDS, type CommandName } from '../index.ts';

/** What is told of a command that was carried out for somebody. */
export interface CommandTold {
  readonly command: CommandName;
  /** Why it was refused. */
  readonly code?: string;
}

const BY_CODE = new Map((Object.keys(COMMANDS) as CommandName[]).map((name) => [COMMANDS[name].code as number, name]));

/** What makes a session its owner's. */
const WITH_PIN: ReadonlySet<CommandName> = new Set(['unlock', 'set-pin']);

export interface CommandService {
  readonly client: ContainerClient;
  /** What people call the container. */
  readonly where: string;
  /** Whether whoever asks is software on the same machine, run by the user that the container belongs to. */
  readonly isLocal: boolean;
  /** Whether others may put in what they like on the way: then no PIN is taken, since what follows would not be its owner's. */
  readonly isOpen: boolean;
  /** Told each command when it is over. */
  readonly tell: (told: CommandTold) => void;
  readonly onDefect: (error: unknown) => void;
}

/**
 * A container as the wire reaches it: commands by their codes, requests checked by their schemas.
 *
 * @returns a port that rejects with what the container refuses, COMMAND_NOT_OFFERED, PIN_NOT_TAKEN, FILE_MALFORMED for a request outside
 *   its schema, and PEER_DEFECT, after `onDefect` was told of it
 */
export function serveCommands({
  client,
  where,
  isLocal,
  isOpen,
  tell,
  onDefect,
}: CommandService): (command: number, request: Uint8Array) => Promise<Uint8Array> {
  return async (code, bytes) => {
    const name = BY_CODE.get(code);
    if (name === undefined || (COMMANDS[name].asker === 'local' && !isLocal))
      throw new FerryError('COMMAND_NOT_OFFERED', { where, command: name ?? code });
    if (isOpen && WITH_PIN.has(name)) throw new FerryError('PIN_NOT_TAKEN', { where });
    try {
      const body = await carryOut(client, name, bytes);
      tell({ command: name });
      return body;
    } catch (error) {
      if (error instanceof FerryError) {
        tell({ command: name, code: error.code });
        throw error;
      }
      onDefect(error);
      throw new FerryError('PEER_DEFECT', { where });
    }
  };
}

async function carryOut<N extends CommandName>(
  client: ContainerClient,
  name: N,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const codecs = codecsOf(name);
  const request = codecs.request.decode(bytes);
  if (!request.ok) throw new FerryError(request.code, request.details);
  return codecs.response.encode(await client.call(name, request.value));
}
