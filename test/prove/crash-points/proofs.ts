import { fileProof } from './files/file-proof.ts';
import { FILE_SCENARIOS } from './files/file-scenarios.ts';
import { Coverage } from './flash/coverage.ts';
import { flashProof } from './flash/flash-proof.ts';
import { mailProof } from './mail/mail-proof.ts';
import { MAIL_SCENARIOS } from './mail/mail-scenarios.ts';
import type { Proof } from './proof.ts';
import { SCENARIOS } from './scenarios/index.ts';

/** Everything that is cut, and what of the definitions it was made of, once it was run. */
export function allProofs(): { readonly proofs: readonly Proof[]; readonly coverage: Coverage } {
  const coverage = new Coverage();
  const flash = SCENARIOS.map((scenario) => flashProof(scenario, coverage));
  return { proofs: [...flash, ...FILE_SCENARIOS.map(fileProof), ...MAIL_SCENARIOS.map(mailProof)], coverage };
}
