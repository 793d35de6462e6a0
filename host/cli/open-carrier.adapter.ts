import {
  blink as blinkAt,
  type CarrierEnv,
  openCarrier as open,
  openPipe as openBytes,
  PATIENCE,
  visit,
} from '../../carriers/open-carrier.ts';
import type { ContainerClient } from '../../container/commands/client.ts';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { steadyClock, systemEnv } from '../../container/crypto/native/system-env.adapter.ts';
import { FerryError } from '../../container/errors.ts';
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

/** Has the dongle at an address on USB show which one it is. @throws ADDRESS_WRONG, and what reaching it throws */
export function blink(text: string): Promise<void> {
  return blinkAt(text, carrierEnv());
}

/** Why the dongle at an address on USB cannot be reached; undefined when it can. @throws ADDRESS_WRONG */
export async function absence(text: string): Promise<FerryError | undefined> {
  try {
    await visit(text, carrierEnv());
    return undefined;
  } catch (error) {
    if (!(error instanceof FerryError) || error.code === 'ADDRESS_WRONG') throw error;
    return error;
  }
}
