/** A node of an ESTree syntax tree. */
export interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** The nodes directly below, in source order of their keys. */
export function nodesIn(node: Node): Node[] {
  return Object.values(node).flatMap((value) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  );
}

/** The name of an identifier. */
export function nameOf(node: Node): string | undefined {
  const name = node.name;
  return typeof name === 'string' ? name : undefined;
}
