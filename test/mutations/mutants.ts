import { Instrumenter } from '@stryker-mutator/instrumenter';

/** One small change of a source file. `id` numbers the mutants of one text of one file. */
export interface Mutant {
  readonly id: number;
  /** The line of the source in which the change begins, without its indentation. */
  readonly line: string;
  readonly original: string;
  readonly replacement: string;
}

export interface Instrumented {
  /** The source with all its mutants in it, each behind a switch. */
  readonly code: string;
  readonly mutants: readonly Mutant[];
}

/** Long pieces of source are known by their beginning. Characters. */
const SHOWN = 100;

/** What the instrumenter of the library takes as a part of the syntax tree, as far as it is looked at here. */
interface TreePath {
  readonly node: TreeNode;
}

interface TreeNode {
  readonly type: string;
  /** Of a literal itself, of a property its node. */
  readonly value?: unknown;
  readonly quasis?: readonly { readonly value: { readonly raw: string } }[];
  readonly properties?: readonly TreeNode[];
}

/** The mutants of a source file, and its text with all of them. The same text gives the same mutants in the same order. */
export async function instrument(file: string, text: string): Promise<Instrumented> {
  const { files, mutants } = await new Instrumenter(SILENT).instrument([{ name: file, content: text, mutate: true }], {
    plugins: null,
    excludedMutations: [],
    ignorers: [{ shouldIgnore: (path: TreePath) => (isProse(path.node) ? 'words for people' : undefined) }],
  });
  const lines = text.split('\n');
  const made = mutants
    .filter(({ status }) => status !== 'Ignored')
    .map(({ id, location: { start, end }, replacement }) => ({
      id: Number(id),
      line: (lines[start.line] ?? '').trim(),
      original: shown(pieceOf(lines, start, end)),
      replacement: shown(replacement),
    }));
  return { code: (files[0]?.content ?? '').replaceAll('__stryker__', namespaceOf(file)), mutants: made };
}

/** The name of the global object through which the switches of one file are set. */
export function namespaceOf(file: string): string {
  return `mutants_of_${file.replaceAll(/\W/g, '_')}`;
}

/**
 * Whether a literal is words for people, which no test should hold fast: several words, and no control character as the
 * separators have that enter a hash. Also an object of nothing else, such as the details of a refusal.
 */
export function isProse({ type, value, quasis, properties = [] }: TreeNode): boolean {
  if (type === 'ObjectExpression')
    return properties.length > 0 && properties.every((one) => isNode(one.value) && isProse(one.value));
  const text =
    type === 'StringLiteral'
      ? String(value)
      : type === 'TemplateLiteral'
        ? quasis?.map((it) => it.value.raw).join('')
        : '';
  return /\S\s+\S/.test(text ?? '') && !/\\0|\p{Cc}/u.test(text ?? '');
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && 'type' in value;
}

interface Position {
  readonly line: number;
  readonly column: number;
}

function pieceOf(lines: readonly string[], start: Position, end: Position): string {
  const piece = lines.slice(start.line, end.line + 1);
  piece[piece.length - 1] = (piece.at(-1) ?? '').slice(0, end.column);
  piece[0] = (piece[0] ?? '').slice(start.column);
  return piece.join('\n');
}

function shown(code: string): string {
  const flat = code.replaceAll(/\s+/g, ' ').trim();
  return flat.length <= SHOWN ? flat : `${flat.slice(0, SHOWN)}...`;
}

const SILENT = {
  isTraceEnabled: () => false,
  isDebugEnabled: () => false,
  isInfoEnabled: () => false,
  isWarnEnabled: () => false,
  isErrorEnabled: () => false,
  isFatalEnabled: () => false,
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  fatal: () => undefined,
};
