import { actionsOf, type Action, type Token } from './template-tokens.ts';

/** What an action computes with. */
export type Expression =
  | { readonly kind: 'path'; readonly variable?: string | undefined; readonly fields: readonly string[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number' }
  | { readonly kind: 'call'; readonly name: string }
  | { readonly kind: 'group'; readonly pipeline: Pipeline; readonly fields: readonly string[] };

/** A function or a field with what it is given. */
export type Command = readonly [Expression, ...Expression[]];

export interface Pipeline {
  /** Variables that get the result; of a range the last one is the element. */
  readonly variables: readonly string[];
  /** `=` and not `:=`. */
  readonly isAssignment: boolean;
  readonly commands: readonly Command[];
}

export type TemplateNode =
  | { readonly kind: 'output'; readonly pipeline: Pipeline }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly pipeline: Pipeline;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  | { readonly kind: 'template'; readonly name: string; readonly pipeline?: Pipeline | undefined }
  | { readonly kind: 'define'; readonly name: string; readonly body: readonly TemplateNode[] };

/** The actions of a template as a tree. Throws a SyntaxError where text/template would. */
export function templateTree(template: string): readonly TemplateNode[] {
  const queue = [...actionsOf(template)];
  const { nodes, end } = nodesUntil(queue);
  if (end !== undefined) throw new SyntaxError(`unexpected ${end[0]?.text ?? 'end'}`);
  return nodes;
}

interface Body {
  readonly nodes: readonly TemplateNode[];
  /** The `end` or `else` that closed it; undefined at the end of the template. */
  readonly end: Action | undefined;
}

function nodesUntil(queue: Action[]): Body {
  const nodes: TemplateNode[] = [];
  for (let action = queue.shift(); action !== undefined; action = queue.shift()) {
    const [first, ...rest] = action;
    if (first === undefined) continue;
    const word = first.kind === 'name' ? first.text : '';
    if (word === 'end' || word === 'else') return { nodes, end: action };
    if (word === 'break' || word === 'continue') continue;
    nodes.push(...nodesOf(word, action, rest, queue));
  }
  return { nodes, end: undefined };
}

function nodesOf(word: string, action: Action, rest: Action, queue: Action[]): readonly TemplateNode[] {
  if (word === 'if' || word === 'with' || word === 'range') return [branch(word, rest, queue)];
  if (word === 'template') return [{ kind: 'template', ...named(rest) }];
  if (word === 'define') return [{ kind: 'define', name: named(rest).name, body: closed(queue) }];
  if (word === 'block') {
    const { name, pipeline } = named(rest);
    return [
      { kind: 'define', name, body: closed(queue) },
      { kind: 'template', name, pipeline },
    ];
  }
  return [{ kind: 'output', pipeline: pipelineOf(action) }];
}

function branch(kind: 'if' | 'with' | 'range', head: Action, queue: Action[]): TemplateNode {
  const pipeline = pipelineOf(head);
  const { nodes: body, end } = nodesUntil(queue);
  if (end === undefined) throw new SyntaxError(`${kind} is not closed`);
  if (end[0]?.text === 'end') return { kind, pipeline, body, otherwise: [] };
  const [, again, ...rest] = end;
  // `else if` shares the end of the whole.
  if (again?.kind === 'name' && (again.text === 'if' || again.text === 'with'))
    return { kind, pipeline, body, otherwise: [branch(again.text, rest, queue)] };
  return { kind, pipeline, body, otherwise: closed(queue) };
}

function closed(queue: Action[]): readonly TemplateNode[] {
  const { nodes, end } = nodesUntil(queue);
  if (end?.[0]?.text !== 'end') throw new SyntaxError('a block is not closed');
  return nodes;
}

function named(rest: Action): { readonly name: string; readonly pipeline?: Pipeline | undefined } {
  const [name, ...argument] = rest;
  if (name?.kind !== 'text') throw new SyntaxError('a template has no name');
  return argument.length === 0 ? { name: name.text } : { name: name.text, pipeline: pipelineOf(argument) };
}

function pipelineOf(tokens: Action): Pipeline {
  const queue = [...tokens];
  const pipeline = readPipeline(queue);
  if (queue.length > 0) throw new SyntaxError(`unexpected ${queue[0]?.text ?? ''}`);
  return pipeline;
}

function readPipeline(queue: Token[]): Pipeline {
  const variables: string[] = [];
  let isAssignment = false;
  const mark = queue.findIndex((token) => token.kind === 'mark' && (token.text === ':=' || token.text === '='));
  // Only at the very beginning: `$x :=`, `$k, $v :=`.
  if (mark === 1 || mark === 3) {
    variables.push(...queue.slice(0, mark).flatMap((token) => (token.kind === 'variable' ? [token.text] : [])));
    isAssignment = queue[mark]?.text === '=';
    queue.splice(0, mark + 1);
  }
  const commands: Command[] = [];
  for (;;) {
    commands.push(readCommand(queue));
    if (!isMark(queue[0], '|')) break;
    queue.shift();
  }
  return { variables, isAssignment, commands };
}

function readCommand(queue: Token[]): Command {
  const operands: Expression[] = [];
  while (queue.length > 0 && !isMark(queue[0], '|') && !isMark(queue[0], ')')) operands.push(readOperand(queue));
  const [first, ...rest] = operands;
  if (first === undefined) throw new SyntaxError('an empty command');
  return [first, ...rest];
}

function readOperand(queue: Token[]): Expression {
  const token = queue.shift();
  switch (token?.kind) {
    case 'text':
      return { kind: 'text', text: token.text };
    case 'number':
      return { kind: 'number' };
    case 'variable':
      return { kind: 'path', variable: token.text, fields: readFields(queue) };
    case 'dot':
      return { kind: 'path', fields: [] };
    case 'field':
      return { kind: 'path', fields: [token.text, ...readFields(queue)] };
    case 'name':
      return { kind: 'call', name: token.text };
    default:
      break;
  }
  if (token === undefined || !isMark(token, '(')) throw new SyntaxError(`unexpected ${token?.text ?? 'end'}`);
  const pipeline = readPipeline(queue);
  if (!isMark(queue.shift(), ')')) throw new SyntaxError('a bracket is not closed');
  return { kind: 'group', pipeline, fields: readFields(queue) };
}

function readFields(queue: Token[]): readonly string[] {
  const fields: string[] = [];
  while (queue[0]?.kind === 'field' && !queue[0].isApart) fields.push(queue.shift()?.text ?? '');
  return fields;
}

function isMark(token: Token | undefined, text: string): boolean {
  return token?.kind === 'mark' && token.text === text;
}
