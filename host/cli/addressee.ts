import { FerryError } from '../../container/errors.ts';
import { readEnvelope } from '../../container/files/envelope.ts';
import { statementIn } from '../../container/files/statement-in.ts';
import { updateHeader } from '../../container/files/update-file.ts';
import { NO_BYTES } from '../../container/model/bytes.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { wordsOf } from './peers.ts';

/** Who was given a file, and whom it knows by name. */
export interface Reader {
  readonly serial: string | null;
  readonly key: PublicKey;
  readonly channels: readonly { readonly partner: PublicKey; readonly name: string }[];
}

/**
 * Does the work with a file. When the file is for somebody else, the refusal says for whom and who is here, each with
 * fingerprint words, which tell apart two of one serial number.
 *
 * @param here undefined where nobody in particular was given it
 * @throws NOT_ADDRESSED, and what `work` throws
 */
export async function namingAddressee<T>(
  raw: Uint8Array,
  here: Reader | undefined,
  work: () => Promise<T> | T,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const wanted = addresseeOf(raw);
    if (!(error instanceof FerryError) || error.code !== 'NOT_ADDRESSED' || wanted === undefined) throw error;
    const known = here?.channels.find(({ partner }) => partner === wanted.key)?.name ?? '';
    const details = {
      wanted: await called(wanted.serial ?? (known === '' ? 'another issuer' : known), wanted.key),
      here: here === undefined ? String(error.details.here) : await called(here.serial ?? 'this container', here.key),
    };
    throw new FerryError('NOT_ADDRESSED', details, { cause: error });
  }
}

async function called(name: string, key: PublicKey): Promise<string> {
  return `${name} ("${await wordsOf(key)}")`;
}

interface Addressee {
  readonly key: PublicKey;
  /** Contexts do not say what their issuer is called. */
  readonly serial: string | undefined;
}

/** For whom a file says that it is; undefined when it is neither a context nor an update file. */
function addresseeOf(raw: Uint8Array): Addressee | undefined {
  const said = statementIn(raw);
  if (said !== undefined) return { key: said.partner, serial: undefined };
  const envelope = readEnvelope(raw, 'updateFile', 3, 'an update file');
  const header = envelope.ok ? updateHeader.decode(envelope.value.parts[1] ?? NO_BYTES) : envelope;
  return header.ok ? { key: header.value.container, serial: header.value.serial } : undefined;
}
