import { CATALOGUE, explain, FerryError } from '../../container/errors.ts';
import type { CommandContext } from './run-ferry.ts';

export interface FileNamed {
  readonly file: string;
}

/** A file that could not be taken, beside others that could. */
export interface FileFailure extends FileNamed {
  readonly error: FerryError;
}

/**
 * Does the same work with every file, in order. One that is refused does not hold up those behind it; when the work
 * itself is interrupted, the files behind are left for the next time.
 *
 * @throws the first failure when no file could be taken
 */
export async function eachFile<T extends object>(
  files: readonly string[],
  work: (file: string) => Promise<T>,
): Promise<{ readonly done: readonly (FileNamed & T)[]; readonly failures: readonly FileFailure[] }> {
  const done: (FileNamed & T)[] = [];
  const failures: FileFailure[] = [];
  for (const file of files) {
    try {
      done.push({ file, ...(await work(file)) });
    } catch (error) {
      if (!(error instanceof FerryError)) throw error;
      failures.push({ file, error });
      if (isInterruption(error)) break;
    }
  }
  const [failed] = failures;
  if (failed !== undefined && done.length === 0) throw failed.error;
  return { done, failures };
}

function isInterruption({ code }: FerryError): boolean {
  return CATALOGUE[code].exit === CATALOGUE.STORE_WRITE_FAILED.exit;
}

/** The exit code when some files were taken and these were not. */
export function exitInPart(failures: readonly FileFailure[]): number {
  const broken = failures.find(({ error }) => isInterruption(error));
  return CATALOGUE[broken?.error.code ?? 'DONE_IN_PART'].exit;
}

export function showFailures({ output }: CommandContext, failures: readonly FileFailure[]): void {
  for (const { file, error } of failures) output.complain(`${file}: ${error.message} [${error.code}]`);
}

/** As `--json` shows it. */
export function failureDocument({ file, error }: FileFailure): object {
  return { file, ...explain(error.code, error.details) };
}
