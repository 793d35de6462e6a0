import { FerryError } from '../../../container/errors.ts';

/** The catalogue code with which something is refused; undefined when it is not, the text of any other exception. */
export function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof FerryError ? error.code : String(error);
  }
}
