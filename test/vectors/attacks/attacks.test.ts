import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { type AttackFile, fromFile, toFile } from './attack-files.ts';
import { carryOut, isKnownEnding } from './judge-attack.ts';
import { makeAttacks } from './make-attacks.ts';

const FOLDER = import.meta.dirname;
const crypto = nativeCrypto();
const isUpdate = process.env.UPDATE_VECTORS === '1';

if (isUpdate)
  for (const group of await makeAttacks(crypto))
    fs.writeFileSync(path.join(FOLDER, `${group.name}.json`), `${JSON.stringify(toFile(group), null, 1)}\n`);

const names = fs
  .readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

function stored(name: string): AttackFile {
  return JSON.parse(fs.readFileSync(path.join(FOLDER, `${name}.json`), 'utf8'));
}

const groups = names.map((name) => fromFile(name, stored(name)));
const attacks = groups.flatMap((group) => group.attacks);

describe('the attack files', () => {
  it.each(groups.map((group) => [group.name, group] as const))('in %s.json end as they say', async (_, group) => {
    const came: object[] = [];
    for (const attack of group.attacks)
      came.push({ attack: attack.name, ...(await carryOut(crypto, group.start, attack)) });
    expect(came).toEqual(group.attacks.map(({ name, expect }) => ({ attack: name, ...expect })));
  });

  it('are what their makers write', { timeout: 60_000 }, async () => {
    const made = await makeAttacks(crypto);
    expect(made.map(({ name }) => name).sort()).toEqual([...names].sort());
    for (const group of made) expect(JSON.parse(JSON.stringify(toFile(group)))).toEqual(stored(group.name));
  });

  it('are 150 and more, each with a name of its own and a known ending', () => {
    expect(attacks.length).toBeGreaterThanOrEqual(150);
    expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length);
    const endings = attacks.flatMap(({ expect: { error = 'taken', entries = [], notices = [] } }) => [
      error,
      ...entries,
      ...notices,
    ]);
    expect(endings.filter((ending) => !isKnownEnding(ending))).toEqual([]);
  });

  it('concern every rule of the design', () => {
    const concerned = new Set(attacks.flatMap(({ rules }) => rules));
    const wanted = Array.from({ length: 14 }, (_, at) => `R${at + 1}`);
    expect(wanted.filter((rule) => !concerned.has(rule))).toEqual([]);
  });

  it('say in every case what becomes of the licenses: no attack takes or multiplies any', () => {
    const moved = attacks.filter(({ expect: { seats } }) => seats !== undefined);
    expect(moved.map(({ name }) => name)).toEqual([
      'licenses of two firms by a sender that one has revoked',
      'a statement in an update that applied more than was issued',
      'the word of a firm that it applied what nobody gives to a firm',
    ]);
  });
});
