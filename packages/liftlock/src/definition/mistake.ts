import { exitCodes, formatPlace, Problem } from '../model/problem.ts';

export type Path = readonly (string | number)[];

/** One thing that is wrong in a definition, and where; lines and columns count from 1. */
export interface Mistake {
  readonly line: number;
  readonly column: number;
  readonly path: Path;
  readonly message: string;
}

/** `components[0].chart.oci`, as people write paths. */
export function formatPath(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}

function formatMistake(file: string, mistake: Mistake): string {
  const place = formatPlace({ file, line: mistake.line, column: mistake.column });
  const path = formatPath(mistake.path);
  return path === '' ? `${place}: ${mistake.message}` : `${place} ${path}: ${mistake.message}`;
}

/** All mistakes of a file as one Problem, in the file's order. */
export function badDefinition(file: string, mistakes: readonly Mistake[]): Problem {
  const sorted = mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const count = sorted.length === 1 ? 'a mistake' : `${sorted.length} mistakes`;
  const lines = sorted.map((mistake) => `  ${formatMistake(file, mistake)}`);
  return new Problem('BAD_DEFINITION', [`${file} has ${count}:`, ...lines].join('\n'), {
    exitCode: exitCodes.usage,
    advice: [
      'Correct the lines above; `liftlock platform schema` prints what an editor needs to complete and check them.',
    ],
    at: { file, line: sorted[0]?.line, column: sorted[0]?.column },
    details: {
      mistakes: sorted.map(({ line, column, path, message }) => ({ line, column, path: formatPath(path), message })),
    },
  });
}
