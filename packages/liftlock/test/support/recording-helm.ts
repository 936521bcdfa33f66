import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A `helm` that writes down what it is told before it does it. */
export interface RecordingHelm {
  /** Path of the program. */
  readonly path: string;
  /** Its folder, for the front of PATH. */
  readonly folder: string;
  /** Arguments of every call so far, oldest first, without `helm` itself. */
  calls(): Promise<readonly (readonly string[])[]>;
  /** Environments of all calls. */
  environments(): Promise<string>;
  /** Command lines of all processes of this machine, read during each call. */
  processes(): Promise<string>;
  /** `MODE PATH` of every file among the arguments and of its folder, read during each call. */
  fileModes(): Promise<readonly string[]>;
  /** What `helm registry login` was given on standard input. */
  loginInput(): Promise<string>;
}

const begin = '\u001E';
const between = '\u001F';

/** Puts a helm that records into a folder of its own below `parent`. */
export async function recordHelm(helm: string, parent: string): Promise<RecordingHelm> {
  const folder = join(parent, 'recording');
  const file = (name: string) => join(folder, name);
  await mkdir(folder, { recursive: true });
  const script = [
    '#!/bin/sh',
    // One write a call: helms run side by side.
    String.raw`printf '%s\037' "$(printf '\036')" "$@" >> '${file('arguments')}'`,
    `cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' >> '${file('processes')}'`,
    `env >> '${file('environments')}'`,
    `for a in "$@"; do if [ -f "$a" ]; then stat -c '%a %n' "$a" "$(dirname "$a")"; fi; done >> '${file('modes')}'`,
    `if [ "$1" = registry ]; then tee -a '${file('login')}' | '${helm}' "$@"; exit $?; fi`,
    `exec '${helm}' "$@"`,
  ].join('\n');
  await writeFile(file('helm'), `${script}\n`);
  await chmod(file('helm'), 0o755);
  const read = (name: string) => readFile(file(name), 'utf8').catch(() => '');
  return {
    path: file('helm'),
    folder,
    calls: async () =>
      (await read('arguments'))
        .split(begin)
        .slice(1)
        .map((call) => call.split(between).slice(1, -1)),
    environments: () => read('environments'),
    processes: () => read('processes'),
    fileModes: async () => (await read('modes')).split('\n').filter((line) => line !== ''),
    loginInput: () => read('login'),
  };
}
