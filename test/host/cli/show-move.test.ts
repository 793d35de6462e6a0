import { expect, it } from 'vitest';
import type { PublicKey } from '../../../container/model/ids.ts';
import { Output } from '../../../host/cli/output.ts';
import type { Peer } from '../../../host/cli/peers.ts';
import { failureOfMove, type RunMove } from '../../../host/cli/show-move.ts';
import { MemoryStream } from './memory-stream.ts';

const peer = (address: string, serial: string | null): Peer => ({
  address,
  serial,
  kind: null,
  key: 'ab'.repeat(32) as PublicKey,
  words: '',
});

/** How a move is told that left something in transit since that partner is said to be set back. */
function told(from: Peer, to: Peer, code: string, partner: string) {
  const output = new Output({
    stdout: new MemoryStream(),
    stderr: new MemoryStream(),
    json: false,
    quiet: false,
    color: false,
  });
  const failure = { code, details: { partner, why: 'of its words', firm: 6000010 } };
  const run = {
    sides: { from: from.address, to: to.address, giver: from, getter: to },
    result: { state: 'refused', failure, inTransit: [2], earlier: null },
    firm: null,
  } as unknown as RunMove;
  return failureOfMove(output, run);
}

const [server, dongle, device] = [peer('central:vendor', null), peer('sim:dongle', '3-1'), peer('sim:device', '130-2')];

it.each([
  ['of a server that the dongle refuses', server, dongle, 'PARTNER_ROLLED_BACK', 'firm 6000010', 'central:vendor'],
  ['of a server that a dongle proved set back', server, dongle, 'CENTRAL_ROLLED_BACK', '3-1', 'central:vendor'],
  ['of a server that refuses the dongle', server, dongle, 'PARTNER_ROLLED_BACK', '3-1', 'sim:dongle is not'],
  ['of a dongle that the device refuses', dongle, device, 'PARTNER_ROLLED_BACK', '3-1', 'sim:dongle is not'],
  ['of a dongle that refuses the device', dongle, device, 'PARTNER_ROLLED_BACK', '130-2', 'sim:device is not'],
  ['of a dongle that the device proved set back', dongle, device, 'SELF_ROLLED_BACK', '130-2', 'sim:dongle is not'],
] as const)('a move %s names whoever was set back', (_, from, to, code, partner, named) => {
  const left = named.startsWith('central:') ? 'LEFT_WITH_RESTORED' : 'LEFT_WITH_COPY';
  const failure = told(from, to, code, partner);
  expect([failure?.code, failure?.message]).toEqual([left, expect.stringContaining(named)]);
});
