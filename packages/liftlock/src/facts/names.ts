import { suggestion } from '../model/nearest.ts';
import { callOf, literalText, loopOf, partsOf, type Node } from './syntax.ts';

/**
 * The variables that an expression may use. With a list, only these members exist and each is named outright; undefined:
 * anything may be asked of the variable.
 */
export type ConditionNames = Readonly<Record<string, readonly string[] | undefined>>;

/** `facts.oldClaims`, or `installed["control-plane"]`: a variable and the member of it that is meant. */
export interface Mention {
  readonly variable: string;
  /** Undefined where the variable stands by itself, or its member is worked out. */
  readonly member: string | undefined;
}

/** Every variable that an expression mentions, in the order of the text; the items of its own loops are none. */
export function mentionsIn(node: Node, own: readonly string[] = []): readonly Mention[] {
  if (node.op === 'id') return own.includes(node.args) ? [] : [{ variable: node.args, member: undefined }];
  const direct = memberOf(node);
  if (direct !== undefined) return own.includes(direct.variable) ? [] : [direct];
  const loop = loopOf(node);
  if (loop !== undefined) {
    const inside = [...own, loop.item];
    return [...mentionsIn(loop.over, own), ...loop.body.flatMap((part) => mentionsIn(part, inside))];
  }
  return partsOf(node).flatMap((part) => mentionsIn(part, own));
}

function memberOf(node: Node): Mention | undefined {
  // `"control-plane" in installed`
  if (node.op === 'in') {
    const [key, of] = node.args;
    const member = literalText(key);
    return of.op === 'id' && member !== undefined ? { variable: of.args, member } : undefined;
  }
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const [of, key] = node.args;
  const member = typeof key === 'string' ? key : literalText(key);
  return of.op === 'id' && member !== undefined ? { variable: of.args, member } : undefined;
}

/** What is wrong with the names of an expression: the first one that does not exist, with the nearest right one. */
export function nameFault(root: Node, names: ConditionNames): string | undefined {
  for (const { variable, member } of mentionsIn(root)) {
    const variables = Object.keys(names);
    if (!variables.includes(variable)) return `there is no ${variable}${suggestion(variable, variables)}`;
    const members = names[variable];
    if (members === undefined) continue;
    if (member === undefined) return `name what is meant of ${variable}, as in ${variable}.${members[0] ?? 'name'}`;
    if (!members.includes(member)) return `there is no ${variable}.${member}${suggestion(member, members)}`;
  }
  return hasFault(root);
}

/** `has(facts.x)` would take a question that nobody could answer for a no. */
function hasFault(node: Node): string | undefined {
  const call = callOf(node);
  const [asked] = call?.name === 'has' ? call.given : node.op === 'in' ? [node] : [];
  const direct = asked === undefined ? undefined : memberOf(asked);
  if (direct?.variable === 'facts')
    return `facts.${direct.member ?? ''} has an answer or the condition has none: ask for its value, without has() or in`;
  for (const part of partsOf(node)) {
    const fault = hasFault(part);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
