import type { ASTNode } from '@marcbachmann/cel-js';

/** A node of a parsed expression, by the little that is needed to walk over it. */
export type Node = ASTNode;

/** The macros that go over a list, with the number of what they are given before the body. */
const loops = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

/** What stands directly below a node, in the order of the text. */
export function partsOf(node: Node): readonly Node[] {
  const parts: Node[] = [];
  const collect = (value: unknown): void => {
    if (isNode(value)) parts.push(value);
    else if (Array.isArray(value)) for (const item of value as unknown[]) collect(item);
  };
  collect(node.args);
  return parts;
}

/** A function, method or macro that is called: its name, and what is given to it. */
export interface Call {
  readonly name: string;
  readonly receiver: Node | undefined;
  readonly given: readonly Node[];
}

/** The call that a node is, or undefined. */
export function callOf(node: Node): Call | undefined {
  if (node.op === 'call') return { name: node.args[0], receiver: undefined, given: node.args[1] };
  if (node.op === 'rcall') return { name: node.args[0], receiver: node.args[1], given: node.args[2] };
  return undefined;
}

/** `all`, `exists`, `map` and their like: the list, the name of its items, and what is asked of each. */
export function loopOf(
  node: Node,
): { readonly over: Node; readonly item: string; readonly body: readonly Node[] } | undefined {
  const call = callOf(node);
  if (call?.receiver === undefined || !loops.has(call.name)) return undefined;
  const [item, ...body] = call.given;
  return item?.op === 'id' ? { over: call.receiver, item: item.args, body } : undefined;
}

/** A literal text, as in `installed["control-plane"]`. */
export function literalText(node: Node | undefined): string | undefined {
  return node?.op === 'value' && typeof node.args === 'string' ? node.args : undefined;
}
