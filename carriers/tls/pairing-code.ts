/** Crockford's base 32: no I, L, O and U, which look like others or make words. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LETTERS = 20;

/** A pairing code of 100 random bits: four groups of five letters. */
export function newPairingCode(random: (length: number) => Uint8Array): string {
  const letters = [...random(LETTERS)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return (letters.match(/.{5}/g) ?? []).join('-');
}

/** A code as a person typed it, without what does not count: case, hyphens, spaces, look-alikes. Undefined when it is none. */
export function readPairingCode(typed: string): string | undefined {
  const letters = typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  if (letters.length !== LETTERS || [...letters].some((letter) => !ALPHABET.includes(letter))) return undefined;
  return (letters.match(/.{5}/g) ?? []).join('-');
}
