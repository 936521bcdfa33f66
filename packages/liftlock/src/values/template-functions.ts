import { anyOf, elementOf, other, templatePath, type Known } from './template-values.ts';

/** What functions of templates do with what they are given. */
export interface FunctionWorld {
  look(value: Known): void;
  use(value: Known): void;
  field(value: Known, name: string): Known;
  call(name: string | undefined, context: Known): void;
  renderText(text: string, context: Known): void;
}

type Function = (given: readonly Known[], world: FunctionWorld) => Known;

/** They tell something of their arguments and pass nothing on. */
const tests =
  'not empty eq ne lt le gt ge len kindIs kindOf typeOf typeIs typeIsLike deepEqual hasPrefix hasSuffix contains';
/** They return one of their arguments, or several laid over each other. */
const choices =
  'default coalesce or and required deepCopy mustDeepCopy merge mustMerge mergeOverwrite mustMergeOverwrite concat';

const functions: Readonly<Record<string, Function>> = {
  ...Object.fromEntries(tests.split(' ').map((name) => [name, testing])),
  ...Object.fromEntries(choices.split(' ').map((name) => [name, choosing])),
  ternary: ([whenTrue = other, whenFalse = other, test = other], world) => {
    world.look(test);
    return choosing([whenTrue, whenFalse], world);
  },
  dict: (given, world) => {
    const entries = new Map<string, Known>();
    for (let index = 0; index < given.length; index += 2) {
      const [key = other, value = other] = given.slice(index, index + 2);
      if (key.kind === 'text') entries.set(key.text, value);
      else for (const item of [key, value]) world.use(item);
    }
    return { kind: 'dict', entries };
  },
  list: (given) => ({ kind: 'list', items: given }),
  tuple: (given) => ({ kind: 'list', items: given }),
  index: ([value = other, ...keys], world) => inside(value, keys, world),
  get: ([value = other, key = other], world) => inside(value, [key], world),
  hasKey: ([value = other, key = other], world) => {
    testing([inside(value, [key], world)], world);
    return other;
  },
  dig: (given, world) => {
    const value = given.at(-1) ?? other;
    return anyOf([inside(value, given.slice(0, -2), world), given.at(-2) ?? other]);
  },
  pluck: ([key = other, ...values], world) => ({
    kind: 'list',
    items: values.map((value) => inside(value, [key], world)),
  }),
  first: ([list = other], world) => oneOf(list, world),
  last: ([list = other], world) => oneOf(list, world),
  print: printing,
  printf: printing,
  set: ([target = other, key = other, value = other], world) => {
    if (target.kind === 'dict' && key.kind === 'text') {
      // A dict within itself would have no end.
      if (value === target) return target;
      target.entries.set(key.text, anyOf([target.entries.get(key.text) ?? other, value]));
      return target;
    }
    for (const item of [key, value]) world.use(item);
    return target;
  },
  include: ([name = other, context = other], world) => {
    world.use(name);
    world.call(name.kind === 'text' ? name.text : undefined, context);
    return other;
  },
  tpl: ([text = other, context = other], world) => {
    if (text.kind === 'text') world.renderText(text.text, context);
    else world.use(text);
    return other;
  },
};

/** Calls a function by its name; what an unknown one is given goes out of sight. */
export function callFunction(name: string, given: readonly Known[], world: FunctionWorld): Known {
  const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (known !== undefined) return known(given, world);
  for (const item of given) world.use(item);
  return other;
}

function testing(given: readonly Known[], world: FunctionWorld): Known {
  for (const item of given) world.look(item);
  return other;
}

function choosing(given: readonly Known[], world: FunctionWorld): Known {
  for (const item of given) world.look(item);
  return anyOf(given);
}

/** The path of a template's file, as checksums of other files have it, stays one. */
function printing(given: readonly Known[], world: FunctionWorld): Known {
  for (const item of given) world.use(item);
  return given.find((item) => item.kind === 'text' && item.text === templatePath) ?? other;
}

/** What lies at keys of a value; a key that is not written out may be any. */
function inside(value: Known, keys: readonly Known[], world: FunctionWorld): Known {
  let here = value;
  for (const key of keys) {
    if (here.kind === 'list') here = elementOf(here);
    else if (key.kind === 'text') here = world.field(here, key.text);
    else {
      for (const item of [here, key]) world.use(item);
      return other;
    }
  }
  return here;
}

function oneOf(list: Known, world: FunctionWorld): Known {
  if (list.kind === 'list') return elementOf(list);
  world.use(list);
  return other;
}
