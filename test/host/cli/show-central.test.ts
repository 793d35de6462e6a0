import { expect, it } from 'vitest';
import type { ItemId, PublicKey } from '../../../container/model/ids.ts';
import type { SerialNumber } from '../../../container/model/serial-number.ts';
import { Output } from '../../../host/cli/output.ts';
import { showCentral } from '../../../host/cli/show-central.ts';
import { MemoryStream } from './memory-stream.ts';

it('seats of a license are named with the container that they went to, by its serial number where that is known', () => {
  const stdout = new MemoryStream();
  const output = new Output({ stdout, stderr: new MemoryStream(), json: false, quiet: false, color: false });
  const line = {
    itemId: 'ab'.repeat(16) as ItemId,
    firmCode: 7,
    productCode: 1001,
    text: 'Editor',
    firstHolder: '3-1' as SerialNumber,
    granted: 9,
    status: 'active',
    refusedFor: null,
    held: 9,
    inTransit: 0,
    movedOn: 0,
    unaccounted: 0,
    duplicates: 0,
    usedAgain: 0,
    surplus: 0,
    places: [],
    arrivals: [
      { container: 'ab'.repeat(32) as PublicKey, serial: '130-2' as SerialNumber, quantity: 3 },
      { container: 'cd'.repeat(32) as PublicKey, serial: null, quantity: 6 },
    ],
  } as const;
  const firms = [{ firmCode: 7, name: 'Acme', withdrawn: false }];
  showCentral(output, 'central:vendor', { firms, ledger: [line], transit: [], unknown: [], lists: [], evidence: [] });
  const shown = stdout.lines.join(' ').replace(/\s+/g, ' ');
  expect(shown).toContain('3 went to 130-2, which has not told of it');
  expect(shown).toContain('6 went to the container with the key cdcdcdcdcdcdcdcd, which has not told of it');
});

it('a proof of a License Central is shown once, by the serial number of its container where that is known', () => {
  const stdout = new MemoryStream();
  const output = new Output({ stdout, stderr: new MemoryStream(), json: false, quiet: false, color: false });
  const proof = { reason: 'it was set back', proof: new Uint8Array(1) };
  const known = { ...proof, container: 'ab'.repeat(32) as PublicKey, serial: '3-1' as SerialNumber };
  const stranger = { ...proof, container: 'cd'.repeat(32) as PublicKey, serial: null };
  const nothing = { firms: [], ledger: [], transit: [], unknown: [], lists: [] };
  showCentral(output, 'central:vendor', { ...nothing, evidence: [known, known, stranger] });
  expect(stdout.lines.filter((line) => line.includes('Proof'))).toEqual([
    '  Proof about 3-1: it was set back',
    '  Proof about the container with the key cdcdcdcdcdcdcdcd: it was set back',
  ]);
});
