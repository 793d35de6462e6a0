import type { Duplex } from 'node:stream';
import type { ServedContainer } from '../../carriers/server/run-container-server.adapter.ts';
import type { ServerLog } from '../../carriers/server/server-port.ts';
import { QuietTimer } from '../../carriers/stream/quiet-timer.adapter.ts';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { FerryError } from '../../container/errors.ts';
import type { MailboxOptions } from '../volume/mailbox.ts';
import { mailboxContainerOf } from '../volume/mailbox-container.ts';
import type { ChannelOptions } from './report-channels.ts';

/** What a mailbox needs of the container that is served, whatever its drive. */
export function mailboxPorts(served: ServedContainer, serial: string, log: ServerLog): Omit<MailboxOptions, 'drive'> {
  return {
    container: mailboxContainerOf(served.client('unattended'), () => served.state()),
    env: served.env,
    crypto: nativeCrypto(),
    timer: new QuietTimer(),
    onWorking: (isWorking) => log.info(isWorking ? 'mail.opened' : 'mail.answered', { serial }),
    onFailure: (error) => tell(log, serial, error),
  };
}

/** What channels over reports need, whatever carries these. @param serve serves one channel to its end */
export function channelPorts(
  served: ServedContainer,
  serial: string,
  log: ServerLog,
  serve: (stream: Duplex) => void,
): ChannelOptions {
  return {
    serve,
    blink: () => log.info('led.blinked', { serial }),
    random: served.env.random,
    timer: () => new QuietTimer(),
  };
}

/** What went wrong with a volume: of the memory, or a defect. */
function tell(log: ServerLog, serial: string, error: unknown): void {
  if (error instanceof FerryError) log.warn('volume.failed', { serial, code: error.code, details: error.details });
  else log.error('volume.failed', { serial, error });
}
