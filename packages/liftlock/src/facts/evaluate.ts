import { createContext, Script } from 'node:vm';
import { Environment } from '@marcbachmann/cel-js';
import type { Json } from '../model/json.ts';
import { isVersionRange, satisfiesRange } from '../model/version.ts';
import { boundsFault, mostCharacters } from './bounds.ts';
import { toCel } from './plain.ts';
import type { Node } from './syntax.ts';

/** Milliseconds for one evaluation: what is bounded by its form takes a few even of thousands of objects. */
const mostMilliseconds = 2000;

/** An expression that was read. Its faults are sentences about it, without the expression itself. */
export interface Parsed {
  readonly ast: Node;
  /** What it gives, as CEL's checker says: `bool`, `dyn`, `int` … */
  readonly type: string;
  evaluate(variables: Readonly<Record<string, Json | undefined>>): unknown;
}

/** An expression that CEL cannot read, or that is refused. */
export class ExpressionFault extends Error {
  readonly fault: string;
  /** CEL's own word for the kind of fault, for example `no_such_key`. */
  readonly kind: string;

  constructor(fault: string, kind: string) {
    super(fault);
    this.name = 'ExpressionFault';
    this.fault = fault;
    this.kind = kind;
  }
}

const environments = new Map<string, Environment>();

/** One for each set of variables: to make one is dear, and it remembers nothing of what it evaluates. */
function environmentFor(variables: readonly string[]): Environment {
  const key = variables.toSorted().join(' ');
  const known = environments.get(key);
  if (known !== undefined) return known;
  const made = new Environment({
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 500, maxDepth: 32, maxListElements: 100, maxMapEntries: 100, maxCallArguments: 8 },
  });
  for (const variable of variables) made.registerVariable(variable, 'dyn');
  made.registerFunction('inRange(string, string): bool', (version: string, range: string) => {
    if (!isVersionRange(range)) throw new ExpressionFault(`"${range}" is no range of versions`, 'bad_range');
    return satisfiesRange(version, range);
  });
  environments.set(key, made);
  return made;
}

/**
 * Reads an expression over variables of these names.
 * @throws ExpressionFault
 */
export function parseExpression(text: string, variables: readonly string[]): Parsed {
  if (text.length > mostCharacters)
    throw new ExpressionFault(`it has ${text.length} characters; at most ${mostCharacters} may be`, 'too_long');
  const parsed = reading(() => environmentFor(variables).parse(text));
  const ast: Node = parsed.ast;
  const refusal = boundsFault(ast);
  if (refusal !== undefined) throw new ExpressionFault(refusal, 'refused');
  const checked = parsed.check();
  if (!checked.valid) throw faultOf(checked.error);
  return {
    ast,
    type: checked.type ?? 'dyn',
    evaluate: (values) => reading(() => inTime(() => parsed(variablesOf(values)) as unknown)),
  };
}

function variablesOf(values: Readonly<Record<string, Json | undefined>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toCel(value)]));
}

/** Evaluation never waits, so that a timer could not stop it: the engine itself has to. */
function inTime(evaluate: () => unknown): unknown {
  return new Script('evaluate()').runInContext(createContext({ evaluate }), {
    timeout: mostMilliseconds,
  }) as unknown;
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw faultOf(error);
  }
}

/** The library's messages carry a drawing of the place: its summary is the sentence alone. */
function faultOf(error: unknown): ExpressionFault {
  if (error instanceof ExpressionFault) return error;
  const { code, summary, message, cause } = (error ?? {}) as Partial<Record<string, unknown>>;
  if (cause instanceof ExpressionFault) return cause;
  if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
    return new ExpressionFault(`it takes longer than ${mostMilliseconds / 1000} s`, 'too_slow');
  const text = typeof summary === 'string' ? summary : typeof message === 'string' ? message : String(error);
  return new ExpressionFault(lowerFirst(text.split('\n')[0] ?? text), typeof code === 'string' ? code : 'unknown');
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
