import { describe, expect, it } from 'vitest';
import { type Details, type ErrorCode, FerryError } from '../../../container/errors.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { Output } from '../../../host/cli/output.ts';
import { nameOf, type Peer } from '../../../host/cli/peers.ts';
import type { CommandContext } from '../../../host/cli/run-ferry.ts';
import { isPatient, outlasting } from '../../../host/cli/wait-for-dongle.ts';
import type { Failure } from '../../../state-machines/index.ts';
import { MemoryStream } from './memory-stream.ts';

const peer = (serial: string, address: string): Peer => {
  return { address, serial, kind: 'dongle', key: serial as PublicKey, words: 'a b c' };
};
const PLACES = { from: 'usbip://localhost:3240/1-1', to: 'unix:device.sock' };

const [GIVER, GETTER] = [peer('3-1', PLACES.from), peer('130-1', PLACES.to)];

function contextOn(stderr: MemoryStream, asked: string[] = []): CommandContext {
  const stdout = new MemoryStream();
  return {
    env: { now: () => 0, random: (length) => new Uint8Array(length) },
    output: new Output({ stdout, stderr, json: false, quiet: true, color: false }),
    progress: () => expect.fail('it shows progress'),
    variable: () => undefined,
    canAsk: true,
    ask: async (question) => {
      asked.push(question);
      return 'open sesame';
    },
    interruptible: (_, work) => work(),
    endWith: () => undefined,
  };
}

const gone = (code: ErrorCode = 'CARRIER_LOST', where = PLACES.from): Failure => ({
  code,
  details: { where, why: 'x' },
});
const thrown = ({ code, details }: Failure): FerryError => new FerryError(code, details as Details);

type Step = (reached: () => void, context: CommandContext) => Promise<Failure | null>;

interface Scene {
  readonly asked?: string[];
  /** Why the dongle is not back at the look of that number, from 1 on; undefined when it is. */
  readonly absence?: (look: number) => Failure | string | undefined;
}

/** Makes one attempt after the other, as they are given. */
async function run(steps: readonly Step[], { asked = [], absence = () => undefined }: Scene = {}) {
  const [stderr, looked, left] = [new MemoryStream(), [] as string[], [...steps]];
  let pauses = 0;
  const lookout = {
    look: async (address: string): Promise<FerryError | string> => {
      const seen = absence(looked.push(address)) ?? nameOf(GIVER);
      return typeof seen === 'string' ? seen : thrown(seen);
    },
    pause: async (): Promise<void> => {
      pauses += 1;
    },
  };
  const outcome = await outlasting<Failure | null>(contextOn(stderr, asked), lookout, {
    places: PLACES,
    attempt: (context, reached) =>
      (left.shift() ?? expect.fail('it is attempted once more'))(
        () => reached({ giver: GIVER, getter: GETTER }),
        context,
      ),
    failureOf: (failure) => failure,
  }).catch((error: unknown) => error);
  expect(left).toEqual([]);
  return { outcome, looked, pauses, said: stderr.text };
}

const reaching =
  (then: () => Promise<Failure | null>): Step =>
  (reached) => {
    reached();
    return then();
  };

