import { type DongleEvent, severalPlugged, type UsbHost } from '../../../carriers/hid/usb-host.ts';
import { isoTime } from '../../../container/model/time.ts';
import type { CommandContext, Register } from '../run-ferry.ts';

const AFTER = `
It goes on until Ctrl-C. A dongle that was plugged in before is shown first. With --json, each line is one document.

Examples:
  ferry watch
  ferry watch --json`;

const WORDS: Readonly<Record<DongleEvent['event'], string>> = {
  'dongle.present': 'there      ',
  'dongle.attached': 'plugged in ',
  'dongle.detached': 'pulled out ',
};

/**
 * `ferry watch`.
 *
 * @param untilStopped resolves when the program is to end
 */
export function watchCommand(usb: () => Promise<UsbHost>, untilStopped: () => Promise<void>): Register {
  return (program, context) => {
    program
      .command('watch')
      .description('Shows dongles as they are plugged into this computer and pulled out.')
      .addHelpText('after', AFTER)
      .action(() => watch(context, usb, untilStopped));
  };
}

async function watch(
  { env, output }: CommandContext,
  usb: () => Promise<UsbHost>,
  untilStopped: () => Promise<void>,
): Promise<void> {
  const end = await (await usb()).watch(({ event, serial, address, plugged }) => {
    const time = isoTime(env.now());
    output.line([`${time}  ${WORDS[event]} ${serial}`, address, ...othersOf(event, plugged)].join('  '));
    output.jsonLine({ time, event, serial, address, plugged });
  });
  output.note('Dongles are shown as they come and go; Ctrl-C ends it.');
  await untilStopped();
  end();
}

/** What is said of others of that serial number, if there are any. */
function othersOf(event: DongleEvent['event'], plugged: number): readonly string[] {
  if (plugged > 1) return [severalPlugged(plugged)];
  return event === 'dongle.detached' && plugged === 1 ? ['another of that serial number is still plugged in'] : [];
}
