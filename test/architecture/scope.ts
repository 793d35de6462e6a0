import { isNode, type Node, nameOf, nodesIn } from './syntax-tree.ts';

const SCOPES = new Set(['Program', 'FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** Functions and the file. Blocks count to the function around them: no rule needs it finer. */
export function isScope(node: Node): boolean {
  return SCOPES.has(node.type);
}

/** Every name that the scope itself declares: parameters, variables, functions, classes, imports, catch clauses. */
export function bindingsOfScope(scope: Node): Set<string> {
  const names = new Set<string>();
  for (const parameter of listOf(scope.params)) addPattern(parameter, names);
  addName(scope.id, names);
  const visit = (node: Node): void => {
    declare(node, names);
    if (!isScope(node)) for (const child of nodesIn(node)) visit(child);
  };
  for (const child of nodesIn(scope)) visit(child);
  return names;
}

function declare(node: Node, names: Set<string>): void {
  switch (node.type) {
    case 'VariableDeclarator':
      addPattern(node.id, names);
      break;
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'ClassExpression':
      addName(node.id, names);
      break;
    case 'ImportSpecifier':
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
      addName(node.local, names);
      break;
    case 'CatchClause':
      addPattern(node.param, names);
      break;
  }
}

function addPattern(pattern: unknown, names: Set<string>): void {
  if (!isNode(pattern)) return;
  switch (pattern.type) {
    case 'Identifier':
      addName(pattern, names);
      break;
    case 'ObjectPattern':
      for (const property of listOf(pattern.properties)) {
        addPattern(property.type === 'Property' ? property.value : property, names);
      }
      break;
    case 'ArrayPattern':
      for (const element of listOf(pattern.elements)) addPattern(element, names);
      break;
    case 'AssignmentPattern':
      addPattern(pattern.left, names);
      break;
    case 'RestElement':
      addPattern(pattern.argument, names);
      break;
  }
}

function addName(node: unknown, names: Set<string>): void {
  const name = isNode(node) ? nameOf(node) : undefined;
  if (name !== undefined) names.add(name);
}

function listOf(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}
