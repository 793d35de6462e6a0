import { FerryError } from '../../container/errors.ts';
import type { ClosableFlash } from '../../container/store/flash-port.ts';
import { PowerCut } from './nor-flash.adapter.ts';

/** A chip whose power may be cut while somebody waits for it: whoever wrote is told that writing failed. */
export function cutFlash(chip: ClosableFlash, where: string): ClosableFlash {
  const powered = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      throw new FerryError('STORE_WRITE_FAILED', { where, why: 'its power was cut' }, { cause: error });
    }
  };
  return {
    geometry: chip.geometry,
    read: (address, length) => chip.read(address, length),
    isErased: (address, length) => chip.isErased(address, length),
    program: (address, bytes) => powered(() => chip.program(address, bytes)),
    erase: (address) => powered(() => chip.erase(address)),
    flush: () => chip.flush(),
    close: () => chip.close(),
  };
}
