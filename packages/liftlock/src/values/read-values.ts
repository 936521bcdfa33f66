import { callFunction, type FunctionWorld } from './template-functions.ts';
import { templateTree, type Command, type Expression, type Pipeline, type TemplateNode } from './template-tree.ts';
import { anyOf, elementOf, fieldOf, knownKey, other, type Known, type ValuePath } from './template-values.ts';

/** One text that is rendered with the values of the chart at `at`. */
export interface RenderedText {
  readonly at: ValuePath;
  readonly text: string;
}

/** Places in the user's values that templates read. */
export interface ReadPlaces {
  /** Read or tested themselves; what lies below is not read by that. */
  readonly exact: readonly ValuePath[];
  /** Read with everything below: printed, turned into YAML, ranged over. */
  readonly whole: readonly ValuePath[];
}

interface Named {
  readonly body: readonly TemplateNode[];
}

type Variables = ReadonlyMap<string, { value: Known }>;

/** Bodies that are walked through at most; what reads more is too involved to be judged. */
const mostBodies = 50_000;

/**
 * Which values the templates read, found by following every action without rendering. In doubt a value counts as read: what
 * is not in the answer is read by no template.
 * @param chartRoots where the values of the charts begin
 * Throws a SyntaxError for a template that cannot be parsed, and a RangeError for one that is too involved.
 */
export function readPlaces(texts: readonly RenderedText[], chartRoots: readonly ValuePath[]): ReadPlaces {
  const trees = texts.map(({ at, text }) => ({ at, tree: templateTree(text) }));
  const defined = Map.groupBy(
    trees.flatMap(({ tree }) => definesIn(tree)),
    ({ name }) => name,
  );
  const walk = new Walk(defined, chartRoots);
  for (const { at, tree } of trees) walk.render(tree, { kind: 'root', at });
  return walk.places();
}

function definesIn(nodes: readonly TemplateNode[]): readonly (Named & { readonly name: string })[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'define') return [node, ...definesIn(node.body)];
    return 'otherwise' in node ? [...definesIn(node.body), ...definesIn(node.otherwise)] : [];
  });
}

/** One walk through all templates of a chart and its subcharts. */
class Walk implements FunctionWorld {
  readonly #defined: ReadonlyMap<string, readonly Named[]>;
  readonly #roots: ReadonlySet<string>;
  readonly #exact = new Map<string, ValuePath>();
  readonly #whole = new Map<string, ValuePath>();
  readonly #called = new Set<string>();
  #bodies = 0;

  constructor(defined: ReadonlyMap<string, readonly Named[]>, chartRoots: readonly ValuePath[]) {
    this.#defined = defined;
    this.#roots = new Set(chartRoots.map((at) => JSON.stringify(at)));
  }

