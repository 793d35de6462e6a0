import { describe, expect, it } from 'vitest';
import type { ContainerClient } from '../../../container/commands/client.ts';
import type { FarBank } from '../../../host/cli/addresses.ts';
import { Output } from '../../../host/cli/output.ts';
import { withOwner } from '../../../host/cli/owner.ts';
import type { CommandContext } from '../../../host/cli/run-ferry.ts';
import { guarded, PIN, setPin } from '../../container/engine/owner-scene.ts';
import { reopen } from '../../world/parties.ts';
import { MemoryStream } from './memory-stream.ts';

const stream = new MemoryStream();
const CONTEXT: CommandContext = {
  env: { now: () => 0, random: (length) => new Uint8Array(length).fill(7) },
  output: new Output({ stdout: stream, stderr: stream, json: false, quiet: true, color: false }),
  progress: () => expect.fail('it shows progress'),
  variable: (name) => (name === 'FERRY_PIN' ? PIN : undefined),
  canAsk: false,
  ask: async () => undefined,
  interruptible: (_, work) => work(),
  endWith: () => undefined,
};

/** A dongle with a PIN, the way to which breaks so often, each time before a command of the owner is carried out. */
function breaking(times: number) {
  const { dongle } = guarded();
  setPin(dongle.container);
  reopen(dongle);
  let [session, left, unlocked] = [dongle.container.client(), times, 0];
  const client: ContainerClient = {
    call: async (name, request) => {
      if (name === 'unlock') unlocked += 1;
      if (name === 'orders' && left-- > 0) session = dongle.container.client();
      return session.call(name, request);
    },
    close: async () => undefined,
  };
  const dongles = async () => ({ is: () => true, open: () => ({ client }) });
  const far = { dongle: dongles, device: dongles } as unknown as FarBank;
  const orders = withOwner(far, CONTEXT, 'sim:dongle', (owner) => owner.call('orders', {}));
  return { orders, unlocked: () => unlocked };
}

describe('a command of the owner', () => {
  it.each([0, 1, 4])('is given with the PIN shown anew each time that the way breaks: %i times', async (times) => {
    const { orders, unlocked } = breaking(times);
    expect(await orders).toEqual({ orders: [] });
    expect(unlocked()).toBe(times + 1);
  });

  it('is not said to be refused where the way breaks each time, and is not tried without end', async () => {
    const { orders, unlocked } = breaking(Number.POSITIVE_INFINITY);
    await expect(orders).rejects.toMatchObject({ code: 'CARRIER_LOST', details: { where: 'sim:dongle' } });
    expect(unlocked()).toBe(5);
  });
});
