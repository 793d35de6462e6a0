import type { ContainerClient } from '../../container/commands/client.ts';
import type { Listing } from '../../container/commands/list.ts';
import type { Crypto } from '../../container/crypto/port.ts';
import type { Env } from '../../container/env.ts';
import { type ErrorCode, FerryError, type Refusal, refuse } from '../../container/errors.ts';
import { contextFileName } from '../../container/files/file-names.ts';
import {
  type EntryOutcome,
  type Failure,
  importUpdates,
  mergeOutcomes,
  readUpdateHeading,
} from '../../state-machines/index.ts';
import { type Answer, answerTo, deferredAnswer, entryAnswers } from './answer.ts';
import { failureIn } from './failure-in.ts';
import { issueByOrders, whyNothingIssued } from './issue-by-orders.ts';
import type { MailboxContainer } from './mailbox-container.ts';
import type { FoundFile } from './read-volume.ts';
import { ReceiptFolder } from './receipt-folder.ts';
import { type Mail, sortMail } from './sort-mail.ts';

export interface MailPorts {
  readonly container: MailboxContainer;
  readonly env: Env;
  readonly crypto: Crypto;
}

/** What became of the mail. */
export interface TakenMail {
  /** Paths of the files that were taken: nothing is left to be done with them. */
  readonly taken: ReadonlySet<string>;
  /** For the others, and for what was refused of those. */
  readonly answers: readonly Answer[];
  /** Contexts and receipts for those who wrote, by their file names: envelopes. */
  readonly letters: ReadonlyMap<string, Uint8Array>;
}

type Sorted<K extends Mail['kind']> = Extract<Mail, { readonly kind: K }> & { readonly path: string };

/**
 * Has the container take the files of the inbox, by what is in them: updates are applied, receipts settled, devices get what the
 * armed work orders have for them, and whoever shows a certificate gets a context. Repeatable: what was taken before changes
 * nothing, so that the power may go at any moment.
 *
 * @param receipts the receipts that lie there from before, by their file names
 * @throws what stops the container itself, such as STORE_WRITE_FAILED; what was done until then is complete
 */
export async function takeMail(
  ports: MailPorts,
  files: readonly FoundFile[],
  receipts: ReadonlyMap<string, Uint8Array>,
): Promise<TakenMail> {
  const intake = new MailIntake(ports, await ports.container.client.call('list', {}), receipts);
  const mail = intake.sort(files);
  // What the dongle is loaded with may be what the devices are to get.
  await intake.takeUpdates(mail.filter((one) => one.kind === 'update'));
  for (const one of mail) if (one.kind === 'context') await intake.takeContext(one);
  for (const one of mail) if (one.kind === 'certificate') await intake.takeCertificate(one);
  return intake.result();
}

class MailIntake {
  readonly #ports: MailPorts;
  readonly #self: Listing;
  readonly #folder: ReceiptFolder;
  readonly #taken = new Set<string>();
  readonly #answers: Answer[] = [];

  constructor(ports: MailPorts, self: Listing, receipts: ReadonlyMap<string, Uint8Array>) {
    this.#ports = ports;
    this.#self = self;
    this.#folder = new ReceiptFolder(receipts);
  }

