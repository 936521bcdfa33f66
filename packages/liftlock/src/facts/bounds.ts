import { suggestion } from '../model/nearest.ts';
import { callOf, loopOf, partsOf, type Node } from './syntax.ts';

/** Characters of one expression: the longest of the definitions that are known has about 300. */
export const mostCharacters = 2000;
/** Loops of which one stands in another, or goes over what another gives. */
const mostLoops = 3;

/** Everything that may be called. What is not here is refused: an expression is data from elsewhere. */
const functions =
  'size has all exists exists_one map filter inRange startsWith endsWith contains lowerAscii upperAscii trim indexOf lastIndexOf substring split join string int double bool dyn type timestamp duration'.split(
    ' ',
  );

/** Those that CEL has and that are refused, with the reason. */
const refused: Readonly<Record<string, string>> = {
  matches: 'its regular expressions can take for ever; use startsWith, endsWith, contains or inRange',
  bind: 'what it names could be doubled over and over; write it out',
};

/**
 * Why an expression is not evaluated although CEL could read it: it calls what is not known here, or might take time or
 * memory without end. Undefined where nothing is wrong.
 */
export function boundsFault(root: Node): string | undefined {
  return callFault(root) ?? loopFault(root) ?? growthFault(root, false);
}

function first(nodes: readonly Node[], fault: (node: Node) => string | undefined): string | undefined {
  for (const node of nodes) {
    const found = fault(node);
    if (found !== undefined) return found;
  }
  return undefined;
}

function callFault(node: Node): string | undefined {
  const name = callOf(node)?.name;
  if (name !== undefined && !functions.includes(name)) {
    const why = Object.hasOwn(refused, name) ? refused[name] : undefined;
    return why === undefined
      ? `there is no function ${name}()${suggestion(name, functions)}`
      : `${name}() is not allowed: ${why}`;
  }
  return first(partsOf(node), callFault);
}

function loopDepth(node: Node): number {
  const below = Math.max(0, ...partsOf(node).map(loopDepth));
  const loop = loopOf(node);
  return loop === undefined ? below : below + 1;
}

function loopFault(root: Node): string | undefined {
  const depth = loopDepth(root);
  if (depth <= mostLoops) return undefined;
  return `${depth} of all, exists, map and filter stand in one another; at most ${mostLoops} may`;
}

/** Inside a loop nothing may be put together: what doubles with every item, and with every loop, has no end. */
function growthFault(node: Node, isInside: boolean): string | undefined {
  if (isInside && (node.op === '+' || callOf(node)?.name === 'join'))
    return 'inside all, exists, map and filter nothing may be added or joined';
  if (isInside && (node.op === 'list' || node.op === 'map') && !isConstant(node))
    return 'inside all, exists, map and filter a list or map may hold constants only';
  const loop = loopOf(node);
  if (loop === undefined) return first(partsOf(node), (part) => growthFault(part, isInside));
  return growthFault(loop.over, isInside) ?? first(loop.body, (part) => growthFault(part, true));
}

function isConstant(node: Node): boolean {
  return node.op === 'value' || (['list', 'map', '-_'].includes(node.op) && partsOf(node).every(isConstant));
}
