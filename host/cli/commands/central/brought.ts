import type { LicenseCentral, RevocationList } from '../../../license-central/index.ts';
import { headerOf } from '../../ferry-files.adapter.ts';

/** What the update files of one firm bring to a container. */
export interface Brought {
  readonly firmCode: number;
  /** Sequences of each file that has any, as its header says them. */
  readonly sequences: readonly string[];
  readonly certifiedTime: boolean;
  /** Whether the root has withdrawn its key: then nothing else is taken from its files than the list of the root and the time. */
  readonly withdrawn: boolean;
  /** Whose lists of revocations: a Firm Code, or `root`. */
  readonly lists: readonly (number | 'root')[];
}

type BroughtBy = Pick<LicenseCentral, 'askedForTime' | 'firms' | 'revocations'>;

/** What these files bring, by firm. What is beside licenses is sealed in them, so the server says it. */
export async function broughtBy(
  server: BroughtBy,
  target: string,
  updates: readonly Uint8Array[],
): Promise<readonly Brought[]> {
  const sequences = new Map<number, string[]>();
  for (const update of updates) {
    const header = headerOf(update);
    const firmCode = Number(header.get('From')?.replace('firm ', ''));
    const said = header.get('Sequences') ?? 'none';
    sequences.set(firmCode, [...(sequences.get(firmCode) ?? []), ...(said === 'none' ? [] : [said])]);
  }
  const [asked, lists] = [await server.askedForTime(target), await server.revocations()];
  const firms = await server.firms();
  return [...sequences].map(([firmCode, said]) => {
    const withdrawn = firms.some((firm) => firm.firmCode === firmCode && firm.withdrawn);
    const keepers = lists.flatMap((list) => keeperOf(list, firmCode));
    return {
      firmCode,
      sequences: said,
      certifiedTime: asked.includes(firmCode),
      withdrawn,
      lists: withdrawn ? keepers.filter((keeper) => keeper === 'root') : keepers,
    };
  });
}

/** A firm's files carry its own list and the root's. */
function keeperOf(list: RevocationList, firmCode: number): readonly (number | 'root')[] {
  if (list.firmCode === null) return ['root'];
  return list.firmCode === firmCode ? [firmCode] : [];
}

/** In words, such as `Of firm 6000010: sequences 1 to 2, certified time.` */
export function broughtText({ firmCode, sequences, certifiedTime, lists }: Brought): string {
  const all = [
    sequences.length === 0 ? 'no licenses' : `sequences ${sequences.join(', ')}`,
    ...(certifiedTime ? ['certified time'] : []),
    ...lists.map((keeper) => (keeper === 'root' ? 'the list of the root' : `the list of firm ${keeper}`)),
  ];
  return `Of firm ${firmCode}: ${all.join(', ')}.`;
}

/** Whether somebody may have had them written for the sake of the time alone. */
export function isTimeAlone(brought: readonly Brought[]): boolean {
  return brought.some(({ certifiedTime }) => certifiedTime) && brought.every(({ sequences }) => sequences.length === 0);
}
