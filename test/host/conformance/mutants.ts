import type { ApplyReport } from '../../../container/commands/apply.ts';
import type { ContainerClient } from '../../../container/commands/client.ts';
import type { Listing } from '../../../container/commands/list.ts';
import { CATALOGUE, type ErrorCode, FerryError } from '../../../container/errors.ts';
import { signedEnvelope } from '../../../container/files/envelope.ts';
import { type Hex, NO_BYTES, toHex } from '../../../container/model/bytes.ts';
import type { Hash, PublicKey } from '../../../container/model/ids.ts';
import { newContainer } from '../../../host/conformance/makers/parties.ts';
import { type Faulty, issuerOf } from './mutant.ts';
import { toolsOf } from './tried.ts';

/** A container that does one thing wrong. */
export interface Mutant {
  readonly wrong: string;
  /** The case that is meant for it, and what that case finds. */
  readonly caseId: string;
  readonly finds: string;
  readonly make: (it: Faulty) => ContainerClient;
}

type Make = Mutant['make'];

const lists =
  (bend: (listing: Listing, calls: number) => Partial<Listing>): Make =>
  (it) => {
    let calls = 0;
    return it.client({
      list: () => {
        calls += 1;
        return { ...it.list(), ...bend(it.list(), calls) };
      },
    });
  };

const reports =
  (bend: (report: ApplyReport, it: Faulty, update: Uint8Array) => Partial<ApplyReport>): Make =>
  (it) =>
    it.client({
      apply: (update) => {
        const report = it.apply(update);
        return { ...report, ...bend(report, it, update) };
      },
    });

/** Receipts that are signed for another state of the channel, or with other randomness or another key. */
const receipts = (bend: Parameters<Faulty['signs']>[1], emitter: Parameters<Faulty['signs']>[2] = {}): Make =>
  reports((_, it, update) => ({ receipt: it.signs(issuerOf(update) ?? NO_BYTES, bend, emitter) }));

/** Entries refused for one reason are told to have ended otherwise. */
const tells = (from: ErrorCode, to: ErrorCode | 'applied'): Make =>
  reports(({ entries }) => ({
    entries: entries.map((entry) =>
      entry.reason === CATALOGUE[from].number
        ? { ...entry, reason: to === 'applied' ? 0 : CATALOGUE[to].number }
        : entry,
    ),
  }));

const takes =
  (...codes: readonly ErrorCode[]): Make =>
  (it) =>
    it.taking(...codes);

/** Commits something whenever it refuses a file. */
const commitsRefused: Make = (it) =>
  it.client({
    apply: (update) => {
      try {
        return it.apply(update);
      } catch (error) {
        it.commits();
        throw error;
      }
    },
  });

const refusal =
  (bend: (error: FerryError) => Error): Make =>
  (it) =>
    it.client({
      apply: (update) => {
        try {
          return it.apply(update);
        } catch (error) {
          throw error instanceof FerryError ? bend(error) : error;
        }
      },
    });

/** Reads what is before the end of the file, whatever follows. */
const readsOn: Make = (it) =>
  it.client({
    apply: (update) => {
      const length = update.length - 1;
      return signedEnvelope.decode(update.subarray(0, length)).ok
        ? it.apply(update.subarray(0, length))
        : it.apply(update);
    },
  });

const anyVersion: Make = (it) =>
  it.client({
    apply: (update) => {
      const read = signedEnvelope.decode(update);
      return it.apply(read.ok ? signedEnvelope.encode({ ...read.value, version: 1 }) : update);
    },
  });

/** A file that is given once more brings its licenses once more. */
const appliesTwice: Make = (it) => {
  const seen = new Set<string>();
  let copies = 0;
  return it.client({
    apply: (update) => {
      const name = toHex(update.subarray(-64));
      if (seen.has(name)) copies += 1;
      seen.add(name);
      return it.apply(update);
    },
    list: () => {
      const { holdings, ...rest } = it.list();
      const last = holdings.slice(-1);
      return { ...rest, holdings: copies > 0 ? [...holdings, ...last.map((one) => ({ ...one, id: 9999 }))] : holdings };
    },
  });
};

const commitsEachContext: Make = (it) =>
  it.client({
    context: ({ certificate }) => {
      it.commits();
      return it.context(certificate ?? it.tested.certificate);
    },
  });

