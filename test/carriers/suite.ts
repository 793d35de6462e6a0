import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CarrierEnv, openCarrier, openPipe } from '../../carriers/open-carrier.ts';
import type { ContainerClient } from '../../container/commands/client.ts';
import { codecsOf } from '../../container/commands/codecs-of.ts';
import { steadyClock, systemEnv } from '../../container/crypto/native/system-env.adapter.ts';
import { statementIn } from '../../container/files/statement-in.ts';
import { setOwnerPin } from '../../container/owner-client.ts';
import { type BytePipe, PipeCaller } from '../../container/wire/call-over-pipe.ts';
import { Transfer } from '../../container/wire/transfer.ts';
import { issueRequest } from '../world/issue-request.ts';
import { crypto, load, makeContainer, root, TestFirm } from '../world/parties.ts';
import { loadedDongle } from './loaded-dongle.ts';

/** A container that is served through a carrier. */
export interface Bench {
  /** Where clients reach it. */
  readonly address: string;
  readonly env?: Partial<CarrierEnv>;
  /** Ends the server. Rejects when it leaves something behind. */
  close(): Promise<void>;
}

export const PATIENT: CarrierEnv = {
  crypto,
  random: systemEnv().random,
  clock: steadyClock,
  patience: 20,
};

const PIN = '4711-blue';
const OWNER = { crypto, random: PATIENT.random, root };

/** A pipe over which several clients speak, one after the other. */
function sharedPipe(pipe: BytePipe): BytePipe {
  const pieces = pipe.arriving[Symbol.asyncIterator]();
  const arriving = { [Symbol.asyncIterator]: () => pieces };
  return { arriving, write: (bytes) => pipe.write(bytes), close: () => pipe.close() };
}

/** A client that says hello on a pipe that is open. */
async function greeted(pipe: BytePipe, isLine: boolean): Promise<Pick<ContainerClient, 'call'>> {
  const pace = { now: PATIENT.clock, patience: PATIENT.patience, rate: 1024 };
  const caller = await PipeCaller.open(pipe, { crypto, random: PATIENT.random, where: 'the container', isLine, pace });
  return {
    call: async (name, request) => {
      const codecs = codecsOf(name);
      const answer = await caller.call(codecs.code, codecs.request.encode(request), new Transfer());
      const read = codecs.response.decode(answer);
      if (!read.ok) throw new TypeError(`the answer to ${name} is none`);
      return read.value;
    },
  };
}

/** Sockets, lines and processes that are open in this process now. */
function openHandles(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => /^(TCP|Pipe|TLS|Process|Poll)/.test(kind))
    .sort();
}

/** Turns of the event loop in which what was closed has to let its handles go. */
const TURNS = 1000;

/** Handles that are open now and were not before, once what was closed has let go of its own. */
async function handlesLeft(before: readonly string[]): Promise<readonly string[]> {
  for (let turn = 0; turn < TURNS && beyond(before).length > 0; turn++)
    await new Promise((resolve) => setImmediate(resolve));
  return beyond(before);
}

function beyond(before: readonly string[]): string[] {
  const known = [...before];
  return openHandles().filter((kind) => {
    const at = known.indexOf(kind);
    if (at !== -1) known.splice(at, 1);
    return at === -1;
  });
}

/**
 * What every carrier must do, whatever brings the bytes.
 *
 * @param makeBench serves the dongle in a folder
 * @param clients how many it serves at a time
 */
