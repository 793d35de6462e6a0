import { encodeDevlistRequest, encodeImportRequest } from '../../../../../carriers/usbip/device-messages.ts';
import type { SetupPacket } from '../../../../../carriers/usbip/usbip-codec.ts';
import { encodeCmdSubmit, encodeCmdUnlink, NO_SETUP } from '../../../../../carriers/usbip/usbip-codec.ts';
import { concatBytes } from '../../../../../container/model/bytes.ts';
import { BROADCAST } from '../../../../../container/wire/report.ts';
import { mutated } from '../mutate.ts';
import type { Random } from '../random.ts';
import { anySetup } from './control-grammar.ts';
import { anyWrapper } from './disk-grammar.ts';
import { anyReports } from './report-grammar.ts';

/** The device 1-1. */
export const DEVID = 0x0001_0001;
const CONFIGURE: SetupPacket = { requestType: 0, request: 9, value: 1, index: 0, length: 0 };
const LENGTHS = [0, 1, 13, 18, 36, 64, 64, 512, 4096, 0x40_0000, 0x40_0001];
/** Transfers of which more may not be under way. */
const TOO_MANY = 1030;

/** What a client of a server says: mostly an import, then transfers and unlinks. */
export class ClientWords {
  readonly #random: Random;
  #seqnum = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  all(): Uint8Array {
    const random = this.#random;
    const opening = random.oneIn(20)
      ? random.pick([encodeDevlistRequest(), encodeImportRequest('1-2'), encodeImportRequest('9-9'), random.bytes(40)])
      : encodeImportRequest('1-1');
    const parts = [opening];
    if (!random.oneIn(10)) parts.push(this.control(CONFIGURE));
    if (random.oneIn(150)) for (let count = 0; count < TOO_MANY; count++) parts.push(this.in(1, 64));
    for (let count = random.below(12); count > 0; count--) parts.push(this.#any());
    const bytes = concatBytes(...parts);
    return random.oneIn(3) ? mutated(random, bytes, [bytes]) : bytes;
  }

  #any(): Uint8Array {
    const random = this.#random;
    switch (random.below(9)) {
      case 0:
        return this.control(anySetup(random));
      case 1:
      case 2:
        return this.in(1, random.oneIn(4) ? random.pick(LENGTHS) : 64);
      case 3: {
        const [report = random.bytes(64)] = anyReports(random, random.oneIn(2) ? BROADCAST : 0x0101, 'open', 8);
        return this.#out(1, random.oneIn(6) ? random.bytes(random.below(70)) : report);
      }
      case 4:
        return this.#out(2, random.oneIn(4) ? random.bytes(random.pick([0, 13, 31, 512])) : anyWrapper(random));
      case 5:
        return this.in(2, random.pick(LENGTHS));
      case 6:
        return random.oneIn(3) ? this.in(random.below(17), 64) : this.in(2, 13);
      default:
        return this.#unlink();
    }
  }

  #unlink(): Uint8Array {
    const target = Math.max(0, this.#seqnum - this.#random.below(6));
    return encodeCmdUnlink({ seqnum: this.#next(), devid: this.#devid(), target });
  }

  control(setup: SetupPacket): Uint8Array {
    const isIn = setup.requestType >= 0x80;
    const length = this.#random.oneIn(20) ? this.#random.below(64) : setup.length;
    const header = { seqnum: this.#next(), devid: this.#devid(), endpoint: 0, length, setup };
    if (isIn) return encodeCmdSubmit({ ...header, direction: 'in' });
    const data = this.#random.bytes(Math.min(length, 64));
    return concatBytes(encodeCmdSubmit({ ...header, direction: 'out' }), data);
  }

  in(endpoint: number, length: number): Uint8Array {
    const header = { seqnum: this.#next(), devid: this.#devid(), endpoint, length, setup: NO_SETUP };
    return encodeCmdSubmit({ ...header, direction: 'in' });
  }

  #out(endpoint: number, data: Uint8Array): Uint8Array {
    const header = { seqnum: this.#next(), devid: this.#devid(), endpoint, length: data.length, setup: NO_SETUP };
    return concatBytes(encodeCmdSubmit({ ...header, direction: 'out' }), data);
  }

  /** Now and then one that was there already. */
  #next(): number {
    return this.#random.oneIn(40) ? this.#seqnum : ++this.#seqnum;
  }

  #devid(): number {
    return this.#random.oneIn(60) ? DEVID + 1 : DEVID;
  }
}
