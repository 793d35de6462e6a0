import { USB_FORMS, wrongAddress } from '../../../carriers/address.ts';
import { parseAddress } from '../addresses.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { isDongle } from '../wait-for-dongle.ts';

const AFTER = `
Only a dongle on USB has an LED. One that is served by USB/IP has it in the log of its server: led.blinked.

Examples:
  ferry blink hid:3-1234567
  ferry blink usbip://127.0.0.1:3240/1-1`;

/** `ferry blink`: which of several dongles it is. */
export function blinkCommand(): Register {
  return (program, context) => {
    program
      .command('blink')
      .description('Has a dongle show by its LED which one it is.')
      .argument('<ADDRESS>', 'hid:SERIAL, usb:SERIAL or usbip://HOST:PORT/BUSID')
      .addHelpText('after', AFTER)
      .action((address: string) => blinkAt(context, address));
  };
}

async function blinkAt({ output }: CommandContext, text: string): Promise<void> {
  const { scheme } = parseAddress(text);
  if (!isDongle(text)) throw wrongAddress(text, `at ${scheme}: nothing has an LED`, USB_FORMS);
  const { blink } = await import('../open-carrier.adapter.ts');
  await blink(text);
  output.line(`Blinking: ${text}`);
  output.json({ address: text, blinked: true });
}
