import { expect } from 'vitest';
import { readStoredCertificate } from '../../../container/files/certificate.ts';
import { contextHeader, type Inventory, sealContextFile } from '../../../container/files/context-file.ts';
import { readEnvelope, sealEnvelope } from '../../../container/files/envelope.ts';
import { type Statement, statement } from '../../../container/files/statement.ts';
import { type TransferRecord, transferRecord } from '../../../container/files/transfer-record.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { LicenseCentral } from '../../../host/license-central/index.ts';
import { crypto, seededEnv, type TestContainer } from '../../world/parties.ts';
import { contextFor, FIRM } from './scene.ts';

const NOTHING: Inventory = {
  complete: false,
  holdings: [],
  logFirst: 1,
  log: [],
  certificates: [],
  setBackBy: null,
  proofs: [],
};

/** What somebody who has the secrets of a dongle signs in its name. */
export function signerOf(dongle: TestContainer) {
  const env = seededEnv(dongle.parts.where.replace(' ', '-'));
  const seed = env.random(32);
  expect(toHex(crypto.ed25519PublicKey(seed))).toBe(dongle.key);
  return {
    /** A transfer record of the dongle. */
    record(content: Omit<TransferRecord, 'from'>): Uint8Array {
      return sealEnvelope(crypto, seed, 'transferRecord', [transferRecord.encode({ from: dongle.key, ...content })]);
    },
    /** The dongle's present context `later` generations on, with another inventory, and what else it is to say of itself. */
    async context(
      central: LicenseCentral,
      later: number,
      inventory: Partial<Inventory>,
      saying: (now: Statement) => Partial<Statement> = () => ({}),
    ): Promise<Uint8Array> {
      const genuine = readEnvelope(await contextFor(central, dongle), 'contextFile', 3, 'a context file');
      const firm = readStoredCertificate(await central.certificateOf(FIRM));
      if (!genuine.ok || firm.party !== 'firm') return expect.fail('the world is not as it was made');
      const [said = new Uint8Array(), header = new Uint8Array()] = genuine.value.parts;
      const now = statement.decodeTrusted(said);
      return sealContextFile(crypto, seed, {
        statement: { ...now, generation: now.generation + later, ...saying(now) },
        header: contextHeader.decodeTrusted(header),
        inventory: { content: { ...NOTHING, ...inventory }, sealingKey: firm.sealingKey, entropy: env.random(32) },
      });
    },
  };
}
