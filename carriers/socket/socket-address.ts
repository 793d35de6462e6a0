import type { CarrierAddress } from '../address.ts';

export type SocketAddress = Extract<CarrierAddress, { readonly scheme: 'unix' | 'tcp' | 'tls' }>;

/** An address as it is written on the command line. */
export function socketText(address: SocketAddress): string {
  if (address.scheme === 'unix') return `unix:${address.path}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${address.scheme}://${host}:${address.port}`;
}
