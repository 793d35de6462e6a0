/** Bytes of the path of a Unix socket; systems cut longer ones without a word. @see unix(7), sun_path */
const LONGEST_PATH = process.platform === 'linux' ? 107 : 103;

/** @throws Error when a path is too long for a Unix socket */
export function checkUnixPath(file: string): void {
  if (Buffer.byteLength(file) > LONGEST_PATH) throw new Error(`the path is longer than ${LONGEST_PATH} bytes`);
}
