import { expect, it } from 'vitest';
import type { PublicKey } from '../../../container/model/ids.ts';
import type { SerialNumber } from '../../../container/model/serial-number.ts';
import { Output } from '../../../host/cli/output.ts';
import { showCentral } from '../../../host/cli/show-central.ts';
import { MemoryStream } from './memory-stream.ts';

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
