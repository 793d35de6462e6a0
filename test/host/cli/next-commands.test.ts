import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { absoluteAddress, beginningOf } from '../../../host/cli/move-sides.ts';
import { type EntryUnderWay, nextCommands, type UnderWay } from '../../../host/cli/next-commands.ts';
import { isMeant, shortId } from '../../../host/cli/short-id.ts';

const ID = `move-${'ab'.repeat(16)}-${'cd'.repeat(16)}`;
const entry = (sequence: number, seats: number, cancelled = false): EntryUnderWay => ({
  sequence,
  firmCode: 10,
  items: [{ productCode: 7, seats }],
  cancelled,
  standing: 'unknown',
  reason: 0,
  writtenOff: false,
});
const way: UnderWay = {
  from: 'sim:my dongle',
  firm: null,
  giver: '3-1',
  isSetBack: false,
  isWithdrawn: false,
  barred: null,
  to: '130-1000000001',
  toAddress: 'sim:device',
  id: ID,
  kept: 'nothing',
  entries: [entry(1, 2)],
};
const commands = (other: Partial<UnderWay>): readonly string[] =>
  nextCommands({ ...way, ...other }).map(({ command }) => command);

describe('what to type next', () => {
  it.each<[string, Partial<UnderWay>, readonly string[]]>([
    ['delivers what is in transit', {}, ["ferry move --from 'sim:my dongle' --to sim:device --item 10:7x2"]],
    [
      'names each product of the oldest entries once, up to one that was cancelled',
      { entries: [entry(4, 9), entry(2, 1), entry(3, 5, true), entry(1, 2)] },
      ["ferry move --from 'sim:my dongle' --to sim:device --item 10:7x3"],
    ],
    ['resumes what is kept', { kept: 'whole', toAddress: null }, ['ferry resume abababab-cdcdcdcd']],
    ['leaves to its own order what lost its note', { kept: 'unnoted' }, []],
    [
      'brings a firm of a License Central everything',
      { from: 'central:v', firm: 10, entries: [{ ...entry(1, 1), items: [] }] },
      ['ferry move --from central:v --to sim:device --all --firm 10'],
    ],
    [
      'has a License Central that was set back say first that it was restored',
      { from: 'central:v', firm: 10, isSetBack: true },
      ['ferry central restored v --firm 10', 'ferry move --from central:v --to sim:device --all --firm 10'],
    ],
    [
      'writes a cancellation again where the target is away',
      { from: 'central:v', firm: 10, toAddress: null, entries: [entry(1, 1, true)] },
      [
        'ferry cancel central:v --to 130-1000000001 --firm 10 -o folder:for-130-1000000001',
        'ferry apply ADDRESS folder:for-130-1000000001 -o folder:for-130-1000000001',
        'ferry settle central:v folder:for-130-1000000001',
      ],
    ],
    [
      'brings nothing but the receipt of what arrived before it was cancelled',
      { entries: [{ ...entry(1, 2, true), standing: 'arrived' }] },
      [
        "ferry context sim:device --for 'sim:my dongle' -o folder:for-130-1000000001",
        "ferry settle 'sim:my dongle' folder:for-130-1000000001",
      ],
    ],
  ])('%s', (_, other, expected) => {
    expect(commands(other)).toEqual(expected);
  });

  it.each<[string, EntryUnderWay['standing'][], string]>([
    ['all of it where the target has not decided about it', ['underWay', 'refused'], 'brings the seats back'],
    ['not what arrived', ['arrived', 'underWay'], 'brings back what was not applied before'],
    ['not what may have arrived', ['unknown'], 'brings back what was not applied before'],
  ])('promises of what was cancelled to bring back %s', (_, standings, why) => {
    const entries = standings.map((standing, at) => ({ ...entry(at + 1, 1, true), standing }));
    const promised = [null, 'sim:device'].map((toAddress) => nextCommands({ ...way, toAddress, entries }).at(-1)?.why);
    expect(promised).toEqual([why, why]);
  });
});

describe('the id of an unfinished move', () => {
  it.each([
    [shortId(ID), true],
    [ID, true],
    ['abababab-cdcdcdcd', true],
    ['abababab', false],
    ['aba-cdc', false],
    ['abababab-cdcdcdce', false],
    ['abababab-cdcdcdcd-00', false],
    ['', false],
  ])('typed as "%s": %s', (typed, meant) => {
    expect(isMeant(ID, typed)).toBe(meant);
  });
});

describe('an address that is noted', () => {
  it.each([
    ['sim:dongle', `sim:${path.resolve('dongle')}`],
    ['central:/a/../vendor', 'central:/vendor'],
    ['folder:./stick', `folder:${path.resolve('stick')}`],
    ['unix:run/ferry.sock', `unix:${path.resolve('run/ferry.sock')}`],
    ['tcp://host:7000', 'tcp://host:7000'],
    ['sim:', 'sim:'],
    ['exec:ssh plc ferry', `exec:cd ${process.cwd()} && ssh plc ferry`],
    ['exec:cd here && ./serve', `exec:cd ${process.cwd()} && cd here && ./serve`],
    [`exec:cd ${process.cwd()} && ssh plc ferry`, `exec:cd ${process.cwd()} && ssh plc ferry`],
    ["exec:cd '/a folder' && ./serve", "exec:cd '/a folder' && ./serve"],
  ])('%s becomes %s, which works from every folder', (text, absolute) => {
    expect(absoluteAddress(text)).toBe(absolute);
  });

  it('keeps the Firm Code that was given', () => {
    expect(beginningOf({ from: 'central:/v', to: 'sim:/d', firm: '10' })).toEqual({
      from: 'central:/v',
      to: 'sim:/d',
      firm: '10',
    });
  });
});
