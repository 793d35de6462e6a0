import { FerryError } from '../../container/errors.ts';

/** The kind of container for which a command is not meant. */
export interface OtherKind {
  /** The far bank's door to it, loaded only when it is needed. */
  readonly door: () => Promise<{ is(folder: string): boolean }>;
  readonly found: string;
  readonly expected: string;
  /** What is to be used for it instead, as it is typed. */
  readonly instead: string;
}

/** Does work with the container in a folder, and says so where there is one of the other kind. @throws OTHER_KIND */
export async function namingOtherKind<T>(folder: string, other: OtherKind, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FerryError) || error.code !== 'NO_CONTAINER') throw error;
    if (!(await other.door()).is(folder)) throw error;
    const { found, expected, instead } = other;
    throw new FerryError('OTHER_KIND', { where: folder, found, expected, instead }, { cause: error });
  }
}