describe('a move that outlasts its dongle', () => {
  it('is attempted again each time that the dongle is back, whether it ended with that or was never begun', async () => {
    const { outcome, looked, said } = await run([
      reaching(async () => gone()),
      reaching(async () => Promise.reject(thrown(gone('CARRIER_UNREACHABLE')))),
      async () => Promise.reject(thrown(gone('CARRIER_BUSY'))),
      reaching(async () => gone('CARRIER_TIMEOUT')),
      reaching(async () => null),
    ]);
    expect([outcome, looked]).toEqual([null, Array(4).fill(PLACES.from)]);
    expect(said.match(/Once the dongle is plugged in again/g)).toHaveLength(4);
  });

  it('knows the dongle however its address is written', async () => {
    const { outcome, looked } = await run([
      reaching(async () => gone('CARRIER_LOST', 'usbip://localhost/1-1')),
      reaching(async () => null),
    ]);
    expect([outcome, looked]).toEqual([null, [PLACES.from]]);
  });

  it('is not attempted again for any other reason, nor where the dongle was not there to begin with', async () => {
    for (const failure of [gone('CARRIER_LOST', PLACES.to), gone('CARRIER_GARBLED'), gone('UPDATE_GAP')]) {
      expect(await run([reaching(async () => failure)])).toMatchObject({ outcome: failure, looked: [], said: '' });
      const error = thrown(failure);
      expect((await run([reaching(() => Promise.reject(error))])).outcome).toBe(error);
    }
    const absent = thrown(gone('CARRIER_UNREACHABLE'));
    expect((await run([() => Promise.reject(absent)])).outcome).toBe(absent);
    const defect = new Error('a defect');
    expect((await run([reaching(() => Promise.reject(defect))])).outcome).toBe(defect);
  });

  it('is not attempted without end where the dongle is there each time and breaks off all the same', async () => {
    const failing = reaching(async () => gone());
    const { outcome, looked, pauses, said } = await run(Array(6).fill(failing));
    expect([outcome, looked.length, pauses]).toEqual([gone(), 5, 4]);
    expect(said).toContain(`${PLACES.from} is there each time and breaks off all the same`);
  });

  it('is attempted as often as the dongle was seen to be gone', async () => {
    const steps = [...Array(30).fill(reaching(async () => gone())), reaching(async () => null)];
    const absence = (look: number) => (look % 2 === 1 ? gone('CARRIER_UNREACHABLE') : undefined);
    expect(await run(steps, { absence })).toMatchObject({ outcome: null, pauses: 30 });
  });

  it('says once why it waits for a dongle that is there and cannot be reached for long', async () => {
    const steps = [reaching(async () => gone()), reaching(async () => null)];
    const found = (code: ErrorCode, why = 'x'): Failure => {
      return { code, details: { where: PLACES.from, why, node: '/dev/hidraw0', fix: 'sudo x' } };
    };
    const saying = async (...absences: readonly Failure[]) => {
      const { outcome, said } = await run(steps, { absence: (look) => absences[look - 1] });
      expect(outcome).toBe(null);
      return said.split('\n').filter((line) => line.startsWith('Still waiting'));
    };
    const [absent, forbidden, busy] = [found('CARRIER_UNREACHABLE'), found('CARRIER_FORBIDDEN'), found('CARRIER_BUSY')];
    expect(await saying(absent, absent, forbidden, forbidden, forbidden, absent, forbidden, forbidden)).toEqual([
      expect.stringMatching(/may not open .* once: sudo x\./),
    ]);
    expect(await saying(busy, busy, busy)).toHaveLength(1);
    expect(await saying(absent, forbidden)).toEqual([]);
    expect(await saying(absent, absent, absent)).toEqual([]);
    const other = found('CARRIER_UNREACHABLE', 'no device has that bus id');
    expect(await saying(absent, other, other)).toEqual([expect.stringContaining('no device has that bus id')]);
  });

  it('waits on where another dongle is at its address, and says once who that is', async () => {
    const other = nameOf(peer('3-2', PLACES.from));
    const unexpected = {
      code: 'PEER_UNEXPECTED',
      details: { address: PLACES.from, found: other, expected: '3-1' },
    } as const;
    const steps = [
      reaching(async () => gone()),
      reaching(async () => Promise.reject(thrown(unexpected))),
      reaching(async () => null),
    ];
    const seen = [gone('CARRIER_UNREACHABLE'), other, other, other, undefined, other, undefined];
    const { outcome, looked, said } = await run(steps, { absence: (look) => seen[look - 1] });
    expect([outcome, looked.length]).toEqual([null, seen.length]);
    const waiting = said.split('\n').filter((line) => line.startsWith('Still waiting'));
    expect(waiting).toEqual(Array(2).fill(`Still waiting for ${nameOf(GIVER)}: at ${PLACES.from} is ${other} now.`));
  });

  it('does not wait for somebody who was another one from the beginning', async () => {
    const unexpected = thrown({
      code: 'PEER_UNEXPECTED',
      details: { address: PLACES.from, found: 'x', expected: 'y' },
    });
    expect(await run([() => Promise.reject(unexpected)])).toMatchObject({ outcome: unexpected, looked: [] });
  });

  it('asks for a PIN once', async () => {
    const asked: string[] = [];
    const asking = (failure: Failure | null): Step => {
      return async (reached, context) => {
        expect(await context.ask('PIN of 3-1: ')).toBe('open sesame');
        reached();
        return failure;
      };
    };
    await run([asking(gone()), asking(gone()), asking(null)], { asked });
    expect(asked).toEqual(['PIN of 3-1: ']);
  });

  it('is attempted once where nobody waits', async () => {
    const failure = gone();
    const attempt = async (): Promise<Failure> => failure;
    const attempts = { places: PLACES, attempt, failureOf: (one: Failure) => one };
    expect(await outlasting(contextOn(new MemoryStream()), undefined, attempts)).toBe(failure);
  });
});

describe('a move', () => {
  it('waits where standard error is a terminal, unless it is told otherwise', () => {
    const [terminal, file] = [contextOn(new MemoryStream({ columns: 80 })), contextOn(new MemoryStream())];
    expect([isPatient(terminal, undefined), isPatient(file, undefined)]).toEqual([true, false]);
    expect([isPatient(terminal, false), isPatient(file, true)]).toEqual([false, true]);
  });
});
