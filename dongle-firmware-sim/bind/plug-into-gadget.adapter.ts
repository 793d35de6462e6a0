import path from 'node:path';
import type { WayIn } from '../../carriers/server/container-server.ts';
import type { ServedContainer } from '../../carriers/server/run-container-server.adapter.ts';
import type { ServerLog } from '../../carriers/server/server-port.ts';
import { QuietTimer } from '../../carriers/stream/quiet-timer.adapter.ts';
import { steadyClock } from '../../container/crypto/native/system-env.adapter.ts';
import { systemCode } from '../../container/store/file-failure.ts';
import { channelPorts, mailboxPorts } from '../usb/dongle-ports.adapter.ts';
import { ReportChannels } from '../usb/report-channels.ts';
import type { UsbIdentity } from '../usb/usb-identity.ts';
import { Mailbox } from '../volume/mailbox.ts';
import { VOLUME_FILE } from '../volume/stored-volume.adapter.ts';
import { VolumeNews } from '../volume/volume-news.ts';
import { ConfigfsGadget } from './configfs-gadget.adapter.ts';
import { planGadget } from './gadget-plan.ts';
import { GadgetWatch } from './gadget-watch.ts';
import { HidgNode } from './hidg-node.adapter.ts';
import { HidgRelay } from './hidg-relay.ts';
import { LunDrive } from './lun-drive.adapter.ts';

export interface GadgetOptions extends Omit<UsbIdentity, 'serial' | 'interval'> {
  /** The device controller of this computer that shows the dongle; the only one unless given. */
  readonly controller: string | undefined;
  readonly log: ServerLog;
}

/** Milliseconds between two looks at what the computer on the other end did. */
const LOOK_EVERY = 250;

/**
 * Makes this computer the dongle: what it is plugged into sees a USB device, made by the kernel.
 *
 * @see docs/hardware.md
 */
export function gadgetPlug({ controller, log, ...ids }: GadgetOptions): (served: ServedContainer) => WayIn {
  return (served) => ({
    carrier: 'usb',
    isOpen: false,
    open: async (serial, serve) => {
      const { folder } = served;
      const gadget = ConfigfsGadget.make({ steps: planGadget({ ...ids, serial }), controller, folder });
      const lun = new LunDrive(path.resolve(folder, VOLUME_FILE), gadget);
      const mailbox = new Mailbox({ ...mailboxPorts(served, serial, log), drive: lun });
      let node: HidgNode;
      try {
        gadget.plugIn();
        node = HidgNode.open(gadget.node);
      } catch (error) {
        await mailbox.rested();
        gadget.takeApart();
        throw error;
      }
      const sink = new ReportChannels(channelPorts(served, serial, log, serve));
      const relay = new HidgRelay({ node, sink, timer: new QuietTimer() });
      const news = new VolumeNews(() => served.state());
      const watch = new GadgetWatch({
        look: () => ({ isOn: relay.isOn(), bus: gadget.bus, hasMedium: gadget.hasMedium, now: steadyClock() }),
        hadMedium: () => lun.isIn,
        mailbox,
        hasNews: () => news.take(),
        onComputer: (isThere) => {
          if (!isThere) relay.reset();
          log.info(isThere ? 'device.attached' : 'device.detached', { serial });
        },
      });
      const looks = setInterval(() => {
        try {
          watch.look();
        } catch (error) {
          if (systemCode(error) === undefined) throw error;
          clearInterval(looks);
          watch.end();
          log.error('gadget.lost', { serial, error });
        }
      }, LOOK_EVERY);
      return {
        address: `hid:${serial}`,
        close: async () => {
          clearInterval(looks);
          relay.stop();
          node.close();
          gadget.pullOut();
          watch.end();
          await mailbox.rested();
          gadget.takeApart();
        },
      };
    },
  });
}
