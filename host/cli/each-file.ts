import { CATALOGUE, type ErrorCode, explain, FerryError } from '../../container/errors.ts';
import { expandFiles } from './ferry-files.adapter.ts';
import { withFile } from './naming-file.ts';
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

/** Files that the same is done with. */
interface Files {
  readonly names: readonly string[];
  readonly suffix: string;
  readonly bar: Progress;
  readonly sort?: (files: readonly string[]) => readonly string[];
}

/** What a file for somebody else is refused for. */
const FOREIGN: ReadonlySet<ErrorCode> = new Set(['NOT_ADDRESSED', 'NOTHING_ISSUED']);

/**
 * Does the same work with every file that the names stand for, in order, or in the one that `sort` puts them in, as
 * `handleFiles` does.
 *
 * @throws when no file could be taken, the first failure of a file that is not for somebody else, or else the first of all, with
 *   the name of the file; FILE_UNREADABLE
 */
export async function eachFile<T extends object>(
  { names, suffix, bar, sort = (files) => files }: Files,
  work: (file: string) => Promise<T>,
): Promise<Handled<T>> {
  const files = sort(expandFiles(names, suffix));
  const { done, inOrder, ...rest } = await handle({ files, bar, named: names }, work);
  const [first] = [...rest.failures, ...inOrder];
  if (first !== undefined && done.length === 0) throw withFile(first.error, first.file);
  return { done, ...rest };
}

interface GivenFiles {
  readonly files: readonly string[];
  readonly bar: Progress;
  /** Those that somebody has named: none of these is left alone. */
  readonly named: readonly string[];
}

/**
 * Does the same work with several files. One that is refused does not hold up those behind it, and those for somebody else are left
 * alone where nobody has named them; those that come too early are tried again behind each that is taken, before what is behind it.
 * When the work itself is interrupted, the files behind are left for the next time.
 */
export async function handleFiles<T extends object>(
  given: GivenFiles,
  work: (file: string) => Promise<T>,
): Promise<Handled<T>> {
  const { inOrder: _, ...handled } = await handle(given, work);
  return handled;
}

async function handle<T extends object>(
  { files, bar, named }: GivenFiles,
  work: (file: string) => Promise<T>,
): Promise<Handled<T> & { readonly inOrder: readonly FileFailure[] }> {
  const done: (FileNamed & T)[] = [];
  const failed = new Map<string, FerryError>();
  const early: string[] = [];
  const queue = [...files];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    failed.delete(file);
    bar.update(done.length + failed.size, files.length, file);
    const result = await resultOf(work, file);
    if (result instanceof FerryError) {
      failed.set(file, result);
      if (holdsUp(result)) break;
      if (result.code === 'UPDATE_GAP') early.push(file);
    } else {
      done.push({ file, ...result });
      queue.unshift(...early.splice(0));
    }
  }
  const inOrder = files.flatMap((file) => {
    const error = failed.get(file);
    return error === undefined ? [] : [{ file, error }];
  });
  const isForeign = ({ file, error }: FileFailure): boolean => FOREIGN.has(error.code) && !named.includes(file);
  const failures = inOrder.filter((failure) => !isForeign(failure));
  return { done, foreign: inOrder.filter(isForeign).map(({ file }) => file), failures, inOrder };
}

async function resultOf<T>(work: (file: string) => Promise<T>, file: string): Promise<T | FerryError> {
  try {
    return await work(file);
  } catch (error) {
    if (error instanceof FerryError) return error;
    throw error;
  }
}

/** Whether the files behind would fare no better; that one file cannot be read says nothing of the others. */
function holdsUp(error: FerryError): boolean {
  return isInterruption(error) && error.code !== 'FILE_UNREADABLE';
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
    const { effect, remedy } = explain(error.code, error.details);
    for (const sentence of [effect, remedy]) output.complain(`  ${sentence}`);
  }
}

/** As `--json` shows it. */
export function failureDocument({ file, error }: FileFailure): object {
  return { file, ...explain(error.code, error.details) };
}
