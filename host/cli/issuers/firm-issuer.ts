import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { FerryError } from '../../../container/errors.ts';
import { toHex } from '../../../container/model/bytes.ts';
import {
  centralIssuer,
  type Direction,
  type LicenseCentral,
  requireNoGrantsToRevoked,
} from '../../license-central/index.ts';
import { namingAddressee } from '../addressee.ts';
import { licenseOf } from '../license-options.ts';
import { firmOf } from '../open-central.ts';
import { type ItemArgument, usage } from '../parse-arguments.ts';
import { type Issued, type Issuer, runOf } from './issuer.ts';

type Range = Omit<Issued, 'updates'>;
type Firm = Awaited<ReturnType<LicenseCentral['firms']>>[number];

/**
 * A firm of a License Central: it grants anew where a container gives what it holds.
 *
 * @param named its Firm Code; needed only when there are several and the work is not about a context, which names it
 */
export function issuerOfFirm(central: LicenseCentral, named: number | undefined): Issuer {
  return {
    moves: async () => centralIssuer(central, await firmOf(central, named)),
    async admit({ key, channels }) {
      const firmCode = await firmOf(central, named);
      const firm = await listedFirm(central, firmCode);
      const arrived = channels.find(({ partner }) => partner === firm?.key)?.applied ?? 0;
      const transit = await central.transit(firmCode);
      if (transit.some(({ target, sequence }) => target === key && sequence > arrived)) requireStanding(firm);
      await requireNoGrantsToRevoked(central, firmCode, { key }, arrived);
    },
    async issue(target, order) {
      const { firmCode } = await receive(central, target.raw);
      if (named !== undefined && named !== firmCode) throw usage(`The context was made for ${firmCode}, not ${named}`);
      requireStanding(await listedFirm(central, firmCode));
      const direction = { firmCode, target: target.key };
      const range =
        order === undefined || order.kind === 'all'
          ? runOf(await central.transit(firmCode), target, `firm ${firmCode}`)
          : await grant(central, direction, order.items, target.raw);
      await requireNoGrantsToRevoked(central, firmCode, target);
      return { ...range, updates: await central.updatesFor(direction) };
    },
    async again(serial) {
      const firmCode = await firmOf(central, named);
      requireStanding(await listedFirm(central, firmCode));
      const open = (await central.transit(firmCode)).filter((entry) => entry.serial === serial);
      const range = runOf(open, { key: open[0]?.target, serial }, `firm ${firmCode}`);
      await requireNoGrantsToRevoked(central, firmCode, { serial });
      return { ...range, updates: await central.updatesFor({ firmCode, target: serial }) };
    },
    async settle(context) {
      const report = await receive(central, context);
      return {
        target: report.serial,
        firmCode: report.firmCode,
        madeKnown: report.madeKnown,
        repeated: report.repeated,
        pending: report.pending,
        late: report.outcomes.length === 0 && report.newEpoch === null,
        entries: report.outcomes.map(({ sequence, reason }) => ({ sequence, reason: reason ?? 0 })),
        tooLate: report.tooLate,
        unsure: report.unsure,
        newEpoch: report.newEpoch,
        writtenOff: [],
        duplicates: report.duplicates.map((one) => ({ ...one, product: null })),
        surplus: report.surplus,
        contradiction: report.contradiction,
        proven: report.proven,
      };
    },
    async cancel(serial, sequences) {
      const firmCode = await firmOf(central, named);
      const open = (await central.transit(firmCode)).filter((entry) => entry.serial === serial);
      if (open.length === 0) throw new FerryError('NOTHING_IN_TRANSIT', { from: `firm ${firmCode}`, target: serial });
      const chosen = sequences ?? open.filter(({ cancelled }) => !cancelled).map(({ sequence }) => sequence);
      if (chosen.length > 0) await central.cancel({ firmCode, target: serial, sequences: chosen });
      return { sequences: chosen, updates: await central.updatesFor({ firmCode, target: serial }) };
    },
  };
}

async function listedFirm(central: LicenseCentral, firmCode: number): Promise<Firm | undefined> {
  return (await central.firms()).find((one) => one.firmCode === firmCode);
}

/** What is in transit from a firm whose key the root has withdrawn cannot be delivered. @throws FIRM_WITHDRAWN */
function requireStanding(firm: Firm | undefined): void {
  if (firm?.withdrawn === true) throw new FerryError('FIRM_WITHDRAWN', { firm: firm.firmCode });
}

/** @throws NOT_ADDRESSED, and what else a context is refused for */
function receive(central: LicenseCentral, context: Uint8Array): ReturnType<LicenseCentral['receiveContext']> {
  return namingAddressee(context, undefined, () => central.receiveContext(context));
}

/** Grants once for each context, so that giving an order again with the same context gives nothing twice. */
async function grant(
  central: LicenseCentral,
  direction: Direction,
  items: readonly ItemArgument[],
  context: Uint8Array,
): Promise<Range> {
  if (items.some(({ firmCode }) => firmCode !== direction.firmCode))
    throw usage(`The context was made for ${direction.firmCode}, so only its licenses can be granted`);
  const name = `context ${toHex(nativeCrypto().sha256(context))}`;
  try {
    return await central.grantItems({ ...direction, items: items.map((item) => licenseOf(item, {})), name });
  } catch (error) {
    if (error instanceof FerryError && error.code === 'ORDER_NAME_USED')
      throw new FerryError('CONTEXT_USED', {}, { cause: error });
    throw error;
  }
}
