import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UPDATE_SUFFIX } from '../../../container/files/file-names.ts';
import { readFerryFile, writeUpdates } from '../../../host/cli/ferry-files.adapter.ts';
import { makeContainer, TestFirm } from '../../world/parties.ts';

describe('update files that get their names in a folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-updates-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const device = makeContainer('soft', 7);
  const write = (updates: readonly Uint8Array[], called?: string): string[] =>
    writeUpdates(`folder:${folder}`, updates, 'again', called).map((file) => path.basename(file, UPDATE_SUFFIX));
  const lying = (): string[] => fs.readdirSync(folder).sort();
  const content = (name: string): Uint8Array => readFerryFile(path.join(folder, `${name}${UPDATE_SUFFIX}`));
  const notices = (firm: TestFirm, generation = 1): Uint8Array => firm.update(device, { generation });

  /** A firm that has issued so many entries to the device. */
  function firmWith(entries: number, firm = new TestFirm()): TestFirm {
    for (let at = 0; at < entries; at++)
      firm.issue(device, { kind: 'add', grants: [firm.grant(device.key, { quantity: 1 }).raw] });
    return firm;
  }

  it('are all there, those without sequences as well', () => {
    const firm = firmWith(1);
    const updates = [firm.update(device), ...[1, 2].map(() => firm.update(device, { first: 2, last: 1 }))];
    const names = write(updates);
    expect(names).toEqual(['1', 'none', 'none-2'].map((end) => `firm-6000010-for-130-7-${end}`));
    expect(names.map((name) => Buffer.from(content(name)))).toEqual(updates.map((raw) => Buffer.from(raw)));
  });

  it('replace their own earlier ones, and do not pile up', () => {
    const firm = firmWith(1);
    const updates = (generation: number): Uint8Array[] => [
      firm.update(device, { generation }),
      firm.update(device, { first: 2, last: 1, generation }),
    ];
    const names = write(updates(1));
    expect(write(updates(2))).toEqual(names);
    expect(lying()).toHaveLength(2);
  });

  it('without sequences are called by what they bring, and leave another one alone', () => {
    const firm = new TestFirm();
    const list = notices(firm);
    const names = [...write([list]), ...write([notices(firm, 2)], 'accepted')];
    expect(names).toEqual(['firm-6000010-for-130-7-none', 'firm-6000010-for-130-7-accepted']);
    expect(Buffer.from(content(names[0] ?? ''))).toEqual(Buffer.from(list));
  });

  it('of other entries under the same sequences leave those alone that are there', () => {
    const first = write([firmWith(1).update(device)]);
    const forgetful = new TestFirm();
    forgetful.grant(device.key);
    const other = firmWith(1, forgetful).update(device);
    const second = write([other]);
    expect(second[0]).toMatch(/^firm-6000010-for-130-7-1-[0-9a-f]{8}$/);
    expect(write([other])).toEqual(second);
    expect(lying()).toHaveLength(2);
    expect(first[0]).not.toBe(second[0]);
  });

  it('leave those of a later statement alone', () => {
    const firm = firmWith(1);
    const [later, earlier] = [2, 1].map((generation) => firm.update(device, { generation })) as [
      Uint8Array,
      Uint8Array,
    ];
    const names = [...write([later]), ...write([earlier])];
    expect(new Set(names).size).toBe(2);
    expect(Buffer.from(content(names[0] ?? ''))).toEqual(Buffer.from(later));
    expect(Buffer.from(content(names[1] ?? ''))).toEqual(Buffer.from(earlier));
  });

  it('leave those for another container of that serial number alone', () => {
    const firm = new TestFirm();
    const names = [...write([notices(firm)]), ...write([firm.update(makeContainer('cloud', 7), { generation: 9 })])];
    expect(new Set(names).size).toBe(2);
    expect(lying()).toHaveLength(2);
  });

  it('take the place of what is damaged', () => {
    const firm = firmWith(1);
    fs.writeFileSync(path.join(folder, `firm-6000010-for-130-7-1${UPDATE_SUFFIX}`), '-----BEGIN LICENSE FERRY');
    expect(write([firm.update(device)])).toEqual(['firm-6000010-for-130-7-1']);
  });
});
