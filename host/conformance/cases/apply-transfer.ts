import { signedEnvelope } from '../../../container/files/envelope.ts';
import { transferRecord } from '../../../container/files/transfer-record.ts';
import { equalBytes } from '../../../container/model/bytes.ts';
import { present, same } from '../check.ts';
import type { CaseFamily } from '../conformance-case.ts';
import { holdingOf } from '../holdings.ts';
import { firstHop } from './refused-transfer.ts';

/** What a container gives on, taken. */
export const applyTransfer: CaseFamily = {
  name: 'apply, transfer',
  about: 'Licenses that come from another container, with their custody.',
  cases: [
    {
      id: 'transfer-direct',
      title: 'Seats that come straight from the first holder become a holding with one hop',
      section: 'Transfer records and custody',
      async run(bench) {
        const { firm, dongle } = bench;
        const grant = firm.grant({ quantity: 5 }, dongle.party.key);
        dongle.transfer([{ grant, item: { quantity: 2 } }], [firm.party.certificate]);
        const { listing } = await bench.takes(dongle, ['applied']);
        const { quantity, granted, hops, enabled } = holdingOf(listing, grant.grant.itemId);
        same('the holding', { quantity, granted, hops, enabled }, { quantity: 2, granted: 5, hops: 1, enabled: true });
      },
    },
    {
      id: 'transfer-custody',
      title: 'Seats that came over another container are taken with the whole signed way, two hops',
      section: 'Transfer records and custody',
      async run(bench) {
        const { firm, dongle, earlierHolder } = bench;
        const grant = firm.grant({ quantity: 5 }, earlierHolder.key);
        const records = [firstHop(bench, grant, { quantity: 4 })];
        const certificates = [firm.party.certificate, earlierHolder.certificate];
        dongle.transfer([{ grant, item: { quantity: 3 }, carried: { custody: [0] } }], certificates, { records });
        const { listing } = await bench.takes(dongle, ['applied']);
        const { quantity, hops } = holdingOf(listing, grant.grant.itemId);
        same('the holding', { quantity, hops }, { quantity: 3, hops: 2 });
      },
    },
    {
      id: 'transfer-carried',
      title: 'Units, the beginning of use and the data of the user travel with a license',
      section: 'Entries',
      async run(bench) {
        const { firm, dongle } = bench;
        const grant = firm.grant({ quantity: 1, unitCounter: 100, usagePeriod: 86400 }, dongle.party.key);
        const [userData, customerInfo] = [new Uint8Array([1, 2, 3]), new Uint8Array(256).fill(9)];
        const carried = { userData, customerInfo };
        dongle.transfer([{ grant, item: { units: 40, usageStart: 12345 }, carried }], [firm.party.certificate]);
        const { listing } = await bench.takes(dongle, ['applied']);
        const holding = holdingOf(listing, grant.grant.itemId);
        const { units, usageStart } = holding;
        same('the holding', { units, usageStart }, { units: 40, usageStart: 12345 });
        same('its data', { userData: holding.userData, customerInfo: holding.customerInfo }, carried);
      },
    },
    {
      id: 'transfer-several',
      title: 'One entry brings several items of one firm, each once',
      section: 'Entries',
      async run(bench) {
        const { firm, dongle } = bench;
        const grants = [1, 2, 3].map((productCode) => firm.grant({ productCode }, dongle.party.key));
        dongle.transfer(
          grants.map((grant) => ({ grant, item: { quantity: 1 } })),
          [firm.party.certificate],
        );
        const { report, listing } = await bench.takes(dongle, ['applied']);
        same('items that the entry changed', report.entries[0]?.items, 3);
        for (const { grant } of grants) same('seats', holdingOf(listing, grant.itemId).quantity, 1);
      },
    },
    {
      id: 'transfer-parts',
      title: 'Parts of one license that come one after the other stay holdings of their own',
      section: 'Applying',
      async run(bench) {
        const { firm, dongle } = bench;
        const grant = firm.grant({ quantity: 5 }, dongle.party.key);
        for (const quantity of [1, 3]) dongle.transfer([{ grant, item: { quantity } }], [firm.party.certificate]);
        const { listing } = await bench.takes(dongle, ['applied', 'applied']);
        const parts = listing.holdings.filter(({ itemId }) => itemId === grant.grant.itemId);
        same('the parts', parts.map(({ quantity }) => quantity).sort(), [1, 3]);
        firm.issue({ kind: 'disable', itemId: grant.grant.itemId, quantity: 4 });
        const after = (await bench.takes(firm, ['applied'])).listing.holdings;
        const enabled = after.filter(({ itemId }) => itemId === grant.grant.itemId).map((part) => part.enabled);
        same('enabled', enabled, [false, false]);
      },
    },
    {
      id: 'transfer-cancelled',
      title: 'A transfer that its sender cancelled is refused, and another one behind it is taken',
      section: 'Applying',
      async run(bench) {
        const { firm, dongle } = bench;
        const grant = firm.grant({ quantity: 5 }, dongle.party.key);
        dongle.cancel(dongle.transfer([{ grant }], [firm.party.certificate]));
        dongle.transfer([{ grant, item: { quantity: 2 } }], [firm.party.certificate]);
        const { listing } = await bench.takes(dongle, ['CANCELLED', 'applied']);
        same('seats', holdingOf(listing, grant.grant.itemId).quantity, 2);
      },
    },
    {
      id: 'transfer-told-to-firm',
      title: 'The firm is told of a transfer with its signed record until it says that it knows it',
      section: 'Context file',
      async run(bench) {
        const { firm, dongle } = bench;
        const grant = firm.grant({ quantity: 1 }, dongle.party.key);
        dongle.transfer([{ grant }], [firm.party.certificate]);
        await bench.takes(dongle, ['applied']);
        const { inventory } = await bench.context(firm);
        const { log, certificates } = present(inventory, 'the inventory');
        const items = log.flatMap((raw) => {
          const read = signedEnvelope.decode(raw);
          const record = transferRecord.decode((read.ok && read.value.parts[0]) || new Uint8Array(0));
          return record.ok ? record.value.items.map(({ itemId }) => itemId) : [];
        });
        same('the transfer in the log', items.includes(grant.grant.itemId), true);
        const shown = certificates.some((raw) => equalBytes(raw, dongle.party.certificate));
        same('the certificate of the sender', shown, true);
        await bench.takes(firm, []);
        const { receipt } = await bench.takes(firm, []);
        same('the log that is left', present(receipt.inventory, 'the inventory').log, []);
      },
    },
  ],
};
