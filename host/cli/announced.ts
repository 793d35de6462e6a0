import { FerryError } from '../../container/errors.ts';
import { isSameAddress, parseAddress, type Scheme } from './addresses.ts';
import { absoluteAddress } from './move-sides.ts';

/** Where a container in a folder may say that it is served, and is reached as by somebody who was given that address; the best first. */
const FOLLOWED: readonly Scheme[] = ['unix', 'tcp', 'tls', 'http', 'usbip'];

interface Addresses {
  readonly from: string;
  readonly to: string;
}

/**
 * Does the work at these addresses and, where one of them is the folder of a container that is served, at the address that is
 * announced there; a copy of such a folder announces nothing. Who answers there is for the work to find out; no program is
 * started for it.
 *
 * @throws what the work throws; CONTAINER_SERVED where nothing that is announced can be followed
 */
export async function followingAnnounced<T>(at: Addresses, work: (at: Addresses) => Promise<T>): Promise<T> {
  try {
    return await work(at);
  } catch (error) {
    const followed = elsewhere(at, error);
    if (followed === null) throw error;
    return followingAnnounced(followed, work);
  }
}

function elsewhere({ from, to }: Addresses, error: unknown): Addresses | null {
  if (!(error instanceof FerryError) || error.code !== 'CONTAINER_SERVED') return null;
  const folder = `sim:${error.details.where}`;
  const announced = reachable(String(error.details.addresses).split(', '));
  if (announced === undefined || (from !== folder && to !== folder)) return null;
  return { from: from === folder ? announced : from, to: to === folder ? announced : to };
}

/** Where a container that could not be opened, since it is served, says that it is reached. */
export function announcedBy({ code, details }: FerryError): readonly string[] {
  return code === 'CONTAINER_SERVED' ? String(details.addresses).split(', ').filter(isAddressLike) : [];
}

/** Whether a container that could not be opened, since it is served, is reached at one of those addresses. */
export function isReachedAt(error: FerryError, addresses: readonly string[]): boolean {
  const absolute = addresses.map(absoluteAddress);
  return announcedBy(error).some((announced) =>
    absolute.some((address) => address === announced || isSameAddress(address, announced)),
  );
}

function reachable(announced: readonly string[]): string | undefined {
  const known = announced.filter(isAddressLike);
  return FOLLOWED.flatMap((scheme) => known.filter((address) => address.startsWith(`${scheme}:`)))[0];
}

function isAddressLike(text: string): boolean {
  try {
    parseAddress(text, FOLLOWED);
    return true;
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    return false;
  }
}
