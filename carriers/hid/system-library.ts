/** What a program of this computer's system lacks, and how it is had. */
export interface SystemLibrary {
  /** The name of its file, such as `libusb-1.0.so.0`. */
  readonly library: string;
  /** What installs it, as people read it. */
  readonly fix: string;
}

/** The packages of Debian and Fedora in which they are. */
const PACKAGES: Readonly<Record<string, readonly [debian: string, fedora: string]>> = {
  'libusb-1.0.so.0': ['libusb-1.0-0', 'libusb1'],
  'libudev.so.1': ['libudev1', 'systemd-libs'],
  'libstdc++.so.6': ['libstdc++6', 'libstdc++'],
};

/** How the loaders of glibc and of musl say it. A path is a file of the package itself, and none of the system. */
const SAYINGS = [
  /^([^/\s:]+\.so[^/\s:]*): cannot open shared object file/,
  /^Error loading shared library ([^/\s:]+\.so[^/\s:]*): No such file/,
];

/** The library that the native part of a package lacks, by what Linux says when it cannot load it; undefined for any other failure. */
export function missingLibrary(said: string): SystemLibrary | undefined {
  for (const saying of SAYINGS) {
    const library = saying.exec(said)?.[1];
    if (library !== undefined) return { library, fix: fixOf(library) };
  }
  return undefined;
}

function fixOf(library: string): string {
  const packages = PACKAGES[library];
  if (packages === undefined)
    return `\`apt-file search ${library}\` on Debian and Ubuntu, or \`dnf provides '*/${library}'\` on Fedora, names the package that has it`;
  const [debian, fedora] = packages;
  return `\`sudo apt install ${debian}\` on Debian and Ubuntu, \`sudo dnf install ${fedora}\` on Fedora`;
}