export function carrierSuite(
  name: string,
  makeBench: (folder: string) => Promise<Bench>,
  clients: 'one' | 'several' = 'several',
): void {
  describe(`a container that is reached through ${name}`, () => {
    let dongle: ReturnType<typeof loadedDongle>;
    let bench: Bench;
    const opened: ContainerClient[] = [];
    const client = (): ContainerClient => {
      const one = openCarrier(bench.address, { ...PATIENT, ...bench.env });
      opened.push(one);
      return one;
    };
    let before: readonly string[];

    beforeEach(async () => {
      before = openHandles();
      dongle = loadedDongle();
      bench = await makeBench(dongle.folder);
    });
    afterEach(async () => {
      for (const one of opened.splice(0)) await one.close();
      await bench.close();
      dongle.remove();
      expect(await handlesLeft(before)).toEqual([]);
    });

    it('is listed whole, thousands of licenses and all', async () => {
      const { serial, holdings } = await client().call('list', {});
      expect([serial, holdings.length]).toEqual([dongle.serial, dongle.items]);
    });

    it('takes an update of nearly 2 MiB, and answers with more than 2 MiB', async () => {
      const reached = client();
      expect(dongle.update.length).toBeGreaterThan(1_900_000);
      await reached.call('apply', { update: dongle.update });
      expect((await reached.call('list', {})).holdings).toHaveLength(dongle.items + dongle.more);
    });

    it('gives a license away, in the transactions of a move, and takes it back', async () => {
      const [reached, device] = [client(), makeContainer('soft', 7)];
      const { context } = device.container.run('context', { certificate: dongle.certificate, firmCode: null });
      const issued = await reached.call(
        'issue',
        issueRequest({ context, first: 1, parts: [{ holding: 1, quantity: 2 }] }),
      );
      const receipts = issued.updates.map((update) => device.container.run('apply', { update }).receipt);
      for (const receipt of receipts) await reached.call('settle', { context: receipt });
      expect((await reached.call('list', {})).holdings[0]).toMatchObject({ quantity: 3, pending: 0 });
      const home = await reached.call('context', { certificate: device.certificate, firmCode: null });
      const back = device.container.run(
        'issue',
        issueRequest({
          context: home.context,
          first: 1,
          parts: [{ holding: 1, quantity: 2 }],
        }),
      );
      for (const update of back.updates) await reached.call('apply', { update });
      const held = (await reached.call('list', {})).holdings.reduce((sum, { quantity }) => sum + quantity, 0);
      expect(held).toBe(5 * dongle.items);
    });

    it('refuses with the code and the details of its refusal, and goes on', async () => {
      const other = makeContainer('dongle', 8);
      const firm = new TestFirm();
      load(firm, other, {});
      const reached = client();
      await expect(reached.call('apply', { update: firm.update(other) })).rejects.toMatchObject({
        code: 'NOT_ADDRESSED',
        details: { here: dongle.serial, wanted: '3-8' },
      });
      expect((await reached.call('list', {})).serial).toBe(dongle.serial);
    });

    it('answers calls that are made at once, each with its own answer', async () => {
      const reached = client();
      const [listed, told, again] = await Promise.all([
        reached.call('list', {}),
        reached.call('context', { certificate: makeContainer('soft', 7).certificate, firmCode: null }),
        reached.call('list', {}),
      ]);
      expect([listed.holdings.length, again.holdings.length]).toEqual([dongle.items, dongle.items]);
      expect(Object.keys(told)).toEqual(['context']);
    });

    it.runIf(clients === 'several')('serves several clients at once, each with what it asked for', async () => {
      const partners = [11, 12, 13].map((number) => makeContainer('soft', number));
      const taken = client().call('apply', { update: dongle.update });
      const told = partners.map(async ({ certificate, key }) => {
        const reached = client();
        const [listed, { context }] = await Promise.all([
          reached.call('list', {}),
          reached.call('context', { certificate, firmCode: null }),
        ]);
        expect(statementIn(context)?.partner).toBe(key);
        return listed.holdings.length;
      });
      // The update is there whole or not at all, whoever looks.
      for (const found of await Promise.all(told)) expect([dongle.items, dongle.items + dongle.more]).toContain(found);
      await taken;
      expect((await client().call('list', {})).holdings).toHaveLength(dongle.items + dongle.more);
    });

    it('takes the PIN of one client for nobody who comes after', async () => {
      const owner = client();
      const { certificate } = await owner.call('list', {});
      await setOwnerPin(owner, PIN, { ...OWNER, certificate });
      await owner.call('history', {});
      await owner.close();
      await expect(client().call('history', {})).rejects.toMatchObject({ code: 'OWNER_NEEDED' });
    });

    it('takes the PIN of one who said hello for nobody who says hello after, on the same stream', async () => {
      const pipe = sharedPipe(await openPipe(bench.address, { ...PATIENT, ...bench.env }));
      try {
        const isLine = bench.address.startsWith('serial:');
        const owner = await greeted(pipe, isLine);
        const { certificate } = await owner.call('list', {});
        const client = { call: owner.call, close: () => pipe.close() };
        await setOwnerPin(client, PIN, { ...OWNER, certificate });
        await owner.call('history', {});
        const next = await greeted(pipe, isLine);
        await expect(next.call('history', {})).rejects.toMatchObject({ code: 'OWNER_NEEDED' });
      } finally {
        await pipe.close();
      }
    });

    it('ends a call whose client closes, and serves the next client', async () => {
      const given = client();
      const call = given.call('apply', { update: dongle.update });
      const failed = expect(call).rejects.toMatchObject({ code: 'CARRIER_LOST' });
      await given.close();
      await failed;
      expect((await client().call('list', {})).serial).toBe(dongle.serial);
    });
  });
}
