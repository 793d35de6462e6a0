import { describe, expect, it } from 'vitest';
import { codecsOf } from '../../../container/commands/codecs-of.ts';
import { answer, welcome } from '../../../container/commands/device/messages.ts';
import { serveCommands } from '../../../container/commands/device/serve-commands.ts';
import { COMMANDS, type CommandName } from '../../../container/commands/index.ts';
import { FerryError } from '../../../container/errors.ts';
import type { BytePipe } from '../../../container/wire/call-over-pipe.ts';
import { encodeFrame } from '../../../container/wire/frame.ts';
import { WireClient } from '../../../container/wire/wire-client.ts';
import { crypto, makeContainer } from '../../world/parties.ts';

const NONCE = new Uint8Array(8);
const random = (length: number): Uint8Array => new Uint8Array(length);

/** A way that greets, answers so many calls and then breaks at each. @returns how many calls it was asked for */
function breakingWay(answers: Uint8Array[]): { readonly asked: () => number; readonly open: () => Promise<BytePipe> } {
  let asked = 0;
  const open = async (): Promise<BytePipe> => {
    const arriving: Uint8Array[] = [encodeFrame('welcome', 0, welcome.encode({ version: 1, nonce: NONCE }))];
    async function* pieces(): AsyncGenerator<Uint8Array, void> {
      for (;;) {
        const piece = arriving.shift();
        if (piece === undefined) throw new FerryError('CARRIER_LOST', { where: 'there', why: 'it broke' });
        yield piece;
      }
    }
    return {
      arriving: pieces(),
      write: async (bytes) => {
        if (bytes[3] !== 3) return;
        asked += 1;
        const answer = answers.shift();
        if (answer !== undefined) arriving.push(answer);
      },
      close: async () => undefined,
    };
  };
  return { asked: () => asked, open };
}

/** The answer frame to the first call of a connection. */
function listAnswered(): Uint8Array {
  const body = codecsOf('list').response.encode(makeContainer('soft', 1).container.run('list', {}));
  return encodeFrame('answer', 1, answer.encode({ size: body.length, hash: null, body }));
}

describe('a call whose answer is lost', () => {
  const client = (way: ReturnType<typeof breakingWay>) =>
    new WireClient({
      open: way.open,
      where: 'there',
      isLine: false,
      crypto,
      random,
      pace: { now: () => 0, patience: 1, rate: 1 },
    });

  it('is made again over a new connection when the old one had been idle', async () => {
    const way = breakingWay([listAnswered()]);
    const idle = client(way);
    await idle.call('list', {});
    await expect(idle.call('list', {})).rejects.toMatchObject({ code: 'CARRIER_LOST' });
    expect(way.asked()).toBe(3);
  });

  it('is not made again by itself when carrying it out twice is more than once', async () => {
    const way = breakingWay([listAnswered()]);
    const idle = client(way);
    await idle.call('list', {});
    const wanted = { firmCode: 6000010, productCode: 1001, releaseDate: null, units: 10 };
    await expect(idle.call('use', wanted)).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      details: { command: 'use', where: 'there' },
    });
    expect(way.asked()).toBe(2);
  });

  it('is one of these: what counts, arms, disarms, tries or sets', () => {
    const once = (Object.keys(COMMANDS) as CommandName[]).filter((name) => codecsOf(name).once);
    expect(once.sort()).toEqual(['arm-order', 'disarm-order', 'set-pin', 'unlock', 'use']);
  });
});

describe('a way on which others can put in what they like', () => {
  it('carries no PIN, since what follows it would not be its owner’s', async () => {
    const { container } = makeContainer('dongle', 1);
    const serve = (isOpen: boolean) =>
      serveCommands({
        client: container.client(),
        where: 'the dongle',
        isLocal: false,
        isOpen,
        tell: () => undefined,
        onDefect: () => undefined,
      });
    const [unlock, setPin] = [codecsOf('unlock'), codecsOf('set-pin')];
    const sealed = unlock.request.encode({ sealed: new Uint8Array(113) });
    await expect(serve(true)(unlock.code, sealed)).rejects.toMatchObject({ code: 'PIN_NOT_TAKEN' });
    const none = setPin.request.encode({ sealed: null });
    await expect(serve(true)(setPin.code, none)).rejects.toMatchObject({ code: 'PIN_NOT_TAKEN' });
    await expect(serve(false)(unlock.code, sealed)).rejects.toMatchObject({ code: 'PIN_NOT_SET' });
  });
});
