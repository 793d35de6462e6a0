import { FerryError } from '../container/errors.ts';
import { systemCode } from '../container/store/file-failure.ts';

/**
 * A package that is installed where it is needed.
 *
 * @param what needs it, as an error says it
 * @throws PACKAGE_MISSING
 */
export async function optionalPackage<T>(what: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (systemCode(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new FerryError('PACKAGE_MISSING', { what, package: name }, { cause: error });
  }
}
