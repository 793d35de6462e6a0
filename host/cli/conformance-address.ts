import { carrierSchemeOf } from '../../carriers/address.ts';
import type { ContainerClient } from '../../container/commands/client.ts';
import type { CaseFamily } from '../conformance/conformance-case.ts';
import type { SkippedFamily } from '../conformance/conformance-report.ts';
import type { WireRun } from '../conformance/conformance-run.ts';
import type { WireBench } from '../conformance/wire/wire-bench.ts';
import { CONTAINER_SCHEMES, type FarBank, parseAddress, withAnyContainer } from './addresses.ts';

/** Seconds for which a container under test may be silent on the wire. */
const WIRE_PATIENCE = 5;

/** How the container at an address is tried. */
export interface Tried {
  /** Undefined where no stream of bytes leads there, and where no case of the wire was asked for. */
  readonly wire: WireRun | undefined;
  readonly skipped: readonly SkippedFamily[];
  /** Does the work with an ordinary client. */
  reach<T>(far: FarBank, work: (client: ContainerClient) => Promise<T>): Promise<T>;
}

/** What of the wire can be tried there. @throws ADDRESS_WRONG */
export async function triedAt(text: string, families: readonly CaseFamily<WireBench>[]): Promise<Tried> {
  const reason = withoutStream(text);
  if (reason !== undefined) {
    const skipped = families.map(({ name, cases }) => ({ name, cases: cases.length, reason }));
    return { wire: undefined, skipped, reach: (far, work) => withAnyContainer(far, text, work) };
  }
  const { scheme } = parseAddress(text, CONTAINER_SCHEMES);
  const [{ openCarrier, openPipe }, { FreshClient }] = await Promise.all([
    import('./open-carrier.adapter.ts'),
    import('../conformance/wire/fresh-client.ts'),
  ]);
  const client = new FreshClient(() => openCarrier(text));
  const door = {
    open: () => openPipe(text, WIRE_PATIENCE),
    release: () => client.close(),
    isLine: scheme === 'exec',
    offersLocal: scheme === 'unix',
    patience: WIRE_PATIENCE,
  };
  return {
    wire: { families, door },
    skipped: [],
    reach: (_, work) => work(client).finally(() => client.close()),
  };
}

/** Why the wire cannot be tried there. */
function withoutStream(text: string): string | undefined {
  switch (carrierSchemeOf(text)) {
    case 'unix':
    case 'tcp':
    case 'tls':
    case 'exec':
      return undefined;
    case 'http':
      return 'http:// carries requests of its own instead of the device protocol';
    case 'serial':
      return 'a serial line has no connections';
    default:
      return 'nothing lies between the tool and a container in a folder';
  }
}
