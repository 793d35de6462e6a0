import path from 'node:path';
import Database from 'libsql';
import { signFirmRevocations, signRootRevocations } from '../../../container/files/notices.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { ROOT_LIST } from '../../../host/license-central/tables.ts';
import { crypto, root, seededEnv } from '../../world/parties.ts';

/** Puts a list into the database of a License Central, as if so many had been revoked one by one. */
export function storeList(folder: string, firmCode: number, count: number): void {
  const env = seededEnv(`keys ${firmCode}`);
  const content = { version: 5, keys: Array.from({ length: count }, () => toHex(env.random(32)) as PublicKey) };
  const raw =
    firmCode === ROOT_LIST
      ? signRootRevocations(crypto, root.seed, content)
      : signFirmRevocations(crypto, env.random(32), { firmCode, ...content });
  const database = new Database(path.join(folder, 'central.sqlite'));
  database.prepare('insert into revocations values (?, ?, ?)').run(firmCode, content.version, Buffer.from(raw));
  database.close();
}
