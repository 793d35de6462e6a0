import type { FarBank } from '../addresses.ts';
import type { Register } from '../run-ferry.ts';
import { registerChanges } from './central/change.ts';
import { registerInit } from './central/init.ts';
import { registerIssue } from './central/issue.ts';

/** `ferry central ...`: the vendor's server as a folder. */
export function centralCommands(far: FarBank): Register {
  return (program, context) => {
    const central = program
      .command('central')
      .description("License Central, the vendor's server, as a folder.")
      .addHelpText('after', '\nFERRY_PASSPHRASE in the environment opens the keys of its firms.');
    registerInit(central, context);
    registerIssue(central, context, far);
    registerChanges(central, context);
  };
}
