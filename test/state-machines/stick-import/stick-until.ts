import path from 'node:path';
import { MountedStick, openSoftContainer } from '../../../device-side/index.ts';
import { dieBefore } from '../update-import/die-before.ts';
import { startedWith } from './stick-places.ts';

/** Takes a stick into the device beside it, and kills itself just before it would change the disk once more than it is allowed to. */
const [root = '', allowed = ''] = process.argv.slice(2);

dieBefore(Number(allowed));
const { client, close } = openSoftContainer(path.join(root, 'device'));
const { end } = await startedWith(root, client, new MountedStick(path.join(root, 'stick'), () => true));
close();
process.stdout.write(end);
