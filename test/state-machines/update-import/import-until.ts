import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { FileUpdateFolder, importUpdates, openSoftContainer } from '../../../device-side/index.ts';
import { dieBefore } from './die-before.ts';

/**
 * Imports a folder of update files into the device in another folder, and kills itself with SIGKILL just before it would
 * change the disk once more than it is allowed to. Tells the report when it comes to an end.
 */
const [folder = '', updates = '', allowed = ''] = process.argv.slice(2);

dieBefore(Number(allowed));
const { client, close } = openSoftContainer(folder);
const report = await importUpdates({ client, folder: new FileUpdateFolder(updates), crypto: nativeCrypto() });
close();
process.stdout.write(JSON.stringify(report));
