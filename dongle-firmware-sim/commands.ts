import { FerryError } from '../container/errors.ts';
import { parseSerialNumber } from '../container/model/serial-number.ts';
import type { FileContainer } from '../container/store/file-container.adapter.ts';
import { createDongle, isDongle, openDongle } from './firmware/open-dongle.adapter.ts';
import { isCapacity } from './flash/nor-flash.adapter.ts';

export { isDongle as is, openDongle as open };

/** `ferry dongle create`; `size` in bytes of flash. @throws USAGE_WRONG, CONTAINER_EXISTS, STORE_WRITE_FAILED */
export function create(options: {
  readonly folder: string;
  readonly serial: string | undefined;
  readonly size: number | undefined;
}): FileContainer {
  const { folder, serial, size } = options;
  if (size !== undefined && !isCapacity(size))
    throw new FerryError('USAGE_WRONG', { what: 'A flash chip has 64K to 64M, in steps of 4K' });
  return createDongle({
    folder,
    ...(serial === undefined ? {} : { serial: parseSerialNumber(serial) }),
    ...(size === undefined ? {} : { flashBytes: size }),
  });
}
