import { benchHere } from './benches.ts';
import { carrierSuite } from './suite.ts';

carrierSuite('TCP', (folder) => benchHere(folder, 'tcp://:0'));
