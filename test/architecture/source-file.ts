import { parseSync } from 'rolldown/utils';
import { bindingsOfScope, isScope } from './scope.ts';
import { isNode, type Node, nameOf, nodesIn } from './syntax-tree.ts';

export interface Import {
  /** As written; undefined when it is computed at run time. */
  readonly specifier: string | undefined;
  readonly kind: 'static' | 'dynamic' | 'type';
}

/** What a file takes from outside itself. */
export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Globals that no scope of the file declares, such as `process`, `Date.now`, `new Date()` or `Math.random`. */
  readonly globals: readonly string[];
}

/** Reads the real imports and uses of globals from the syntax tree: comments, strings and types do not count. */
export function readSource(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const root: unknown = program;
  if (!isNode(root)) throw new Error(`${path}: no syntax tree`);
  const globals = new Set<string>();
  collectGlobals(root, undefined, [bindingsOfScope(root)], globals);
  return { path, lines: text.split('\n').length, imports: collectImports(root), globals: [...globals] };
}

function collectImports(root: Node): Import[] {
  const imports: Import[] = [];
  const visit = (node: Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined) imports.push({ specifier: specifier.value, kind: kindOf(node) });
    for (const child of nodesIn(node)) visit(child);
  };
  visit(root);
  return imports;
}

function specifierOf(node: Node): { value: string | undefined } | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType': {
      const source = node.source;
      if (!isNode(source)) return undefined;
      const value = source.value;
      return { value: typeof value === 'string' ? value : undefined };
    }
    default:
      return undefined;
  }
}

function kindOf(node: Node): Import['kind'] {
  if (node.type === 'ImportExpression') return 'dynamic';
  if (node.type === 'TSImportType' || node.importKind === 'type' || node.exportKind === 'type') return 'type';
  const named = nodesIn(node).filter(({ type }) => type === 'ImportSpecifier' || type === 'ExportSpecifier');
  const others = nodesIn(node).some(({ type }) => /^Import(Default|Namespace)Specifier$/.test(type));
  const allTypes = named.every((one) => one.importKind === 'type' || one.exportKind === 'type');
  return named.length > 0 && !others && allTypes ? 'type' : 'static';
}

function collectGlobals(
  node: Node,
  parent: Node | undefined,
  scopes: readonly Set<string>[],
  found: Set<string>,
): void {
  if (node.type === 'Identifier') {
    const name = nameOf(node);
    if (name !== undefined && !scopes.some((scope) => scope.has(name))) found.add(describeUse(name, node, parent));
    return;
  }
  const inner = parent !== undefined && isScope(node) ? [...scopes, bindingsOfScope(node)] : scopes;
  for (const child of nodesIn(node)) {
    if (isReferencePosition(child, node)) collectGlobals(child, node, inner, found);
  }
}

/** `Date.now` for a member, `new Date()` for a construction without arguments, else the bare name. */
function describeUse(name: string, node: Node, parent: Node | undefined): string {
  if (parent?.type === 'MemberExpression' && parent.object === node) {
    const property = parent.property;
    const member = isNode(property) && parent.computed !== true ? nameOf(property) : undefined;
    return member === undefined ? name : `${name}.${member}`;
  }
  if (parent?.type === 'NewExpression' && parent.callee === node) {
    const args = parent.arguments;
    return Array.isArray(args) && args.length > 0 ? `new ${name}(...)` : `new ${name}()`;
  }
  return name;
}

const TYPE_WRAPPERS = /^TS(As|Satisfies|NonNull|TypeAssertion|Instantiation)Expression$|^TSTypeAssertion$/;
const KEYED = new Set(['Property', 'MethodDefinition', 'PropertyDefinition', 'AccessorProperty']);

/** False for names that are no references: members, keys, labels, imported names, and everything in types. */
function isReferencePosition(child: Node, parent: Node): boolean {
  if (child.type.startsWith('TS') && !TYPE_WRAPPERS.test(child.type)) return false;
  if (/^(Import|ExportAll)/.test(parent.type) && parent.type !== 'ImportExpression') return false;
  if (parent.type === 'ExportSpecifier' || parent.type === 'MetaProperty') return false;
  if (/^(Labeled|Break|Continue)Statement$/.test(parent.type)) return child.type !== 'Identifier';
  if (parent.computed === true) return true;
  if (parent.type === 'MemberExpression') return parent.property !== child;
  return !(KEYED.has(parent.type) && parent.key === child && parent.value !== child);
}
