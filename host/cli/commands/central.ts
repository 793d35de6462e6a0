import type { FarBank } from '../addresses.ts';
import type { Register } from '../run-ferry.ts';
import { registerAccept } from './central/accept.ts';
import { registerChanges } from './central/change.ts';
import { registerCollect } from './central/collect.ts';
import { registerExport } from './central/export.ts';
import { registerInit } from './central/init.ts';
import { registerIssue } from './central/issue.ts';
import { registerRestored } from './central/restored.ts';
import { registerRevocations } from './central/revoke.ts';
import { registerUnblock } from './central/unblock.ts';
import { registerWriteOff } from './central/write-off.ts';

const EXAMPLES = `
FERRY_PASSPHRASE in the environment opens the keys of its firms. What a License Central knows: ferry list central:DIR

Examples:
  ferry central init vendor --firm 6000010:"Example Automation"
  ferry central issue vendor --to sim:dongle --item 6000010:1001x5 -o folder:stick
  ferry move --from central:vendor --to sim:dongle --all
  ferry list central:vendor`;

/** `ferry central ...`: the vendor's server as a folder. */
export function centralCommands(far: FarBank): Register {
  return (program, context) => {
    const central = program
      .command('central')
      .description("License Central, the vendor's server, as a folder.")
      .addHelpText('after', EXAMPLES);
    registerInit(central, context);
    registerIssue(central, context, far);
    registerExport(central, context, far);
    registerCollect(central, context, far);
    registerChanges(central, context, far);
    registerUnblock(central, context, far);
    registerRestored(central, context);
    registerAccept(central, context, far);
    registerRevocations(central, context);
    registerWriteOff(central, context, far);
  };
}
