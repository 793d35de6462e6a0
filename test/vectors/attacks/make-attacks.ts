import type { Crypto } from '../../../container/crypto/port.ts';
import type { Attack, AttackGroup } from './attack.ts';
import { AttackScene, startOf } from './attack-scene.ts';
import { armor } from './groups/armor.ts';
import { crypto as cryptography } from './groups/crypto.ts';
import { encoding } from './groups/encoding.ts';
import { entries } from './groups/entries.ts';
import { headers } from './groups/headers.ts';
import { history } from './groups/history.ts';
import { notices } from './groups/notices.ts';
import { owner } from './groups/owner.ts';
import { settling } from './groups/settling.ts';
import { transfers } from './groups/transfers.ts';
import type { AttackPlan, GroupPlan } from './plan.ts';

const GROUPS = [encoding, headers, cryptography, entries, transfers, history, notices, settling, owner, armor];

async function make(
  crypto: Crypto,
  kind: GroupPlan['kind'],
  { name, rules, expect, make: attack }: AttackPlan,
): Promise<Attack> {
  const scene = new AttackScene(crypto, kind);
  const made = await attack(scene);
  const { seats } = scene;
  return {
    name,
    rules,
    before: scene.steps,
    attack: made,
    expect: { ...expect, ...(seats === undefined ? {} : { seats }) },
  };
}

/** The groups that there are. */
export const ATTACK_GROUPS: readonly string[] = GROUPS.map(({ name }) => name);

/** Every attack of these groups, or of all: its bytes, and by hand what has to come of it. */
export async function makeAttacks(crypto: Crypto, of = ATTACK_GROUPS): Promise<readonly AttackGroup[]> {
  const groups: AttackGroup[] = [];
  for (const { name, about, kind, attacks: plans } of GROUPS.filter((group) => of.includes(group.name))) {
    const { target: _, ...start } = startOf(crypto, kind);
    const attacks: Attack[] = [];
    for (const plan of plans) attacks.push(await make(crypto, kind, plan));
    groups.push({ name, about, start, attacks });
  }
  return groups;
}
