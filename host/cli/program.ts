import manifest from '../../package.json' with { type: 'json' };
import type { FarBank } from './addresses.ts';
import { applyCommand } from './commands/apply.ts';
import { blinkCommand } from './commands/blink.ts';
import { cancelCommand } from './commands/cancel.ts';
import { centralCommands } from './commands/central.ts';
import { certificateCommand } from './commands/certificate.ts';
import { conformanceCommand } from './commands/conformance.ts';
import { contextCommand } from './commands/context.ts';
import { createCommands } from './commands/create.ts';
import { demoCommand } from './commands/demo.ts';
import { deviceImportCommand } from './commands/device.ts';
import { doctorCommand } from './commands/doctor.ts';
import { faultCommand } from './commands/fault.ts';
import { lookingCommands } from './commands/inspect.ts';
import { issueCommand } from './commands/issue.ts';
import { listCommand } from './commands/list.ts';
import { moveCommand } from './commands/move.ts';
import { orderCommands } from './commands/order.ts';
import { pairCommand } from './commands/pair.ts';
import { pinCommands } from './commands/pin.ts';
import { refuseCommand } from './commands/refuse.ts';
import { resumeCommand } from './commands/resume.ts';
import { serveCommands } from './commands/serve.ts';
import { settleCommand } from './commands/settle.ts';
import { statusCommand } from './commands/status.ts';
import { useCommands } from './commands/use.ts';
import { watchCommand } from './commands/watch.ts';
import type { Register } from './run-ferry.ts';
import type { Lookout } from './wait-for-dongle.ts';

const device = () => import('../../device-side/commands.ts');
export const FAR_BANK: FarBank = { dongle: () => import('../../dongle-firmware-sim/commands.ts'), device };

/** The USB of this computer, loaded when it is needed. */
const USB = async () => (await import('../../carriers/hid/system-usb-host.adapter.ts')).systemUsbHost();
const lookout = () => import('./dongle-lookout.adapter.ts');
const LOOKOUT: Lookout = {
  look: async (address) => (await lookout()).look(address),
  pause: async () => (await lookout()).pause(),
};
const untilStopped = async () => (await import('./server-process.adapter.ts')).untilStopped();

/** Of this program, in whatever way it is run. */
export const VERSION = manifest.version;

/** Every command of the program, in the order of its help. */
export const COMMANDS: readonly Register[] = [
  demoCommand(),
  listCommand(FAR_BANK, USB),
  contextCommand(FAR_BANK),
  certificateCommand(FAR_BANK),
  applyCommand(FAR_BANK),
  moveCommand(FAR_BANK, LOOKOUT),
  resumeCommand(FAR_BANK, LOOKOUT),
  statusCommand(FAR_BANK, USB),
  issueCommand(FAR_BANK),
  settleCommand(FAR_BANK),
  cancelCommand(FAR_BANK),
  refuseCommand(FAR_BANK),
  pinCommands(FAR_BANK),
  orderCommands(FAR_BANK),
  lookingCommands(FAR_BANK),
  useCommands(FAR_BANK),
  createCommands(FAR_BANK),
  serveCommands(FAR_BANK),
  faultCommand(FAR_BANK),
  pairCommand(),
  doctorCommand(USB),
  watchCommand(USB, untilStopped),
  blinkCommand(),
  deviceImportCommand(device, FAR_BANK.dongle),
  centralCommands(FAR_BANK),
  conformanceCommand(FAR_BANK, VERSION),
];
