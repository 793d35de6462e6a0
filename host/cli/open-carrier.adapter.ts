import {
  blink as blinkAt,
  type CarrierEnv,
  donglesAtServer as donglesAt,
  openCarrier as open,
  openPipe as openBytes,
  PATIENCE,
} from '../../carriers/open-carrier.ts';
import type { ContainerClient } from '../../container/commands/client.ts';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { steadyClock, systemEnv } from '../../container/crypto/native/system-env.adapter.ts';
import type { BytePipe } from '../../container/wire/call-over-pipe.ts';
import { printable } from './printable.ts';

/** A served container, reached from this computer. @throws ADDRESS_WRONG */
export function openCarrier(text: string): ContainerClient {
  return open(text, carrierEnv());
}

function carrierEnv(): CarrierEnv {
  return {
    crypto: nativeCrypto(),
    random: systemEnv().random,
    clock: steadyClock,
    patience: PATIENCE,
    pairingFolder,
    remark,
  };
}

/** Where the words of a program that a person starts in a shell would appear, too. */
function remark(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}

async function pairingFolder(): Promise<string> {
  const { stateFolder } = await import('./move-places.adapter.ts');
  return stateFolder((name) => process.env[name]);
}

/** The bare bytes there and back, and nothing of what a program says beside them. @param patience seconds of silence that break it @throws ADDRESS_WRONG, CARRIER_UNREACHABLE */
export function openPipe(text: string, patience: number): Promise<BytePipe> {
  return openBytes(text, { ...carrierEnv(), patience, remark: () => undefined });
}

/** The addresses of the dongles at `usbip://HOST:PORT`; undefined for any other address. @throws what reaching it throws */
export function donglesAtServer(text: string): Promise<readonly string[] | undefined> {
  return donglesAt(text, PATIENCE);
}

/** Has the dongle at an address on USB show which one it is. @throws ADDRESS_WRONG, and what reaching it throws */
export function blink(text: string): Promise<void> {
  return blinkAt(text, carrierEnv());
}
