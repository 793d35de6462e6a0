import path from 'node:path';
import { benchHere } from './benches.ts';
import { carrierSuite } from './suite.ts';

carrierSuite('a Unix socket', (folder) => benchHere(folder, `unix:${path.join(folder, '..', 'socket')}`));
