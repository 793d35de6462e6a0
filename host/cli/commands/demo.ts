import { FerryProcess } from '../demo/ferry-process.adapter.ts';
import { tellStory } from '../demo/story.ts';
import type { Register } from '../run-ferry.ts';

const FOLDER = 'license-ferry-demo';

/** `ferry demo`: the whole move, from an empty folder, with everything simulated. */
export function demoCommand(): Register {
  return (program, context) => {
    program
      .command('demo')
      .description('The whole move, from an empty folder, with everything simulated.')
      .addHelpText(
        'after',
        `\nExamples:\n  ferry demo\n\nIt leaves a folder ${FOLDER} behind to look around in; an older one stays, and the new one gets a number.`,
      )
      .action(() => tellStory(context.output, new FerryProcess(FOLDER)));
  };
}
