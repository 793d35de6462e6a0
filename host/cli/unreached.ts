import { CATALOGUE, explain, type FerryError } from '../../container/errors.ts';
import { CONTAINER_SCHEMES, isAddress, isPlaceOf } from './addresses.ts';
import { type Output, styled } from './output.ts';

/** An address that did not answer, and why. */
export interface Unreached {
  readonly address: string;
  readonly error: FerryError;
}

/** Says who did not answer and why, and what to do about it, each remedy once, below the last that it is for. */
export function sayUnreached(say: Output['line'], unreached: readonly Unreached[]): void {
  const remedies = unreached.map(({ error: { code, details } }) => explain(code, details).remedy);
  for (const [at, { address, error }] of unreached.entries()) {
    say(styled('yellow', `${sentence(address, error)} [${error.code}]`));
    const remedy = remedies[at] ?? '';
    if (remedies.lastIndexOf(remedy) === at) say(`  ${remedy}`);
  }
}

/** Some errors name the address themselves. */
function sentence(address: string, { message, details }: FerryError): string {
  const where = String(details.where);
  const isNamed = isAddress(where, CONTAINER_SCHEMES) && isPlaceOf(where, address);
  return isNamed || message.startsWith(`${address} `) ? message : `${address} cannot be reached: ${message}`;
}

/** 0 when everybody who was asked for answered, 6 when some did; when none did, their own exit code if they agree on one. */
export function exitOfUnreached(unreached: readonly Pick<Unreached, 'error'>[], asked: number): number {
  const [first, ...others] = unreached.map(({ error }) => CATALOGUE[error.code].exit);
  if (first === undefined) return 0;
  const isSame = unreached.length === asked && others.every((exit) => exit === first);
  return isSame ? first : CATALOGUE.DONE_IN_PART.exit;
}
