import type { ContainerClient } from '../../container/commands/client.ts';
import type { Crypto } from '../../container/crypto/port.ts';
import { readEnvelope, signedEnvelope, verifyEnvelope } from '../../container/files/envelope.ts';
import { contextFileName, isForAnother } from '../../container/files/file-names.ts';
import { equalBytes } from '../../container/model/bytes.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { runContextTransaction } from '../context-transaction/run-context-transaction.ts';
import { type Failure, failureOf } from '../failure.ts';
import { known } from '../known.ts';
import { containerTarget } from '../license-move/container-parties.ts';
import type { BlobStore } from '../runtime/blob-store-port.ts';
import type { WrittenReceipt } from './import-report.ts';
import type { UpdateIssuer } from './read-update-heading.ts';
import type { UpdateFolder } from './update-folder-port.ts';

interface ReceiptPorts {
  readonly client: ContainerClient;
  readonly folder: UpdateFolder;
  readonly crypto: Crypto;
  readonly blobs: BlobStore;
}

/** Writes a current receipt for each issuer into the folder. One that says the same already stays as it is. */
export async function writeReceipts(
  ports: ReceiptPorts,
  issuers: readonly UpdateIssuer[],
): Promise<readonly WrittenReceipt[]> {
  const { key, serial, channels } = await ports.client.call('list', {});
  const partners = new Set(channels.map(({ partner }) => partner));
  // The first context for an issuer commits its channel; only after the last of them do all receipts show one state.
  for (const issuer of issuers) if (!partners.has(issuer.key)) await makeReceipt(ports, issuer);
  const receipts: WrittenReceipt[] = [];
  for (const issuer of issuers) {
    const made = await makeReceipt(ports, issuer);
    const name = await fileNameFor(ports.folder, serial ?? '', issuer, 'receipt');
    receipts.push({ issuer: issuer.name, ...('code' in made ? failed(made) : await keep(ports, key, name, made)) });
  }
  return receipts;
}

/** The plain name of a context or receipt, unless one for somebody else that people call the same has it. */
export async function fileNameFor(
  folder: Pick<UpdateFolder, 'read'>,
  serial: string,
  issuer: Pick<UpdateIssuer, 'key' | 'name'>,
  kind: 'context' | 'receipt',
): Promise<string> {
  const plain = contextFileName(serial, issuer.name, kind);
  const there = await folder.read(plain).catch(failureOf);
  const isTaken = !('code' in there) && isForAnother(there, issuer.key);
  return isTaken ? contextFileName(serial, issuer.name, kind, issuer.key) : plain;
}

type Kept = Omit<WrittenReceipt, 'issuer'>;

async function makeReceipt({ client, blobs }: ReceiptPorts, issuer: UpdateIssuer): Promise<Uint8Array | Failure> {
  const { context, failure } = await runContextTransaction(containerTarget(client), blobs, issuer.certificate);
  if (context === null) return known(failure);
  const receipt = await blobs.get(context);
  await blobs.keepOnly([]);
  return receipt;
}

async function keep(ports: ReceiptPorts, key: PublicKey, name: string, receipt: Uint8Array): Promise<Kept> {
  if (await isCurrent(ports, key, name, receipt)) return { file: name, isNew: false, failure: null };
  try {
    await ports.folder.write(name, receipt);
    return { file: name, isNew: true, failure: null };
  } catch (error) {
    return failed(failureOf(error));
  }
}

function failed(failure: Failure): Kept {
  return { file: null, isNew: false, failure };
}

/** Whether the file there is signed by this container and says the same; what is sealed in it may look different. */
async function isCurrent(
  { folder, crypto }: ReceiptPorts,
  key: PublicKey,
  name: string,
  receipt: Uint8Array,
): Promise<boolean> {
  const there = await folder.read(name).catch(failureOf);
  if ('code' in there) return false;
  const old = readEnvelope(there, 'contextFile', 3, 'a context file');
  if (!old.ok || !verifyEnvelope(crypto, key, old.value)) return false;
  const made = signedEnvelope.decodeTrusted(receipt);
  return [0, 1].every((at) => equalBytes(known(old.value.parts[at]), known(made.parts[at])));
}
