import { BenchError } from '../bench-error.ts';

/** Where a distribution has its kernel, and the tool `usbip`. */
export interface Distribution {
  /** As in os-release: `debian 12`. */
  readonly name: string;
  /** Depends on the image of the newest stock kernel. */
  readonly kernel: string;
  /** Further packages with modules of the kernel of that release. */
  readonly modules: (release: string) => readonly string[];
  /** Packages with `usbip` for a kernel of that release. */
  readonly usbip: (release: string) => readonly string[];
}

const DEBIAN = { kernel: 'linux-image-amd64', modules: () => [], usbip: () => ['usbip'] };
const UBUNTU = {
  kernel: 'linux-image-generic',
  modules: (release: string) => [`linux-modules-${release}`, `linux-modules-extra-${release}`],
  usbip: (release: string) => [`linux-tools-${release}`],
};

/**
 * Which distribution this is, by the text of its os-release file; relatives count as what they say they are like.
 *
 * @throws BenchError when it is neither Debian nor Ubuntu, nor like them
 */
export function distributionOf(osRelease: string): Distribution {
  const values = new Map(
    osRelease
      .split('\n')
      .map((line) => /^(\w+)="?([^"]*)"?$/.exec(line))
      .flatMap((found) => (found === null ? [] : [[found[1] ?? '', found[2] ?? ''] as const])),
  );
  const id = values.get('ID') ?? 'unknown';
  const name = [id, values.get('VERSION_ID') ?? values.get('VERSION_CODENAME') ?? 'unstable'].join(' ');
  const kinds = [id, ...(values.get('ID_LIKE') ?? '').split(' ')];
  if (kinds.includes('ubuntu')) return { name, ...UBUNTU };
  if (kinds.includes('debian')) return { name, ...DEBIAN };
  throw new BenchError('cannotBegin', `The bench takes kernel and tools from Debian or Ubuntu; this is ${name}.`);
}
