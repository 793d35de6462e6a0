import type { FarBank } from '../addresses.ts';
import type { Register } from '../run-ferry.ts';
import { registerAccept } from './central/accept.ts';
import { registerChanges } from './central/change.ts';
import { registerInit } from './central/init.ts';
import { registerIssue } from './central/issue.ts';
import { registerRestored } from './central/restored.ts';
import { registerRevocations } from './central/revoke.ts';
import { registerUnblock } from './central/unblock.ts';
import { registerWriteOff } from './central/write-off.ts';

/** `ferry central ...`: the vendor's server as a folder. */
export function centralCommands(far: FarBank): Register {
  return (program, context) => {
    const central = program
      .command('central')
      .description("License Central, the vendor's server, as a folder.")
      .addHelpText('after', '\nFERRY_PASSPHRASE in the environment opens the keys of its firms.');
    registerInit(central, context);
    registerIssue(central, context, far);
    registerChanges(central, context, far);
    registerUnblock(central, context, far);
    registerRestored(central, context);
    registerAccept(central, context, far);
    registerRevocations(central, context);
    registerWriteOff(central, context, far);
  };
}
