import { describe, expect, it } from 'vitest';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { FAMILIES } from '../../../host/conformance/cases/all-families.ts';
import { crypto } from '../../world/parties.ts';
import { Faulty } from './mutant.ts';
import { MUTANTS } from './mutants.ts';
import { notPassed, only, tryOn } from './tried.ts';

describe('a container that does one thing wrong', () => {
  it.each(MUTANTS.map((mutant) => [mutant.wrong, mutant.caseId, mutant] as const))(
    '(%s) is caught by the case %s',
    async (_, caseId, { finds, make }) => {
      const { results } = await tryOn(make(new Faulty()), only(caseId));
      expect(notPassed({ results })).toMatchObject([{ id: caseId, outcome: 'failed' }]);
      const [failure] = results;
      expect(failure?.outcome === 'failed' ? failure.what : '').toContain(finds);
    },
  );

  it('is only caught for what it does: the wrapper itself changes nothing', async () => {
    const cases = [...new Set(MUTANTS.map(({ caseId }) => caseId))];
    expect(notPassed(await tryOn(new Faulty().client({}), only(...cases)))).toEqual([]);
    expect(MUTANTS.length).toBeGreaterThanOrEqual(40);
  });
});

/** Families of which every case offers something that must be refused. */
const HOSTILE = /hostile|damaged|set-back/;

/** Of these cases those that a container passes, each tried alone on a container of its own. */
async function passedBy(ids: readonly string[], make: (it: Faulty) => ContainerClient): Promise<string[]> {
  const passed: string[] = [];
  for (const id of ids) {
    const { results } = await tryOn(make(new Faulty()), only(id));
    if (results.every(({ outcome }) => outcome === 'passed')) passed.push(id);
  }
  return passed;
}

describe('no case can be passed by', () => {
  const idsOf = (isHostile: boolean) =>
    FAMILIES.filter(({ name }) => HOSTILE.test(name) === isHostile).flatMap(({ cases }) => cases.map(({ id }) => id));

  it('a container that says yes to everything, when the case is hostile', async () => {
    const ids = idsOf(true);
    expect(ids.length).toBeGreaterThan(70);
    expect(await passedBy(ids, (it) => it.sayingYes())).toEqual([]);
  });

  it('a container that says no to everything, when the case is genuine and not about the listing alone', async () => {
    const ids = idsOf(false);
    expect(await passedBy(ids, (it) => it.sayingNo())).toEqual(['list-identity', 'list-certificate', 'list-stable']);
  });
});

describe('a container that checks nothing of one kind', () => {
  it('and believes every signature fails all cases about signatures, and only those', async () => {
    const failed = notPassed(await tryOn(new Faulty().withCrypto({ verify: () => true })));
    expect(failed.map(({ id }) => id)).toEqual([
      ...['context-forged-certificate', 'context-flipped-certificate', 'context-known-certificate-flipped'],
      ...['flipped-statement', 'flipped-header', 'flipped-body', 'flipped-signature', 'recombined'],
      ...['signer-forged', 'certificate-forged', 'certificate-inside-forged'],
      ...['atomic-entry', 'grant-forged', 'other-firm-grant'],
      ...['custody-signature', 'custody-forged-hop', 'grant-of-nobody'],
    ]);
  });

  it('and seals to keys of small order fails the case about them', async () => {
    const x25519 = (secret: Uint8Array, key: Uint8Array) => crypto.x25519(secret, key) ?? new Uint8Array(32);
    const families = FAMILIES.filter(({ name }) => name === 'context, hostile');
    const failed = notPassed(await tryOn(new Faulty().withCrypto({ x25519 }), families));
    expect(failed.map(({ id }) => id)).toEqual(['context-small-order']);
  });
});
