import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { Container } from '../../../container/container.ts';
import { FerryError } from '../../../container/errors.ts';
import { certifyContainer } from '../../../container/files/test-root.ts';
import { fromHex } from '../../../container/model/bytes.ts';
import { serialFromParts } from '../../../container/model/serial-number.ts';
import { MemoryAnchor } from '../../../container/store/memory-anchor.ts';
import { MemoryFlash } from '../../../container/store/memory-flash.ts';
import { FAMILIES } from '../../../host/conformance/cases/all-families.ts';
import { CHANNEL_BYTES, channelsOf, MEMORY_NEEDED } from '../../../host/conformance/conformance-run.ts';
import { strangeRoot } from '../../../host/conformance/makers/parties.ts';
import { bound } from '../../container/engine/scene.ts';
import { crypto, load, makeContainer, move, order, TestFirm } from '../../world/parties.ts';
import { CASES, notPassed, only, testedContainer, toolsOf, tryOn } from './tried.ts';
import { WIRE_CASES } from './wire-scene.ts';

describe('the conformance cases', () => {
  it('all pass on our soft container, take the channel records that were told, and leave no license', async () => {
    const { container } = testedContainer();
    const run = await tryOn(container.client());
    expect(notPassed(run)).toEqual([]);
    expect(run.results).toHaveLength(CASES.length);
    const { channels, holdings } = container.run('list', {});
    expect([channels.length, holdings.length, run.left]).toEqual([channelsOf(FAMILIES), 0, 0]);
  });

  it('each pass alone, those of a family one after the other on one container', async () => {
    for (const { cases } of FAMILIES) {
      const { container } = testedContainer();
      for (const { id } of cases) expect(notPassed(await tryOn(container.client(), only(id), id))).toEqual([]);
    }
  });

  it('all pass on our dongle in the opposite order, within the memory that is asked for beforehand', async () => {
    const { container } = testedContainer('dongle');
    const client = container.client();
    let [most, least] = [0, Number.POSITIVE_INFINITY];
    const watching: ContainerClient = {
      close: () => client.close(),
      call: async (name, request) => {
        const answer = await client.call(name, request);
        const { freeMemory } = container.run('list', {});
        [most, least] = [Math.max(most, freeMemory), Math.min(least, freeMemory)];
        return answer;
      },
    };
    const backwards = [...FAMILIES].reverse().map((family) => ({ ...family, cases: [...family.cases].reverse() }));
    expect(notPassed(await tryOn(watching, backwards))).toEqual([]);
    expect(most - least).toBeLessThan(MEMORY_NEEDED + CHANNEL_BYTES * channelsOf(FAMILIES));
  });

  it('have ids and titles of their own and name a section of the protocol', () => {
    const protocol = fs.readFileSync(path.join(import.meta.dirname, '../../../docs/protocol.md'), 'utf8');
    const sections = new Set([...protocol.matchAll(/^#{2,4} (.+)$/gm)].map(([, heading]) => heading));
    const all = [...CASES, ...WIRE_CASES];
    expect(all.filter(({ section }) => !sections.has(section)).map(({ id }) => id)).toEqual([]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
    expect(all.filter(({ id }) => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
  });

  it('that need more memory than is free are skipped with the reason', async () => {
    const it = testedContainer();
    const listing = it.container.run('list', {});
    bound(it, { capacity: listing.capacity - listing.freeMemory + 80 * 1024 });
    const client = it.container.client();
    let asked = 0;
    const filling: ContainerClient = {
      close: () => client.close(),
      call: async (name, request) => {
        // The container fills up after the run began.
        if (name === 'list') asked += 1;
        if (asked > 1) bound(it, { capacity: 20 * 1024 });
        return client.call(name, request);
      },
    };
    const { results } = await tryOn(filling, only('file-fullest-entry'));
    expect(results).toMatchObject([
      { outcome: 'skipped', reason: expect.stringMatching(/bytes of memory, \d+ are free/) },
    ]);
  });
});

/** Code and reason with which a run is refused before it begins. */
async function refusalOf({ container }: { container: Container }, seed = 'test'): Promise<string> {
  try {
    await tryOn(container.client(), only('firm-add'), seed);
  } catch (error) {
    if (error instanceof FerryError) return `${error.code}: ${error.details.why}`;
    throw error;
  }
  return 'none';
}

describe('a container that cannot be tested', () => {
  it('since it hangs on another root is told so, and nothing is written', async () => {
    const root = strangeRoot(toolsOf('root'));
    const { parts } = testedContainer();
    const flash = new MemoryFlash(parts.flash.geometry);
    const container = Container.create({ ...parts, flash, anchor: new MemoryAnchor() }, { kind: 'soft', root });
    expect(await refusalOf({ container })).toBe('CONFORMANCE_UNSUITED: it is not certified yet');
    const { key, sealingKey } = container.state.identity;
    const content = { serial: serialFromParts(130, 5), kind: 'soft', key, issues: 'return' } as const;
    container.enrol(certifyContainer(crypto, root, { ...content, sealingKey: fromHex(sealingKey) }));
    const before = container.run('list', {});
    expect(await refusalOf({ container })).toBe(
      `CONFORMANCE_UNSUITED: it trusts the root ${root.id}, and the TEST root (eb206316a08dfc2d) is needed`,
    );
    expect(container.run('list', {})).toEqual(before);
  });

  it('for want of channel records or of memory is told so before a case is run', async () => {
    const crowded = testedContainer();
    for (const [channels, free] of [
      [11, 3],
      [11, 2],
      [8, 0],
    ] as const) {
      bound(crowded, { channels });
      const refused = `CONFORMANCE_UNSUITED: 3 channel records are needed, ${free} are free`;
      expect(await refusalOf(crowded, `${free}`)).toBe(free === 3 ? 'none' : refused);
    }
    const full = testedContainer();
    bound(full, { capacity: 10_000 });
    expect(await refusalOf(full)).toMatch(/^CONFORMANCE_UNSUITED: 68608 bytes of memory are needed, \d+ are free$/);
  });

  it('since it holds licenses of others, or has them in transit, is told so, and nothing is written', async () => {
    const firm = new TestFirm();
    const dongle = testedContainer('dongle');
    load(firm, dongle, { text: 'Real', quantity: 2 });
    for (const to of [makeContainer('soft', 78), undefined]) {
      const before = dongle.container.run('list', {});
      expect(await refusalOf(dongle)).toBe('CONFORMANCE_UNSUITED: it holds 1 license(s)');
      expect(dongle.container.run('list', {})).toEqual(before);
      if (to !== undefined) order(dongle, to, [{ holding: 1, quantity: 2 }]);
    }
  });

  it('since it deals with a vendor of the Firm Code that the cases use is told so, and nothing is written', async () => {
    const device = testedContainer();
    device.container.run('context', { certificate: new TestFirm().certificate, firmCode: null });
    const before = device.container.run('list', {});
    expect(await refusalOf(device)).toMatch(
      /^CONFORMANCE_UNSUITED: it deals with "[^"]+", Firm Code 6000010, already$/,
    );
    expect(device.container.run('list', {})).toEqual(before);
  });

  it('since its vendor does not know of all its transfers is told so, and they are kept', async () => {
    const firm = new TestFirm();
    const [dongle, device] = [makeContainer('dongle', 79), testedContainer()];
    load(firm, dongle, { text: 'Real', quantity: 2 });
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    move(device, dongle, [{ holding: 1, quantity: 2 }]);
    const before = device.container.run('history', {});
    expect([before.transfers.length, device.container.run('list', {}).firms]).toEqual([2, []]);
    const refused =
      'CONFORMANCE_UNSUITED: it keeps transfers for Firm Code 6000010 that their vendor does not know of yet (2)';
    expect([await refusalOf(device), await refusalOf(device, 'again')]).toEqual([refused, refused]);
    expect(device.container.run('history', {})).toEqual(before);
  });

  it('is not one in which a run was cut off', async () => {
    const it = testedContainer();
    const client = it.container.client();
    let isCut = false;
    const cutOff: ContainerClient = {
      close: () => client.close(),
      call: async (name, request) => {
        if (isCut) throw new FerryError('CARRIER_LOST', { where: 'a socket', why: 'it broke' });
        isCut = name === 'apply';
        return client.call(name, request);
      },
    };
    await expect(tryOn(cutOff, only('transfer-direct'))).rejects.toMatchObject({ code: 'CARRIER_LOST' });
    expect(it.container.run('list', {}).holdings.length).toBeGreaterThan(0);
    expect(it.container.run('history', {}).transfers.length).toBeGreaterThan(0);
    expect(await refusalOf(it, 'again')).toBe('none');
  });

  it('since the way to it breaks off ends the run with the word of the carrier', async () => {
    const client = testedContainer().container.client();
    let calls = 0;
    const broken: ContainerClient = {
      close: () => client.close(),
      call: async (name, request) => {
        calls += 1;
        if (calls > 8) throw new FerryError('NO_CONTAINER', { where: 'a socket' });
        return client.call(name, request);
      },
    };
    await expect(tryOn(broken)).rejects.toMatchObject({ code: 'NO_CONTAINER' });
    expect(calls).toBe(9);
  });
});
