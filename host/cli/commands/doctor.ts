import type { UsbHost } from '../../../carriers/hid/usb-host.ts';
import { FerryError } from '../../../container/errors.ts';
import { checkUsb, type UsbCheck } from '../check-usb.ts';
import { styled } from '../output.ts';
import type { CommandContext, Register } from '../run-ferry.ts';

const AFTER = `
It changes nothing and is no command for root: who will use the dongle runs it. Exit code 0: nothing is in the way. 5: something is,
and below it stands what to do.

Examples:
  ferry doctor
  ferry doctor --json`;

const WORDS = {
  ok: styled('green', 'ok'),
  notOk: styled('red', 'not ok'),
  doesNotApply: styled('dim', 'does not apply'),
};

/** `ferry doctor`: whether this computer has what a dongle on USB needs. */
export function doctorCommand(usb: () => Promise<UsbHost>): Register {
  return (program, context) => {
    program
      .command('doctor')
      .description('Checks whether dongles on USB can be used here, and says what to do where not.')
      .addHelpText('after', AFTER)
      .action(() => doctor(context, usb));
  };
}

async function doctor({ output }: CommandContext, usb: () => Promise<UsbHost>): Promise<void> {
  const checks = await checkUsb(await usb());
  output.table(
    ['Check', 'State', 'Found'],
    checks.map(({ about, state, found }) => [about, WORDS[state], found]),
    { notes: checks.map(({ remedy }) => remedy), isWhole: true },
  );
  output.json({ checks });
  const failed = checks.filter(({ state }: UsbCheck) => state === 'notOk').length;
  if (failed > 0) throw new FerryError('USB_UNREADY', { failed, all: checks.length });
}
