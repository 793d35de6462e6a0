import { CATALOGUE, type ErrorCode, explain, FerryError } from '../../container/errors.ts';
import { expandFiles } from './ferry-files.adapter.ts';
import type { Progress } from './progress.ts';
import type { CommandContext } from './run-ferry.ts';

export interface FileNamed {
  readonly file: string;
}

/** A file that could not be taken, beside others that could. */
export interface FileFailure extends FileNamed {
  readonly error: FerryError;
}

/** What became of several files. */
export interface Handled<T> {
  readonly done: readonly (FileNamed & T)[];
  /** Files for somebody else that lay in the same folder. */
  readonly foreign: readonly string[];
  readonly failures: readonly FileFailure[];
}

/** What a file for somebody else is refused for. */
const FOREIGN: ReadonlySet<ErrorCode> = new Set(['NOT_ADDRESSED', 'TARGET_UNKNOWN']);

/**
 * Does the same work with every file that the names stand for, in order. One that is refused does not hold up those behind
 * it, and of a `folder:DIR` those for somebody else are left alone; when the work itself is interrupted, the files behind
 * are left for the next time.
 *
 * @throws the first failure when no file could be taken; FILE_UNREADABLE
 */
export async function eachFile<T extends object>(
  { names, suffix, bar }: { readonly names: readonly string[]; readonly suffix: string; readonly bar: Progress },
  work: (file: string) => Promise<T>,
): Promise<Handled<T>> {
  const done: (FileNamed & T)[] = [];
  const failures: FileFailure[] = [];
  const files = expandFiles(names, suffix);
  for (const [at, file] of files.entries()) {
    bar.update(at, files.length, file);
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
  const isForeign = ({ file, error }: FileFailure): boolean => FOREIGN.has(error.code) && !names.includes(file);
  const foreign = failures.filter(isForeign).map(({ file }) => file);
  return { done, foreign, failures: failures.filter((failure) => !isForeign(failure)) };
}

function isInterruption({ code }: FerryError): boolean {
  return CATALOGUE[code].exit === CATALOGUE.STORE_WRITE_FAILED.exit;
}

/** The exit code when some files were taken and these were not. */
export function exitInPart(failures: readonly FileFailure[]): number {
  const broken = failures.find(({ error }) => isInterruption(error));
  return CATALOGUE[broken?.error.code ?? 'DONE_IN_PART'].exit;
}

export function showRest({ output }: CommandContext, { foreign, failures }: Handled<object>): void {
  if (foreign.length > 0) output.note(`${foreign.length} file(s) for others were left alone.`);
  for (const { file, error } of failures) {
    output.complain(`${file}: ${error.message} [${error.code}]`);
    output.complain(`  ${explain(error.code, error.details).remedy}`);
  }
}

/** As `--json` shows it. */
export function failureDocument({ file, error }: FileFailure): object {
  return { file, ...explain(error.code, error.details) };
}