  places(): ReadPlaces {
    return { exact: [...this.#exact.values()], whole: [...this.#whole.values()] };
  }

  /** Walks a body with `.` and `$` set. */
  render(nodes: readonly TemplateNode[], context: Known): void {
    this.#walk(nodes, context, new Map([['', { value: context }]]));
  }

  /** Calls a named template; each is walked once for equal contexts. An unknown name calls all of them. */
  call(name: string | undefined, context: Known): void {
    const key = `${name ?? ''} ${knownKey(context)}`;
    if (this.#called.has(key)) return;
    this.#called.add(key);
    const bodies = name === undefined ? [...this.#defined.values()].flat() : (this.#defined.get(name) ?? []);
    for (const { body } of bodies) this.render(body, context);
  }

  /** Walks through a text that is rendered by `tpl`. */
  renderText(text: string, context: Known): void {
    if (text.includes('{{')) this.render(templateTree(text), context);
  }

  field(value: Known, name: string): Known {
    return fieldOf(value, name, (at) => this.#roots.has(JSON.stringify(at)));
  }

  /** The value is tested, or its fields are read by what follows. */
  look(value: Known): void {
    if (value.kind === 'values') this.#exact.set(JSON.stringify(value.at), value.at);
    if (value.kind === 'any') for (const item of value.of) this.look(item);
  }

  /** The value goes out of sight, with everything below it. */
  use(value: Known): void {
    switch (value.kind) {
      case 'values':
      case 'root':
        this.#whole.set(JSON.stringify(value.at), value.at);
        break;
      case 'dict':
        for (const item of value.entries.values()) this.use(item);
        break;
      case 'list':
        for (const item of value.items) this.use(item);
        break;
      case 'any':
        for (const item of value.of) this.use(item);
        break;
      default:
        break;
    }
  }

  #walk(nodes: readonly TemplateNode[], dot: Known, outer: Variables): void {
    this.#bodies += 1;
    if (this.#bodies > mostBodies) throw new RangeError('the templates are too involved');
    // Variables of a body end with it; an assignment reaches the one outside, which is shared.
    const variables = new Map(outer);
    for (const node of nodes) this.#visit(node, dot, variables);
  }

  #visit(node: TemplateNode, dot: Known, variables: Map<string, { value: Known }>): void {
    switch (node.kind) {
      case 'output': {
        const value = this.#pipeline(node.pipeline, dot, variables);
        if (node.pipeline.variables.length === 0) this.use(value);
        break;
      }
      case 'template':
        this.call(node.name, node.pipeline === undefined ? other : this.#pipeline(node.pipeline, dot, variables));
        break;
      case 'define':
        break;
      default: {
        const inner = new Map(variables);
        const value = this.#pipeline(node.pipeline, dot, inner);
        if (node.kind === 'range') this.#range(node, value, inner);
        else {
          this.look(value);
          this.#walk(node.body, node.kind === 'with' ? value : dot, inner);
        }
        this.#walk(node.otherwise, dot, inner);
      }
    }
  }

  #range(
    { pipeline, body }: Extract<TemplateNode, { body: unknown; otherwise: unknown }>,
    value: Known,
    variables: Map<string, { value: Known }>,
  ): void {
    if (value.kind !== 'list' && value.kind !== 'dict') this.use(value);
    const element = elementOf(value);
    const name = pipeline.variables.at(-1);
    if (pipeline.variables.length > 1) variables.set(pipeline.variables[0] ?? '', { value: other });
    if (name !== undefined) variables.set(name, { value: element });
    // Twice: what a turn assigns, the next one reads.
    for (let turn = 0; turn < 2; turn += 1) this.#walk(body, element, variables);
  }

  #pipeline(pipeline: Pipeline, dot: Known, variables: Map<string, { value: Known }>): Known {
    let value: Known | undefined;
    for (const command of pipeline.commands) value = this.#command(command, value, dot, variables);
    const result = value ?? other;
    for (const name of pipeline.variables) {
      const known = variables.get(name);
      if (pipeline.isAssignment && known !== undefined) known.value = anyOf([known.value, result]);
      else variables.set(name, { value: result });
    }
    return result;
  }

  #command(
    [first, ...rest]: Command,
    piped: Known | undefined,
    dot: Known,
    variables: Map<string, { value: Known }>,
  ): Known {
    const given = rest.map((expression) => this.#expression(expression, dot, variables));
    const all = piped === undefined ? given : [...given, piped];
    if (first.kind === 'call') return callFunction(first.name, all, this);
    const value = this.#expression(first, dot, variables);
    if (all.length === 0) return value;
    // A method such as .Files.Get: what it is given goes out of sight.
    for (const item of all) this.use(item);
    return other;
  }

  #expression(expression: Expression, dot: Known, variables: Map<string, { value: Known }>): Known {
    switch (expression.kind) {
      case 'text':
        return { kind: 'text', text: expression.text };
      case 'path': {
        const base = expression.variable === undefined ? dot : (variables.get(expression.variable)?.value ?? other);
        return this.#fields(base, expression.fields);
      }
      case 'group':
        return this.#fields(this.#pipeline(expression.pipeline, dot, variables), expression.fields);
      case 'call':
        return callFunction(expression.name, [], this);
      default:
        return other;
    }
  }

  #fields(base: Known, names: readonly string[]): Known {
    let value = base;
    for (const name of names) value = this.field(value, name);
    return value;
  }
}
