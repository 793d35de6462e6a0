import { describe, expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import { type FirmsServer, updatesOfFirms } from '../../../host/cli/commands/central/updates-of-firms.ts';

const TARGET = '3-1';

interface FirmHere {
  readonly firmCode: number;
  readonly open?: boolean;
  readonly list?: boolean;
  readonly asked?: boolean;
  readonly known?: boolean;
  readonly fails?: FerryError;
}

const stopped = new FerryError('EPOCH_NEEDED', { target: TARGET, firm: 1 });

/** A License Central with these firms, whose files are the Firm Codes as single bytes. */
function server(firms: readonly FirmHere[], hasRootList = false): FirmsServer {
  const codes = (is: (firm: FirmHere) => boolean | undefined): number[] =>
    firms.filter((firm) => is(firm) === true).map(({ firmCode }) => firmCode);
  const target = (is: boolean | undefined) => (is === true ? [{ serial: TARGET }] : []);
  const firm = (code: number): FirmHere => firms.find(({ firmCode }) => firmCode === code) ?? { firmCode: code };
  const made = {
    firms: async () => firms,
    askedForTime: async () => codes(({ asked }) => asked),
    channels: async (code: number) => target(firm(code).known),
    transit: async (code: number) => target(firm(code).open),
    revocations: async () =>
      [...(hasRootList ? [null] : []), ...codes(({ list }) => list)].map((firmCode) => ({ firmCode })),
    updatesFor: async ({ firmCode }: { readonly firmCode: number }) => {
      const { fails } = firm(firmCode);
      if (fails !== undefined) throw fails;
      return [Uint8Array.of(firmCode)];
    },
  };
  return made as unknown as FirmsServer;
}

async function firmsIn(firms: readonly FirmHere[], hasRootList = false, only?: number) {
  const { updates, failures, asked } = await updatesOfFirms(server(firms, hasRootList), TARGET, only);
  return { files: updates.map(([code]) => code), failed: failures.map(({ firmCode }) => firmCode), asked };
}

describe('the update files of all firms for a container', () => {
  it('are of those that have something in transit, a list of their own, or the time that was asked for', async () => {
    const firms = [
      { firmCode: 1, open: true },
      { firmCode: 2, list: true },
      { firmCode: 3, asked: true },
      { firmCode: 4 },
    ];
    expect(await firmsIn(firms)).toEqual({ files: [1, 2, 3], failed: [], asked: 3 });
    expect(await firmsIn(firms, false, 2)).toEqual({ files: [2], failed: [], asked: 1 });
  });

  it('bring a list alone by no firm that never dealt with the container, unless it is named or nobody did', async () => {
    const [known, stranger] = [
      { firmCode: 1, list: true, known: true },
      { firmCode: 2, list: true },
    ];
    const others = [stranger, { firmCode: 3, list: true, fails: stopped }];
    expect(await firmsIn([known, ...others])).toEqual({ files: [1], failed: [], asked: 1 });
    expect(await firmsIn([known, ...others], false, 2)).toEqual({ files: [2], failed: [], asked: 1 });
    expect(await firmsIn(others)).toEqual({ files: [2], failed: [3], asked: 2 });
  });

  it('do not wait for a firm that a rule stops', async () => {
    const firms = [
      { firmCode: 1, open: true, fails: stopped },
      { firmCode: 2, open: true },
    ];
    expect(await firmsIn(firms)).toEqual({ files: [2], failed: [1], asked: 2 });
  });

  it('are not made when the License Central is damaged', async () => {
    const fails = new FerryError('CENTRAL_DAMAGED', { where: 'vendor', what: 'a key' });
    await expect(firmsIn([{ firmCode: 1, open: true, fails }])).rejects.toBe(fails);
  });

  it('bring the list of the root by no firm more than have something to say', async () => {
    const firms = [{ firmCode: 1 }, { firmCode: 2, known: true }, { firmCode: 3, open: true, known: true }];
    expect(await firmsIn(firms, true)).toEqual({ files: [3], failed: [], asked: 1 });
  });

  it('bring the list of the root alone by one firm that has dealt with the container', async () => {
    const firms = [{ firmCode: 1 }, { firmCode: 2, known: true }, { firmCode: 3, known: true }];
    expect(await firmsIn(firms, true)).toEqual({ files: [2], failed: [], asked: 1 });
  });

  it('bring the list of the root by the next firm that knows the container when one is stopped, and by no stranger', async () => {
    const first = { firmCode: 1, open: true, known: true, fails: stopped };
    expect(await firmsIn([first, { firmCode: 2 }, { firmCode: 3, known: true }], true)).toEqual({
      files: [3],
      failed: [1],
      asked: 2,
    });
    expect(await firmsIn([first, { firmCode: 2 }], true)).toEqual({ files: [], failed: [1], asked: 1 });
  });

  it('bring the list of the root by a single one where no firm knows the container', async () => {
    expect(await firmsIn([{ firmCode: 1 }, { firmCode: 2 }], true)).toEqual({ files: [1], failed: [], asked: 1 });
  });

  it('are none where nobody has anything to say', async () => {
    expect(await firmsIn([{ firmCode: 1, known: true }])).toEqual({ files: [], failed: [], asked: 0 });
  });
});
