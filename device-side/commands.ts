import path from 'node:path';
import { parseSerialNumber } from '../container/model/serial-number.ts';
import type { FileContainer } from '../container/store/file-container.adapter.ts';
import {
  createSoftContainer,
  isSoftContainer,
  openSoftContainer,
} from './soft-container/open-soft-container.adapter.ts';

export { isSoftContainer as is, openSoftContainer as open };

/**
 * `ferry device create`. The anchor lies in a folder beside the container's unless another one is given.
 *
 * @throws USAGE_WRONG, CONTAINER_EXISTS, STORE_WRITE_FAILED
 */
export function create(options: {
  readonly folder: string;
  readonly anchor: string | undefined;
  readonly serial: string | undefined;
}): FileContainer {
  const { folder, anchor, serial } = options;
  return createSoftContainer({
    folder,
    anchorFolder: anchor ?? `${path.resolve(folder)}-anchor`,
    ...(serial === undefined ? {} : { serial: parseSerialNumber(serial) }),
  });
}
