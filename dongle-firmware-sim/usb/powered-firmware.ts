import type { Facts, ServerLog } from '../../carriers/server/server-port.ts';
import type { ContainerClient } from '../../container/commands/client.ts';
import type { DongleVolume } from '../volume/dongle-volume.ts';
import type { MailboxDrive } from '../volume/mailbox.ts';

/** What a firmware does from the power-on to the moment at which its power goes. */
export interface PoweredFirmware {
  readonly volume: DongleVolume;
  /** Lets go of what it holds of the computer's. */
  halt(): void;
}

/** A client that says nothing more once the power is gone: whoever waits for it has none either. */
export function poweredClient(client: ContainerClient, isRunning: () => boolean): ContainerClient {
  const never = (): Promise<never> => new Promise(() => undefined);
  return {
    call: async (name, request) => {
      if (!isRunning()) return never();
      try {
        const answer = await client.call(name, request);
        return isRunning() ? answer : never();
      } catch (error) {
        if (isRunning()) throw error;
        return never();
      }
    },
    close: () => client.close(),
  };
}

/** A drive that nobody moves the medium of any more once the power is gone. */
export function poweredDrive(drive: MailboxDrive, isRunning: () => boolean): MailboxDrive {
  return {
    copy: () => drive.copy(),
    remove: () => {
      if (isRunning()) drive.remove();
    },
    insert: (image) => {
      if (isRunning()) drive.insert(image);
    },
  };
}

/** A log that is told nothing more once the power is gone. */
export function poweredLog(log: ServerLog, isRunning: () => boolean): ServerLog {
  const powered =
    (level: keyof ServerLog) =>
    (event: string, facts?: Facts): void => {
      if (isRunning()) log[level](event, facts);
    };
  return { info: powered('info'), warn: powered('warn'), error: powered('error') };
}
