import { describe, expect, it } from 'vitest';
import type { ContainerClient } from '../../../../container/commands/client.ts';
import { codecsOf } from '../../../../container/commands/codecs-of.ts';
import {
  type CommandService,
  type CommandTold,
  serveCommands,
} from '../../../../container/commands/device/serve-commands.ts';
import { Defect, type FerryError } from '../../../../container/errors.ts';
import { makeContainer } from '../../../world/parties.ts';

/** A served soft container, what was told of it, and which defects it came to. */
function served(change: Partial<CommandService> = {}) {
  const told: CommandTold[] = [];
  const defects: unknown[] = [];
  const ask = serveCommands({
    client: makeContainer('soft', 1).container.client(),
    where: 'the device',
    isLocal: false,
    isOpen: false,
    tell: (one) => told.push(one),
    onDefect: (defect) => defects.push(defect),
    ...change,
  });
  return { ask, told, defects };
}

const list = codecsOf('list');
const check = codecsOf('check');
const nothing = list.request.encode({});
const unheld = check.request.encode({ firmCode: 6000010, productCode: 1001, releaseDate: null });

/** What a call is refused with. */
async function refusalOf(asked: Promise<Uint8Array>): Promise<readonly [code: string, details: object]> {
  const { code, details } = await asked.then(
    () => Promise.reject(new Error('it was carried out')),
    (error: FerryError) => error,
  );
  return [code, details];
}

describe('a container as the wire reaches it', () => {
  it('answers a command of its code, and tells that it was carried out', async () => {
    const { ask, told } = served();
    expect(list.response.decode(await ask(list.code, nothing))).toMatchObject({ ok: true, value: { serial: '130-1' } });
    expect(told).toEqual([{ command: 'list' }]);
  });

  it('offers no command that has no name, and none of those for software on its own machine to another one', async () => {
    const { ask, told } = served();
    expect(await refusalOf(ask(9999, nothing))).toEqual([
      'COMMAND_NOT_OFFERED',
      { where: 'the device', command: 9999 },
    ]);
    expect(await refusalOf(ask(check.code, unheld))).toEqual([
      'COMMAND_NOT_OFFERED',
      { where: 'the device', command: 'check' },
    ]);
    expect(told).toEqual([]);
  });

  it('carries those out for software on its own machine, and tells what they were refused with', async () => {
    const { ask, told } = served({ isLocal: true });
    const [code] = await refusalOf(ask(check.code, unheld));
    expect(code).toBe('NOT_HELD');
    expect(told).toEqual([{ command: 'check', code }]);
  });

  it('refuses a request outside its schema', async () => {
    const { ask, told } = served();
    expect((await refusalOf(ask(list.code, Uint8Array.of(0xc1))))[0]).toBe('FILE_MALFORMED');
    expect(told).toEqual([{ command: 'list', code: 'FILE_MALFORMED' }]);
  });

  it.each(['unlock', 'set-pin'] as const)('takes no PIN by %s where others can put in what they like', async (name) => {
    const { ask } = served({ isOpen: true });
    expect(await refusalOf(ask(codecsOf(name).code, nothing))).toEqual(['PIN_NOT_TAKEN', { where: 'the device' }]);
  });

  it('hands a defect to whoever looks after it, and says only that there was one', async () => {
    const defect = new Defect('something cannot be');
    const client: ContainerClient = { call: () => Promise.reject(defect), close: async () => undefined };
    const { ask, told, defects } = served({ client });
    expect(await refusalOf(ask(list.code, nothing))).toEqual(['PEER_DEFECT', { where: 'the device' }]);
    expect([told, defects]).toEqual([[], [defect]]);
  });
});
