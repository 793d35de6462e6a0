import { serveUsbip } from './served-ferry.ts';
import { carrierSuite } from './suite.ts';

carrierSuite('USB/IP of another process', serveUsbip, 'one');
