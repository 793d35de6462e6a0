import type { ApplyReport } from '../../container/commands/apply.ts';

/** What a file did, in headers beside the receipt: numbers only, however many entries it has. */
export function reportHeaders(report: ApplyReport): Readonly<Record<string, string>> {
  const { applied, skipped, entries, deferred, deferredFor, needed } = report;
  const done = entries.filter(({ reason }) => reason === 0).length;
  return {
    'license-ferry-last-applied': String(applied),
    'license-ferry-applied': String(done),
    'license-ferry-refused': String(entries.length - done),
    'license-ferry-skipped': String(skipped),
    ...(deferred === null
      ? {}
      : {
          'license-ferry-deferred': String(deferred),
          'license-ferry-deferred-for': String(deferredFor),
          'license-ferry-needed': String(needed),
        }),
  };
}