/** Whom it knows by no Firm Code it takes for the first partner it has. */
const guessesFirm: Make = (it) =>
  it.client({
    context: ({ certificate }) => {
      if (certificate !== null) return it.context(certificate);
      const [known] = [...it.state.certificates.values()];
      return it.signs(known?.raw ?? NO_BYTES, (partner) => partner);
    },
  });

const sameRandomness: Make = (it) =>
  it.client({
    context: ({ certificate }) => {
      it.context(certificate ?? NO_BYTES);
      const random = (length: number): Uint8Array => new Uint8Array(length).fill(1);
      return it.signs(certificate ?? NO_BYTES, (partner) => partner, { random });
    },
  });

const signsContextWith =
  (seed: Uint8Array): Make =>
  (it) =>
    it.client({
      context: ({ certificate }) => {
        it.context(certificate ?? NO_BYTES);
        return it.signs(certificate ?? NO_BYTES, (partner) => partner, { seed });
      },
    });

const ZERO = toHex(new Uint8Array(32));
const bySelf = (it: Faulty): Uint8Array => it.context(newContainer(toolsOf('somebody else')).certificate);

function mutant(wrong: string, caseId: string, finds: string, make: Make): Mutant {
  return { wrong, caseId, finds, make };
}

export const MUTANTS: readonly Mutant[] = [
  mutant(
    'lists another key',
    'list-identity',
    'the listing, key',
    lists(() => ({ key: ZERO as PublicKey })),
  ),
  mutant(
    'lists another right',
    'list-identity',
    'the listing, issues',
    lists(() => ({ issues: 'move' })),
  ),
  mutant(
    'lists otherwise each time',
    'list-stable',
    'the listing, evidence',
    lists((_, evidence) => ({ evidence })),
  ),
  mutant(
    'charges nothing',
    'list-memory',
    'free memory',
    lists(({ capacity }) => ({ freeMemory: capacity })),
  ),
  mutant(
    'gives holdings one id',
    'list-holdings',
    'different ids',
    lists(({ holdings }) => ({ holdings: holdings.map((one) => ({ ...one, id: 1 })) })),
  ),
  mutant(
    'lists no holdings',
    'firm-add',
    'holdings in the inventory',
    lists(() => ({ holdings: [] })),
  ),
  mutant(
    'forgets an option',
    'firm-add-options',
    'the holding, featureMap',
    lists(({ holdings }) => ({ holdings: holdings.map((one) => ({ ...one, featureMap: null })) })),
  ),
  mutant(
    'answers outside the schema',
    'list-stable',
    'the answer to list',
    lists((_, calls) => (calls > 2 ? { generation: -1 } : {})),
  ),
  mutant('commits for each context', 'context-repeat', 'the statement, generation', commitsEachContext),
  mutant('reserves for a known issuer', 'context-reserves-once', 'channels', commitsEachContext),
  mutant('knows every Firm Code', 'context-unknown-firm', 'an unknown Firm Code', guessesFirm),
  mutant('seals with old randomness', 'context-secret', 'the sealed inventory', sameRandomness),
  mutant('signs with another key', 'context-firm', 'the context', signsContextWith(new Uint8Array(32).fill(3))),
  mutant('believes another root', 'context-other-root', 'another root', takes('CERTIFICATE_OTHER_ROOT')),
  mutant('believes forged certificates', 'context-forged-certificate', 'forged', takes('CERTIFICATE_WRONG')),
  mutant('believes nearly known ones', 'context-known-certificate-flipped', 'changed copy', takes('CERTIFICATE_WRONG')),
  mutant('takes forged files', 'flipped-body', 'a bit turned over', takes('SIGNATURE_WRONG')),
  mutant('takes files of another signer', 'signer-forged', 'another signer', takes('SIGNATURE_WRONG')),
  mutant('opens bodies of other files', 'resigned-body', 'the body of another', takes('CANNOT_OPEN')),
  mutant('takes files for others', 'other-container', 'for another container', takes('NOT_ADDRESSED')),
  mutant('reads on behind the end', 'extended', 'an extended file', readsOn),
  mutant('takes every version', 'version', 'another version', anyVersion),
  mutant('takes bad values', 'bad-values', 'a map with one key twice', takes('FILE_MALFORMED')),
  mutant('passes over a hole', 'gap', 'one entry missing', takes('UPDATE_GAP')),
  mutant(
    'names no missing sequence',
    'gap',
    'the missing sequence',
    refusal(({ code, details }) => new FerryError(code, { ...details, missing: '' })),
  ),
  mutant('changes when it refuses', 'gap', 'nothing was changed', commitsRefused),
  mutant(
    'fails as it never said',
    'gap',
    'the failure of apply',
    refusal(() => new FerryError('ADDRESS_WRONG', {})),
  ),
  mutant(
    'falls over',
    'bad-values',
    'the answer to apply',
    refusal(() => new RangeError('out of memory')),
  ),
  mutant('takes a fork', 'fork-next', 'a fork', takes('UPDATE_FORK')),
  mutant('takes from a rolled-back issuer', 'rollback-issued', 'set back', takes('PARTNER_ROLLED_BACK')),
  mutant('applies a file twice', 'file-again', 'holdings in the inventory', appliesTwice),
  mutant('commits twice a file', 'firm-several-entries', 'the generation', (it) =>
    it.client({
      apply: (update) => {
        it.commits();
        return it.apply(update);
      },
    }),
  ),
  mutant('applies what was cancelled', 'cancelled', 'the report, entries', tells('CANCELLED', 'applied')),
  mutant('takes seats that grew', 'quantity-grows', 'the report, entries', tells('CUSTODY_WRONG', 'applied')),
  mutant('tells another reason', 'depth', 'the report, entries', tells('DEPTH_EXCEEDED', 'TERMS_FORBID')),
  mutant('takes from every firm', 'other-firm-item', 'the report, entries', tells('FOREIGN_FIRM', 'applied')),
  mutant(
    'refuses whole files for an unknown kind',
    'unknown-kind',
    'a genuine file',
    reports(({ entries }) => {
      if (entries.some(({ reason }) => reason === CATALOGUE.ENTRY_UNKNOWN.number))
        throw new FerryError('FILE_MALFORMED', { what: 'an unknown entry' });
      return {};
    }),
  ),
  mutant(
    'lets everything wait',
    'firm-add',
    'the report, deferred',
    reports(({ applied }) => ({ deferred: applied + 1 })),
  ),
  mutant(
    'says nothing of what waits',
    'file-refused-table',
    'the report, deferred',
    reports(() => ({ deferred: null, deferredFor: 0 })),
  ),
  mutant(
    'gives the receipt of somebody else',
    'firm-add',
    'the receipt, issuer',
    reports((_, it) => ({ receipt: bySelf(it) })),
  ),
  mutant(
    'forgets a refusal in the receipt',
    'cancelled',
    'channel from the issuer, refused',
    receipts((partner) => ({ ...partner, inbound: { ...partner.inbound, refused: [] } })),
  ),
  mutant(
    'forgets a refusal in its chain of refusals',
    'cancelled',
    'channel from the issuer, refusedChain',
    receipts((partner) => ({ ...partner, inbound: { ...partner.inbound, refusedChain: ZERO as Hash } })),
  ),
  mutant(
    'signs an old chain',
    'firm-add',
    'channel from the issuer, hash',
    receipts((partner) => ({ ...partner, inbound: { ...partner.inbound, hash: ZERO as Hash } })),
  ),
  mutant(
    'tells of less than it applied',
    'file-combo',
    'channel from the issuer, applied',
    receipts((partner) => ({ ...partner, inbound: { ...partner.inbound, applied: 0 } })),
  ),
  mutant(
    'never prunes what is settled',
    'file-settled',
    'channel from the issuer, prunedThrough',
    receipts((partner) => ({ ...partner, inbound: { ...partner.inbound, prunedThrough: 0 } })),
  ),
  mutant(
    'signs receipts with another key',
    'firm-add',
    'the receipt',
    receipts((partner) => partner, { seed: new Uint8Array(32) }),
  ),
  mutant(
    'calls itself locked in receipts',
    'firm-add',
    'the receipt, locked',
    receipts((partner) => partner, { lock: { challenge: '00'.repeat(16) as Hex } }),
  ),
];
