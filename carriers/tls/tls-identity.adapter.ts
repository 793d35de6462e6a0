import { webcrypto } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { FerryError } from '../../container/errors.ts';
import { makeFolder, syncFolder, writeDurably } from '../../container/store/file-durable.adapter.ts';
import { readFailed, systemCode, writeFailed } from '../../container/store/file-failure.ts';

/** A certificate of one's own and its key, in PEM. Who owns it is known by its fingerprint alone. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const FOR_EVER = { notBefore: new Date('2000-01-01T00:00:00Z'), notAfter: new Date('9999-12-31T23:59:59Z') };

/**
 * The identity in a folder; made, durably and readable for its owner alone, when there is none. Two programs that make one at
 * the same time get the same.
 *
 * @param name what the certificate says about itself; nobody relies on it
 * @throws FILE_UNREADABLE, PAIRING_DAMAGED, STORE_WRITE_FAILED
 */
export async function tlsIdentity(
  folder: string,
  name: string,
  random: (length: number) => Uint8Array,
): Promise<TlsIdentity> {
  const file = path.join(folder, 'identity.pem');
  const known = readIdentity(file);
  if (known !== undefined) return known;
  const made = await makeIdentity(name, random);
  try {
    makeFolder(folder, 0o700);
    place(file, `${made.cert}\n${made.key}`);
  } catch (error) {
    throw writeFailed(file, error);
  }
  return readIdentity(file) ?? made;
}

/** Puts the file there unless another program was faster. */
function place(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.new`;
  fs.rmSync(temporary, { force: true });
  try {
    writeDurably(temporary, (handle) => fs.writeFileSync(handle, text), 'wx');
    fs.linkSync(temporary, file);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    fs.rmSync(temporary, { force: true });
  }
  syncFolder(path.dirname(file));
}

function readIdentity(file: string): TlsIdentity | undefined {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw readFailed(file, error);
  }
  const cert = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/.exec(text)?.[0];
  const key = /-----BEGIN PRIVATE KEY-----[^-]*-----END PRIVATE KEY-----/.exec(text)?.[0];
  if (cert === undefined || key === undefined) throw new FerryError('PAIRING_DAMAGED', { where: file });
  return { cert, key };
}

async function makeIdentity(name: string, random: (length: number) => Uint8Array): Promise<TlsIdentity> {
  // x509 looks for it when it is loaded.
  await import('reflect-metadata');
  const { X509CertificateGenerator } = await import('@peculiar/x509');
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: Buffer.from([1, ...random(15)]).toString('hex'),
      name: [{ CN: [name] }],
      ...FOR_EVER,
      keys,
      signingAlgorithm: ALGORITHM,
    },
    webcrypto,
  );
  const secret = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = (secret.match(/.{1,64}/g) ?? []).join('\n');
  return {
    cert: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`,
  };
}
