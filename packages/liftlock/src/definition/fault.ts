import type { Path } from './mistake.ts';

/** Something wrong that the schema alone cannot see. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
  /** True when the key is wrong, not its value. */
  readonly isKey?: boolean | undefined;
}

/** Every value that stands a second time. */
export function repeated(what: string, values: readonly string[], path: (index: number) => Path): Fault[] {
  return values.flatMap((value, index) => {
    const first = values.indexOf(value);
    return first === index
      ? []
      : [{ path: path(index), message: `the ${what} "${value}" stands twice; the first is number ${first + 1}` }];
  });
}
