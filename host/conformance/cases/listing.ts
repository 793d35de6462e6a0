import { readStoredCertificate, verifyCertificate } from '../../../container/files/certificate.ts';
import { CaseFailure, holds, present, same } from '../check.ts';
import type { CaseFamily } from '../conformance-case.ts';

/** What a container shows to anyone. */
export const listing: CaseFamily = {
  name: 'listing',
  about: 'What a container shows to anyone.',
  cases: [
    {
      id: 'list-identity',
      title: 'Serial number, kind, key and right to issue are those of the certificate',
      section: 'Certificates',
      async run(bench) {
        const { serial, kind, key, issues, certificate } = await bench.list();
        same('the certificate', certificate, bench.target.certificate);
        const certified = readStoredCertificate(bench.target.certificate);
        if (certified.party !== 'container') throw new CaseFailure('the certificate', 'that of a container', 'a firm');
        same('the listing', { serial, kind, key, issues }, pick(certified));
      },
    },
    {
      id: 'list-certificate',
      title: 'The certificate verifies under the root that the listing names',
      section: 'Certificates',
      async run(bench) {
        const { rootId, certificate } = await bench.list();
        same('the root of the listing', rootId, bench.tools.root.id);
        const { crypto, root } = bench.tools;
        const verified = verifyCertificate(crypto, root, present(certificate, 'the certificate'));
        holds(verified.ok, 'the certificate', 'valid under the TEST root', verified.ok ? '' : verified.code);
      },
    },
    {
      id: 'list-stable',
      title: 'Asked again, a container lists the same, and listing commits nothing',
      section: 'list',
      async run(bench) {
        const first = await bench.list();
        for (let count = 0; count < 3; count++) same('the listing', await bench.list(), first);
      },
    },
    {
      id: 'list-memory',
      title: 'Free memory is within the capacity, and becomes less by a new license',
      section: 'Memory',
      async run(bench) {
        const { freeMemory, capacity } = await bench.list();
        holds(freeMemory <= capacity, 'free memory', `at most ${capacity}`, freeMemory);
        bench.firm.add({});
        const after = await bench.takes(bench.firm, ['applied']);
        holds(
          after.listing.freeMemory < freeMemory,
          'free memory',
          `less than ${freeMemory}`,
          after.listing.freeMemory,
        );
      },
    },
    {
      id: 'list-holdings',
      title: 'Each holding has an id of its own, and of no item more is held than was granted',
      section: 'list',
      async run(bench) {
        bench.firm.add({}, {});
        const { holdings } = (await bench.takes(bench.firm, ['applied'])).listing;
        same('different ids', new Set(holdings.map(({ id }) => id)).size, holdings.length);
        for (const { itemId, granted } of holdings) {
          const seats = holdings
            .filter((one) => one.itemId === itemId)
            .reduce((sum, { quantity }) => sum + quantity, 0);
          holds(seats <= granted, `seats of item ${itemId}`, `at most ${granted}`, seats);
        }
      },
    },
  ],
};

function pick<T extends { serial: unknown; kind: unknown; key: unknown; issues: unknown }>(certified: T): object {
  const { serial, kind, key, issues } = certified;
  return { serial, kind, key, issues };
}
