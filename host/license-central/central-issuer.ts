import { readStoredCertificate } from '../../container/files/certificate.ts';
import type { MoveIssuer } from '../../state-machines/index.ts';
import type { LicenseCentral } from './central.ts';
import { requireNoGrantsToRevoked } from './granted-to-revoked.ts';

/**
 * A firm of a License Central as the side that gives licenses in a move. It orders nothing by itself: what was granted
 * before is delivered, and the target's contexts are taken in.
 */
export function centralIssuer(central: LicenseCentral, firmCode: number): MoveIssuer {
  return {
    list: async () => {
      const certificate = readStoredCertificate(await central.certificateOf(firmCode));
      const transit = await central.transit(firmCode);
      const channels = await central.channels(firmCode);
      return {
        serial: null,
        key: certificate.key,
        issues: 'move',
        holdings: [],
        transit: transit.map(({ kind: _, ...entry }) => ({
          ...entry,
          writtenOff: false,
          holdings: [],
          quantities: [],
        })),
        channels: channels.map(({ container, serial, issued, settled }) => ({
          partner: container,
          name: serial,
          applied: 0,
          issued,
          settled,
        })),
      };
    },
    certificate: () => central.certificateOf(firmCode),
    issue: async ({ context, plan }) => {
      const { target, outcomes } = await central.receiveContext(context, plan.targetKey);
      await requireNoGrantsToRevoked(central, firmCode, { key: target });
      const updates = await central.updatesFor({ firmCode, target });
      const entries = outcomes.map(({ sequence, reason }) => ({ sequence, settled: true, reason: reason ?? 0 }));
      return { first: plan.first, last: plan.last ?? plan.first, repeated: true, updates, entries };
    },
    settle: async (receipt) => {
      const { outcomes } = await central.receiveContext(receipt);
      return { entries: outcomes.map(({ sequence, reason }) => ({ sequence, reason: reason ?? 0 })) };
    },
  };
}
