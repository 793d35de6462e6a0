import type { ContainerClient } from '../../container/commands/client.ts';
import type { Listing } from '../../container/commands/list.ts';
import type { Crypto } from '../../container/crypto/port.ts';
import { FerryError } from '../../container/errors.ts';
import { describeCertificate } from '../../container/files/describe-certificate.ts';
import { readEnvelope, verifyEnvelope } from '../../container/files/envelope.ts';
import { statement } from '../../container/files/statement.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { type Failure, failureOf, isInterruption } from '../failure.ts';
import { known } from '../known.ts';
import type { WrittenReceipt } from '../update-import/import-report.ts';
import { fileNameFor } from '../update-import/write-receipts.ts';
import type { Stick } from './stick-port.ts';

interface RequestPorts {
  readonly client: ContainerClient;
  readonly crypto: Crypto;
  readonly stick: Stick;
}

/** An issuer that a context is made for, and how the container is asked for it. */
interface Issuer {
  readonly key: PublicKey;
  readonly name: string;
  readonly request: { readonly certificate: Uint8Array | null; readonly firmCode: number | null };
}

/**
 * Has the container begin a channel with each issuer whose certificate lies on a stick. That is a commit: receipts that are made behind it
 * show a state that stays, however often the stick is looked at.
 *
 * @throws what breaks off work in the container; what else is wrong, `requestLicenses` tells
 */
export async function meetIssuers(ports: RequestPorts, certificates: readonly string[]): Promise<void> {
  const listing = await ports.client.call('list', {});
  const partners = new Set(listing.channels.map(({ partner }) => partner));
  for (const file of certificates) {
    const issuer = await issuerIn(ports.stick, file);
    if ('code' in issuer || partners.has(issuer.key)) continue;
    const there = await fileNameFor(ports.stick, known(listing.serial), issuer, 'context');
    if (!(await isCurrent(ports, listing, issuer, there))) await contextFor(ports, issuer);
  }
}

/**
 * Writes the container's contexts to a stick: for each issuer whose certificate lies there, and for each firm from which something came
 * before. A context that is there stays as it is as long as nothing came from that issuer since.
 *
 * @param certificates names of files with certificates
 * @param answered issuers for whom a receipt, which says the same, lies there
 * @throws STICK_GONE, FILE_UNWRITABLE; what breaks off work in the container
 */
export async function requestLicenses(
  ports: RequestPorts,
  certificates: readonly string[],
  answered: ReadonlySet<string>,
): Promise<readonly WrittenReceipt[]> {
  const listing = await ports.client.call('list', {});
  const written: WrittenReceipt[] = [];
  const issuers = new Map<PublicKey, Issuer>();
  for (const file of certificates) {
    const issuer = await issuerIn(ports.stick, file);
    if ('code' in issuer) written.push(unwritten(file, issuer));
    else issuers.set(issuer.key, issuer);
  }
  for (const firm of knownFirms(listing)) issuers.set(firm.key, firm);
  for (const issuer of issuers.values())
    if (!answered.has(issuer.name)) written.push(await requestFrom(ports, listing, issuer));
  return written;
}

async function issuerIn(stick: Stick, file: string): Promise<Issuer | Failure> {
  const certificate = await stick.read(file).catch(failureOf);
  if ('code' in certificate) return certificate;
  const described = describeCertificate(certificate);
  if (!described.ok) return failureOf(new FerryError(described.code, { file, ...described.details }));
  const { key, lines } = described.value;
  const { Of: name = key } = Object.fromEntries(lines);
  return { key, name, request: { certificate, firmCode: null } };
}

/** Firms that something came from: a channel alone may be that of a certificate on an earlier stick. */
function knownFirms({ firms, channels }: Listing): readonly Issuer[] {
  const partners = new Set(channels.filter(({ applied }) => applied > 0).map(({ partner }) => partner));
  return firms
    .filter(({ key }) => partners.has(key))
    .map(({ key, firmCode }) => ({ key, name: `firm ${firmCode}`, request: { certificate: null, firmCode } }));
}

async function requestFrom(ports: RequestPorts, listing: Listing, issuer: Issuer): Promise<WrittenReceipt> {
  const file = await fileNameFor(ports.stick, known(listing.serial), issuer, 'context');
  if (await isCurrent(ports, listing, issuer, file)) return { issuer: issuer.name, file, isNew: false, failure: null };
  const made = await contextFor(ports, issuer);
  if ('code' in made) return unwritten(issuer.name, made);
  await ports.stick.write(file, made.context);
  return { issuer: issuer.name, file, isNew: true, failure: null };
}

async function contextFor({ client }: RequestPorts, { request }: Issuer) {
  const made = await client.call('context', request).catch(failureOf);
  if ('code' in made && isInterruption(made)) throw new FerryError(made.code, made.details);
  return made;
}

async function isCurrent(
  { crypto, stick }: RequestPorts,
  { key, channels }: Listing,
  issuer: Issuer,
  file: string,
): Promise<boolean> {
  const there = await stick.read(file).catch(failureOf);
  if ('code' in there) return false;
  const envelope = readEnvelope(there, 'contextFile', 3, 'a context file');
  if (!envelope.ok || !verifyEnvelope(crypto, key, envelope.value)) return false;
  const said = statement.decodeTrusted(known(envelope.value.parts[0]));
  const channel = channels.find(({ partner }) => partner === issuer.key);
  // A channel on which nothing happened may have given way to another one.
  return said.partner === issuer.key && said.inbound.applied === (channel?.applied ?? 0);
}

function unwritten(issuer: string, failure: Failure): WrittenReceipt {
  return { issuer, file: null, isNew: false, failure };
}
