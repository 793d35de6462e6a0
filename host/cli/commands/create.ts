import type { FileContainer } from '../../../container/store/file-container.adapter.ts';
import type { FarBank } from '../addresses.ts';
import { making } from '../making.ts';
import { parseSize } from '../parse-arguments.ts';
import { quoted } from '../printable.ts';
import type { CommandContext, Register } from '../run-ferry.ts';

/** `ferry dongle create` and `ferry device create`: simulated containers, certified under the TEST root. */
export function createCommands(far: FarBank): Register {
  return (program, context) => {
    program
      .command('dongle')
      .description('The emulated transfer dongle.')
      .addHelpText('after', examplesOf('dongle', ''))
      .command('create')
      .description('Makes a dongle in an empty folder.')
      .argument('<DIR>', 'new or empty folder')
      .option('--flash <SIZE>', 'size of its memory, 160K to 64M', '384K')
      .option('--serial <SERIAL>', 'serial number, 3-N, with N up to 4294967295; random unless given')
      .addHelpText(
        'after',
        '\nExamples:\n  ferry dongle create dongle\n  ferry dongle create big --flash 16M --serial 3-1234567',
      )
      .action(async (folder: string, options: { flash: string; serial?: string }) => {
        const size = parseSize(options.flash);
        const door = await far.dongle();
        await created(context, folder, () => door.create({ folder, size, serial: options.serial }));
      });
    program
      .command('device')
      .description("The target device's own software.")
      .addHelpText('after', examplesOf('device', '\n  ferry device import device stick'))
      .command('create')
      .description('Makes the soft container of a device in an empty folder.')
      .argument('<DIR>', 'new or empty folder')
      .option('--anchor <DIR>', 'folder of its anchor; DIR-anchor unless given')
      .option('--serial <SERIAL>', 'serial number, 130-N, with N up to 4294967295; random unless given')
      .addHelpText(
        'after',
        '\nExamples:\n  ferry device create device\n  ferry device create device --anchor /var/lib/anchor',
      )
      .action(async (folder: string, options: { anchor?: string; serial?: string }) => {
        const { anchor, serial } = options;
        const door = await far.device();
        await created(context, folder, () => door.create({ folder, anchor, serial }));
      });
  };
}

function examplesOf(kind: 'dongle' | 'device', more: string): string {
  return `\nExamples:\n  ferry ${kind} create ${kind}\n  ferry ${kind} serve ${kind} --listen unix:${kind}.sock${more}`;
}

async function created({ output }: CommandContext, folder: string, create: () => FileContainer): Promise<void> {
  const opened = await making('A container', folder, create);
  const { serial, kind, key } = await opened.client.call('list', {});
  opened.close();
  output.line(`CmContainer ${serial} (${kind}) was made in ${folder}, under the TEST root: for simulation only.`);
  output.note(`Look at it with: ferry list ${quoted(`sim:${folder}`)}`);
  output.json({ address: `sim:${folder}`, serial, kind, key });
}
