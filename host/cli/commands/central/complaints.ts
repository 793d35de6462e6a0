import type { Output } from '../../output.ts';

/** Says of which lists a container hears nothing, as they are too large for it; null: that of the root. */
export function complainOfLeftOut(output: Output, lists: readonly (number | null)[], target: string): void {
  for (const list of lists) {
    const keeper = list === null ? 'the root' : `firm ${list}`;
    output.complain(
      `The list of ${keeper} is too large for ${target} and was left out: it goes on taking what is refused by it.`,
    );
  }
  if (lists.length > 0)
    output.complain('  Take those off that are long gone: ferry central revoked, ferry central revoke --lift.');
}

/** Says that the files of a firm bring no licenses. */
export function complainOfWithdrawn(output: Output, firmCode: number): void {
  output.complain(`The root has withdrawn the key of firm ${firmCode}: its files bring no licenses any more.`);
  output.complain('  Containers refuse them [CERTIFICATE_REVOKED], yet take what is said here from them.');
}
