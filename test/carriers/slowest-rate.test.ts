import { expect, it } from 'vitest';
import { parseCarrierAddress } from '../../carriers/address.ts';
import { slowestRate } from '../../carriers/slowest-rate.ts';

it.each([
  ['unix:s', 1024],
  ['tcp://:7430', 1024],
  ['serial:/dev/ttyS0', 1024],
  ['serial:/dev/ttyS0?baud=9600', 240],
  ['serial:/dev/ttyS0?baud=300', 7.5],
])('over %s at least %d bytes a second are carried', (address, rate) => {
  expect(slowestRate(parseCarrierAddress(address))).toBe(rate);
});