  result(): TakenMail {
    return { taken: this.#taken, answers: this.#answers, letters: this.#folder.written };
  }

  sort(files: readonly FoundFile[]): readonly Sorted<Mail['kind']>[] {
    return files.flatMap(({ path, bytes }) => {
      const sorted = bytes === null ? unreadable(path) : sortMail(bytes);
      if (sorted.ok) return [{ path, ...sorted.value }];
      this.#refuse(path, sorted);
      return [];
    });
  }

  async takeUpdates(updates: readonly Sorted<'update'>[]): Promise<void> {
    const brought = new Map<string, Sorted<'update'>>();
    for (const update of updates) {
      const { path, raw, target } = update;
      if (this.#self.serial !== null && target === this.#self.key) brought.set(this.#folder.bring(raw), update);
      // An import leaves it alone without a word, and who put it here is to know why.
      else await this.#attempt(path, (client) => client.call('apply', { update: raw }));
    }
    if (brought.size === 0) return;
    const { container, crypto } = this.#ports;
    const report = await importUpdates({ client: container.client, folder: this.#folder, crypto });
    if (report.interruption !== null) throw new FerryError(report.interruption.code, report.interruption.details);
    const unreceipted = new Map(report.receipts.map(({ issuer, failure }) => [issuer, failure]));
    for (const { file, issuer, state, entries, deferral, failure } of report.files) {
      const update = brought.get(file);
      const path = update?.path ?? file;
      const isIn = state === 'applied' || state === 'known';
      // Whoever sent it waits for the receipt: it is made the next time.
      const unanswered = (isIn && issuer !== null ? unreceipted.get(issuer) : null) ?? null;
      if (failure !== null) this.#refuse(path, failure);
      else if (deferral !== null) this.#answers.push(deferredAnswer(path, deferral));
      else if (unanswered !== null)
        this.#answers.push(answerTo(`${path}, which is applied, and its receipt`, unanswered));
      if (isIn && unanswered === null) this.#taken.add(path);
      // Also what was refused when the mail was looked at before, of which the answer was never written.
      const kept = failure === null && update !== undefined ? this.#keptRefusals(update) : [];
      this.#answers.push(...entryAnswers(path, mergeOutcomes(entries, kept)));
    }
  }

  /** Which entries of an update that was taken were refused for good, now or before, as long as the container remembers it. */
  #keptRefusals({ raw, issuer }: Sorted<'update'>): readonly EntryOutcome[] {
    const { first, last, epoch } = readUpdateHeading(raw);
    const inbound = this.#ports.container.inbound(issuer);
    // Of another epoch, the same sequences are other entries.
    if (inbound?.epoch !== epoch) return [];
    return inbound.refused.filter(({ sequence }) => sequence >= first && sequence <= last);
  }

  async takeContext({ path, raw, key, containerKind, serial }: Sorted<'context'>): Promise<void> {
    const { container, env } = this.#ports;
    const device = { key, kind: containerKind, serial, context: raw };
    const unsettled = await failureIn(() => container.client.call('settle', { context: raw }));
    if (unsettled !== null && !NOT_SERVED.has(unsettled.code)) return this.#refuse(path, unsettled);
    const random = (length: number) => env.random(length);
    const { isMeant, failure } = await issueByOrders(container, random, device);
    const isDone = failure === null && (isMeant || unsettled === null);
    const why = isDone ? null : (failure ?? (await whyNothingIssued(container, random, device)) ?? unsettled);
    if (why === null) this.#taken.add(path);
    else this.#refuse(path, why);
  }

  takeCertificate({ path, raw, name }: Sorted<'certificate'>): Promise<void> {
    return this.#attempt(path, async (client) => {
      const { context } = await client.call('context', { certificate: raw, firmCode: null });
      await this.#folder.write(contextFileName(this.#self.serial ?? '', name, 'context'), context);
    });
  }

  async #attempt(path: string, work: (client: ContainerClient) => Promise<unknown>): Promise<void> {
    const failure = await failureIn(() => work(this.#ports.container.client));
    if (failure === null) this.#taken.add(path);
    else this.#refuse(path, failure);
  }

  #refuse(path: string, failure: Failure): void {
    this.#answers.push(answerTo(path, failure));
  }
}

/** Nothing was issued to that device before, or nothing by a work order. */
const NOT_SERVED: ReadonlySet<ErrorCode> = new Set(['TARGET_UNKNOWN', 'OWNER_NEEDED']);

/** Why a file is not on the volume any more that could not be read. */
export function unreadable(file: string): Refusal {
  return refuse('FILE_UNREADABLE', { file, why: 'it is damaged; perhaps it was not written to its end' });
}
