import type { Command } from 'commander';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { FerryError } from '../../../container/errors.ts';
import { type OwnerTools, setOwnerPin, unlockOwner } from '../../../container/owner-client.ts';
import { type FarBank, withContainer } from '../addresses.ts';
import { newPin, ownerTools, presentPin, requireOwnersWay } from '../owner.ts';
import type { CommandContext, Register } from '../run-ferry.ts';

const ABOUT = `
A PIN has 4 to 64 bytes. FERRY_PIN in the environment is the present one, FERRY_NEW_PIN the new one; at a terminal they are
asked for. After 8 wrong tries it is blocked until a vendor's unblock entry is applied. Nobody can read or remove a forgotten PIN.

Examples:`;

type Step = (context: CommandContext, client: ContainerClient, whose: Whose) => Promise<void>;

/** Whose PIN it is: what it is called, and its tools, both by one certificate. */
interface Whose {
  readonly name: string;
  readonly tools: OwnerTools;
}

interface Deed {
  readonly name: 'set' | 'change' | 'remove';
  readonly about: string;
  /** What is said once it is done. */
  readonly said: string;
  readonly step: Step;
}

const DEEDS: readonly Deed[] = [
  {
    name: 'set',
    about: 'Sets a PIN where none is set: what gives licenses away then needs it.',
    said: 'Its PIN is set',
    step: async (context, client, { name, tools }) => setOwnerPin(client, await newPin(context, name), tools),
  },
  {
    name: 'change',
    about: 'Changes the PIN.',
    said: 'Its PIN is changed',
    step: async (context, client, { name, tools }) => {
      const present = await presentPin(context, name);
      const next = await newPin(context, name);
      await unlockOwner(client, present, tools);
      await setOwnerPin(client, next, tools);
    },
  },
  {
    name: 'remove',
    about: 'Removes the PIN: whoever reaches the container is its owner then.',
    said: 'No PIN is set any more',
    step: async (context, client, { name, tools }) => {
      await unlockOwner(client, await presentPin(context, name), tools);
      await setOwnerPin(client, null, tools);
    },
  },
];

/** `ferry pin set`, `change` and `remove`. */
export function pinCommands(far: FarBank): Register {
  return (program, context) => {
    const pin = program
      .command('pin')
      .description("The PIN of a dongle, or owner's secret of a device.")
      .addHelpText('after', `${ABOUT}\n  ferry pin set sim:dongle\n  ferry pin change sim:dongle`);
    for (const deed of DEEDS) register(pin, context, far, deed);
  };
}

function register(pin: Command, context: CommandContext, far: FarBank, deed: Deed): void {
  pin
    .command(deed.name)
    .description(deed.about)
    .argument('<ADDRESS>', 'address of the container')
    .addHelpText('after', `${ABOUT}\n  ferry pin ${deed.name} sim:dongle`)
    .action((address: string) => change(far, context, address, deed));
}

async function change(far: FarBank, context: CommandContext, address: string, deed: Deed): Promise<void> {
  requireOwnersWay(address);
  const { serial, pinTries } = await withContainer(far, address, async (client) => {
    const before = await client.call('list', {});
    const name = before.serial ?? address;
    const isSet = before.pinTries !== null;
    if (deed.name === 'set' && isSet) throw new FerryError('PIN_SET', { here: name });
    if (deed.name !== 'set' && !isSet) throw new FerryError('PIN_NOT_SET', { here: name });
    if (before.pinTries === 0) throw new FerryError('PIN_BLOCKED', { here: name });
    await deed.step(context, client, { name, tools: ownerTools(context.env, before.certificate) });
    return client.call('list', {});
  });
  context.output.line(`${serial ?? address}: ${deed.said}.`);
  context.output.json({ address, serial, pinSet: pinTries !== null, pinTries });
}
