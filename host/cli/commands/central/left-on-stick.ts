import { FerryError } from '../../../../container/errors.ts';
import { UPDATE_SUFFIX } from '../../../../container/files/file-names.ts';
import { readUpdateHeading } from '../../../../state-machines/update-import/read-update-heading.ts';
import { readFerryFile } from '../../ferry-files.adapter.ts';
import { stickFiles } from '../../stick-files.adapter.ts';
import type { Exported } from './export-updates.ts';
import type { FirmsServer } from './updates-of-firms.ts';

/** Update files of earlier exports that lie on a stick. */
export interface LeftOnStick {
  /** All that they bring is settled. */
  readonly settled: readonly string[];
  /** They bring licenses to a container that is given none any more. */
  readonly refused: readonly string[];
}

/** What lies on a stick of the firms here from before. Reads as much as a device reads of a stick. @throws FOLDER_UNREADABLE */
export async function leftOnStick(server: FirmsServer, stick: string, { written }: Exported): Promise<LeftOnStick> {
  const firms = new Map((await server.firms()).map(({ key, firmCode }) => [key, firmCode]));
  const channels = new Map<string, { readonly serial: string; readonly settled: number }>();
  for (const firmCode of firms.values())
    for (const channel of await server.channels(firmCode)) channels.set(`${firmCode} ${channel.container}`, channel);
  const now = new Set(written.flatMap(({ files }) => files));
  const revoked = new Set<string>();
  for (const { firmCode: list, containers } of await server.revocations())
    for (const { key } of containers)
      for (const firmCode of list === null ? firms.values() : [list]) revoked.add(`${firmCode} ${key}`);
  const [settled, refused]: [string[], string[]] = [[], []];
  for (const file of (await stickFiles(stick, UPDATE_SUFFIX)).files) {
    const heading = now.has(file) ? undefined : headingOf(file);
    const firmCode = heading === undefined ? undefined : firms.get(heading.issuer.key);
    const channel = heading === undefined ? undefined : channels.get(`${firmCode} ${heading.container}`);
    if (heading === undefined || channel === undefined || heading.last < heading.first) continue;
    const isRefused = revoked.has(`${firmCode} ${heading.container}`);
    if (heading.last <= channel.settled) settled.push(file);
    else if (isRefused) refused.push(file);
  }
  return { settled, refused };
}

/** What a file says of itself; undefined where it cannot be read: then nobody takes it for one of ours. */
function headingOf(file: string): ReturnType<typeof readUpdateHeading> | undefined {
  try {
    return readUpdateHeading(readFerryFile(file, 'refused'));
  } catch (error) {
    if (error instanceof FerryError) return undefined;
    throw error;
  }
}
