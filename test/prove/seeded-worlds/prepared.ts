import { Container } from '../../../container/container.ts';
import type { Crypto } from '../../../container/crypto/port.ts';
import type { ContainerKind, IssueRight } from '../../../container/files/certificate.ts';
import {
  certifyContainer,
  certifyFirm,
  certifyTimeServer,
  type RootAuthority,
  testRoot,
} from '../../../container/files/test-root.ts';
import { fromHex, toHex } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { serialFromParts } from '../../../container/model/serial-number.ts';
import { type Prepared, worldEnv } from './member.ts';
import type { VendorKeys } from './memory-channel.ts';
import { WorldAnchor, WorldFlash } from './world-flash.ts';

/** Seconds since 2000-01-01 at which worlds begin. */
export const BEGINNING = 800_000_000;

/** What all worlds of one cryptography have in common, made once: keys, certificates and empty containers. */
export interface Cast {
  readonly crypto: Crypto;
  readonly root: RootAuthority;
  readonly containers: readonly Prepared[];
  readonly vendors: readonly VendorKeys[];
}

const GEOMETRY = { size: 2 * 1024 * 1024, pageSize: 256, sectorSize: 4096 };

export function castFor(crypto: Crypto): Cast {
  const root = testRoot(crypto);
  return {
    crypto,
    root,
    containers: [
      prepared(crypto, root, 'dongle 1', 'dongle', 1, 'move'),
      prepared(crypto, root, 'dongle 2', 'dongle', 2, 'move'),
      prepared(crypto, root, 'device 3', 'soft', 3, 'return'),
      prepared(crypto, root, 'device 4', 'soft', 4, 'return'),
      prepared(crypto, root, 'device 5', 'soft', 5, 'return'),
    ],
    vendors: [vendorKeys(crypto, root, 6000010), vendorKeys(crypto, root, 6000011)],
  };
}

function prepared(
  crypto: Crypto,
  root: RootAuthority,
  name: string,
  kind: ContainerKind,
  number: number,
  issues: IssueRight,
): Prepared {
  const flash = new WorldFlash(GEOMETRY);
  const anchor = new WorldAnchor();
  const env = worldEnv(number, 0, BEGINNING);
  const container = Container.create({ crypto, env, flash, anchor, where: name }, { kind, root });
  const { key, sealingKey } = container.state.identity;
  const serial = serialFromParts(kind === 'dongle' ? 3 : 130, number);
  const certificate = certifyContainer(crypto, root, { serial, kind, key, sealingKey: fromHex(sealingKey), issues });
  container.enrol(certificate);
  return { name, kind, issues, certificate, geometry: GEOMETRY, image: flash.image(), anchor: anchor.read() };
}

function vendorKeys(crypto: Crypto, root: RootAuthority, firmCode: number): VendorKeys {
  const { random } = worldEnv(firmCode, 0, BEGINNING);
  const [seed, sealingSecret, timeSeed] = [random(32), random(32), random(32)];
  const key = toHex(crypto.ed25519PublicKey(seed)) as PublicKey;
  const sealingKey = crypto.x25519PublicKey(sealingSecret);
  const name = `Firm ${firmCode}`;
  const timeKey = toHex(crypto.ed25519PublicKey(timeSeed)) as PublicKey;
  return {
    firmCode,
    name,
    seed,
    sealingSecret,
    key,
    certificate: certifyFirm(crypto, root, { firmCode, key, sealingKey, name }),
    time: { seed: timeSeed, certificate: certifyTimeServer(crypto, root, timeKey) },
  };
}
