import { describe, expect, it } from 'vitest';
import type { Asker } from '../../../container/commands/command.ts';
import { COMMANDS, type CommandName } from '../../../container/commands/index.ts';
import type { Container } from '../../../container/container.ts';
import { FerryError } from '../../../container/errors.ts';
import { makeContainer, reopen } from '../../world/parties.ts';
import { setPin, unlock } from '../engine/owner-scene.ts';

const NAMES = Object.keys(COMMANDS) as CommandName[];

/** Who may ask for what, by the rules; written down once more so that a change is seen. */
const RULES: Readonly<Record<Asker, readonly CommandName[]>> = {
  anyone: ['list', 'context', 'apply', 'challenge', 'unlock'],
  local: ['check', 'use', 'write-data'],
  owner: [
    ...(['issue', 'settle', 'cancel', 'transit', 'history', 'refuse'] as const),
    ...(['set-pin', 'arm-order', 'disarm-order', 'orders'] as const),
  ],
};

/** A request that no rule but the one about who asks gets to see. */
const NOTHING = {
  ...{ firmCode: 1, productCode: 1, releaseDate: null, units: 0, holding: 1, userData: null, customerInfo: null },
  ...{ update: new Uint8Array(1), context: new Uint8Array(1), certificate: null, sealed: new Uint8Array(113) },
  ...{ first: 1, parts: [], target: '00'.repeat(32), sequences: [1], id: 1, through: 1, most: 1, kinds: [], keys: [] },
  items: [{ firmCode: 1, productCode: 1, quantity: 1 }],
};

function isRefusedToStranger(container: Container, name: CommandName): boolean {
  try {
    container.run(name, NOTHING as never);
    return false;
  } catch (error) {
    if (error instanceof FerryError) return error.code === 'OWNER_NEEDED';
    throw error;
  }
}

describe('every command of a container', () => {
  it('says who may ask, as the rules do', () => {
    for (const [asker, names] of Object.entries(RULES))
      expect(NAMES.filter((name) => COMMANDS[name].asker === asker).sort()).toEqual([...names].sort());
  });

  it('that is for the owner declares OWNER_NEEDED, and no other does', () => {
    const declaring = NAMES.filter((name) => (COMMANDS[name].failures as readonly string[]).includes('OWNER_NEEDED'));
    expect(declaring.sort()).toEqual([...RULES.owner].sort());
  });

  it('has a number of its own', () => {
    expect(new Set(NAMES.map((name) => COMMANDS[name].code)).size).toBe(NAMES.length);
  });

  it.each(NAMES)('%s asks for the PIN exactly where it is for the owner and one is set', (name) => {
    const dongle = makeContainer('dongle', 1);
    expect(isRefusedToStranger(dongle.container, name)).toBe(false);
    reopen(dongle);
    if (dongle.container.run('list', {}).pinTries === null) setPin(dongle.container);
    reopen(dongle);
    expect(isRefusedToStranger(dongle.container, name)).toBe(COMMANDS[name].asker === 'owner');
    unlock(dongle.container);
    expect(isRefusedToStranger(dongle.container, name)).toBe(false);
  });

  it.each(NAMES)('%s asks for the PIN of a container whose armed order covers something else', (name) => {
    const dongle = makeContainer('dongle', 1);
    const items = [{ firmCode: 1, productCode: 1, quantity: 1 }];
    dongle.container.run('arm-order', { items, kinds: [], keys: [], most: 1 });
    setPin(dongle.container);
    reopen(dongle);
    // Whose an unreadable file is cannot be known, so that it is refused for itself.
    const isRead = name === 'issue' || name === 'settle';
    expect(isRefusedToStranger(dongle.container, name)).toBe(COMMANDS[name].asker === 'owner' && !isRead);
  });
});
