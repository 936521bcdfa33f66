import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { secretsIn, type Secrets } from './sweep.ts';

/** What was seen of secrets while commands ran. */
export interface Sightings {
  /** Command lines and environments of children, by the program's name: `helm argv`, `helm environment`. */
  readonly children: ReadonlyMap<string, readonly string[]>;
  /** `WHERE: SECRET` of what a child was given. */
  readonly given: readonly string[];
  /** `FILE MODE of FOLDER MODE` of files that held a secret for a while, once each. */
  readonly files: readonly string[];
}

/**
 * Looks again and again at everything that a process has started, and at files in some folders.
 * @param parent the process whose descendants are meant, itself left out
 */
export function watchSecrets(parent: number, folders: readonly string[], secrets: () => Secrets) {
  const children = new Map<string, string[]>();
  const given = new Set<string>();
  const files = new Set<string>();
  const looked = new Set<string>();
  const known = new Set<string>();
  const own = () => textOf(`/proc/${parent}/comm`).trim();
  const look = () => {
    for (const pid of descendantsOf(String(parent))) {
      for (const [what, file] of [
        ['argv', 'cmdline'],
        ['environment', 'environ'],
      ] as const) {
        const text = textOf(`/proc/${pid}/${file}`);
        const key = `${pid} ${what} ${text}`;
        // Looked at last: what has not become a program of its own yet looks as its parent does.
        const name = textOf(`/proc/${pid}/comm`).trim();
        if (text === '' || name === own() || known.has(key)) continue;
        known.add(key);
        const where = `${name} ${what}`;
        children.set(where, [...(children.get(where) ?? []), text]);
        for (const secret of secretsIn(text, secrets())) given.add(`${where}: ${secret}`);
      }
    }
    for (const folder of folders) for (const seen of secretFiles(folder, secrets(), looked)) files.add(seen);
  };
  const timer = setInterval(look, 60);
  return {
    sightings: (): Sightings => ({ children, given: [...given], files: [...files] }),
    stop: () => clearInterval(timer),
  };
}

/** Processes below one, each as soon as it has become a program of its own: before that it looks as its parent does. */
function descendantsOf(parent: string): readonly string[] {
  let threads: readonly string[];
  try {
    threads = readdirSync(`/proc/${parent}/task`);
  } catch {
    return [];
  }
  const children = threads.flatMap((thread) =>
    textOf(`/proc/${parent}/task/${thread}/children`).split(' ').filter(Boolean),
  );
  const started = children.filter((pid) => !textOf(`/proc/${pid}/cmdline`).includes('/src/cli/main.ts'));
  return [...started, ...children.flatMap(descendantsOf)];
}

/**
 * Files come and go meanwhile.
 * @param looked files as they were looked at before
 */
function secretFiles(folder: string, secrets: Secrets, looked: Set<string>): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      const path = join(folder, name);
      const { mode, size, mtimeMs, ino } = statSync(path);
      const key = `${ino} ${mtimeMs} ${size} ${path}`;
      if ((mode & 0o170000) !== 0o100000 || size > 4_000_000 || looked.has(key)) return [];
      looked.add(key);
      if (secretsIn(readFileSync(path, 'latin1'), secrets).length === 0) return [];
      return [`${name} ${octal(mode)} of ${octal(statSync(dirname(path)).mode)}`];
    } catch {
      return [];
    }
  });
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
