import type { JsonObject } from '../model/json.ts';
import { Problem } from '../model/problem.ts';
import { SetFault, SetValues, setFlagNames, type SetFlagName } from './set-values.ts';
import { shellCommands, ShellFault, type ShellWord } from './shell-words.ts';

/** What a `helm upgrade` command of a vendor's console says. Nothing of it is run. */
export interface HelmCommand {
  readonly release: string;
  readonly chart: string;
  readonly namespace?: string | undefined;
  /** A version, or a range of versions as helm reads it. */
  readonly version?: string | undefined;
  readonly install: boolean;
  /** From `--set` and its sisters, as helm reads them. They often hold secrets. */
  readonly values: JsonObject;
  /** Lines with a blank behind the backslash: a shell would end the command there, and lose the rest. */
  readonly blanksAfterBackslash: readonly number[];
}

/** Flags of `helm upgrade` that take no value. Source: helm pkg/cmd. */
const switches = new Set(
  (
    '--install --create-namespace --wait --wait-for-jobs --atomic --rollback-on-failure --force --force-replace --force-conflicts ' +
    '--devel --no-hooks --skip-crds --cleanup-on-fail --render-subchart-notes --hide-notes --dependency-update --debug ' +
    '--reset-values --reuse-values --reset-then-reuse-values --disable-openapi-validation --skip-schema-validation ' +
    '--take-ownership --enable-dns --pass-credentials --plain-http --insecure-skip-tls-verify --verify'
  ).split(' '),
);
/** Those that take one. */
const withValue = new Set(
  (
    '--namespace --version --timeout --repo --username --password --ca-file --cert-file --key-file --keyring --history-max ' +
    '--description --labels --kube-context --kubeconfig --server-side --registry-config --repository-config ' +
    '--set --set-string --set-json --set-literal --values --set-file'
  ).split(' '),
);
const short: Readonly<Record<string, string>> = {
  '-i': '--install',
  '-n': '--namespace',
  '-f': '--values',
  '-l': '--labels',
};

/**
 * Reads the command that a vendor's console shows, as people copy it into a file: with the lines around it that add the chart
 * repository. It is parsed, never run.
 * @param file named in errors
 * @throws COMMAND_UNREADABLE with the line and what to do; a value is never quoted
 */
export function parseHelmCommand(text: string, file: string): HelmCommand {
  try {
    return readCommand(text);
  } catch (error) {
    if (!(error instanceof ShellFault)) throw error;
    throw new Problem('COMMAND_UNREADABLE', `${file}:${error.line}: this line ${error.message}.`, {
      at: { file, line: error.line },
      advice: [
        error.remedy,
        'The file holds the helm command of the console, as it is shown there; nothing of it is run.',
      ],
    });
  }
}

function readCommand(text: string): HelmCommand {
  const { commands, blanksAfterBackslash } = shellCommands(text);
  const upgrades = commands.filter((words, index) => isUpgrade(words, commands[index - 1]));
  const [words, second] = upgrades;
  if (words === undefined)
    throw new ShellFault(1, 'begins no helm upgrade command', 'Copy the helm upgrade command of the console.');
  if (second !== undefined)
    throw new ShellFault(lineOf(second), 'begins a second helm upgrade', 'Give one file to each component.');
  return { ...readFlags(words), blanksAfterBackslash };
}

/** Commands beside it that only prepare helm are left out; anything else is refused. */
function isUpgrade(words: readonly ShellWord[], before: readonly ShellWord[] | undefined): boolean {
  const [program, command, action] = words.map((word) => word.text);
  if (program === 'helm' && (command === 'upgrade' || command === 'install')) return true;
  if (program === 'helm' && command === 'repo' && (action === 'add' || action === 'update')) return false;
  if (program?.startsWith('-') === true && before !== undefined) {
    throw new ShellFault(
      lineOf(words),
      `begins with ${nameOf(program)}, and the line before it does not end in a backslash: a shell would lose it`,
      'Put a backslash at the end of the line before, with nothing behind it.',
    );
  }
  throw new ShellFault(lineOf(words), 'is no helm command', 'Keep the helm command alone in the file.');
}

function readFlags(words: readonly ShellWord[]): Omit<HelmCommand, 'blanksAfterBackslash'> {
  const plain: ShellWord[] = [];
  const given = new Map<string, string>();
  const sets: { readonly flag: SetFlagName; readonly text: string; readonly line: number }[] = [];
  for (let index = 2; index < words.length; index += 1) {
    const word = words[index];
    if (word === undefined) continue;
    if (!/^[-–—]/.test(word.text) || word.text === '-') {
      plain.push(word);
      continue;
    }
    const { flag, inline } = splitFlag(word);
    if (switches.has(flag)) {
      given.set(flag, inline ?? 'true');
      continue;
    }
    const next = inline ?? words[(index += 1)]?.text;
    if (next === undefined)
      throw new ShellFault(word.line, `gives ${flag} no value`, 'Copy the command again, to its end.');
    if (isSetFlag(flag)) sets.push({ flag, text: next, line: word.line });
    else given.set(flag, next);
  }
  const [release, chart, third] = plain;
  if (release === undefined || chart === undefined)
    throw new ShellFault(
      lineOf(words),
      'names no release and chart',
      'It reads: helm upgrade RELEASE CHART, then flags.',
    );
  if (third !== undefined)
    throw new ShellFault(
      third.line,
      'has a word too many',
      'A value with a blank in it stands in quotes; copy the command again.',
    );
  const [namespace, version] = [given.get('--namespace'), given.get('--version')];
  return {
    release: release.text,
    chart: chart.text,
    ...(namespace === undefined ? {} : { namespace }),
    ...(version === undefined ? {} : { version }),
    install: given.get('--install') === 'true' || words[1]?.text === 'install',
    values: valuesOf(sets),
  };
}

function splitFlag({ text, line }: ShellWord): { readonly flag: string; readonly inline?: string } {
  if (/^[–—]/.test(text))
    throw new ShellFault(line, 'has a long dash', 'Type it as two hyphens: a word processor has changed them.');
  const { name = '', rest = '' } = /^(?<name>--[\w-]+|-[a-zA-Z])(?<rest>.*)$/s.exec(text)?.groups ?? {};
  const flag = Object.hasOwn(short, name) ? (short[name] ?? name) : name;
  if (flag === '--values' || flag === '--set-file')
    throw new ShellFault(
      line,
      `reads a file (${flag})`,
      "Write the file's values as the values file of the component instead.",
    );
  if (!switches.has(flag) && !withValue.has(flag))
    throw new ShellFault(
      line,
      `has a flag that is not known: ${nameOf(text)}`,
      'Leave it out if it says nothing of values.',
    );
  if (rest === '') return { flag };
  if (rest.startsWith('=')) return { flag, inline: rest.slice(1) };
  if (name.length === 2 && !switches.has(flag)) return { flag, inline: rest };
  throw new ShellFault(line, `has a flag that is not known: ${nameOf(text)}`, 'Write one flag a word.');
}

/** A flag without what may be a value. */
function nameOf(text: string): string {
  return /^-*[\w-]*/.exec(text)?.[0] ?? '';
}

function isSetFlag(flag: string): flag is SetFlagName {
  return (setFlagNames as readonly string[]).includes(flag);
}

/** helm applies one kind of flag after the other, whatever their order. */
function valuesOf(
  sets: readonly { readonly flag: SetFlagName; readonly text: string; readonly line: number }[],
): JsonObject {
  const values = new SetValues();
  for (const kind of setFlagNames) {
    for (const { flag, text, line } of sets) {
      if (flag !== kind) continue;
      try {
        values.apply(flag, text);
      } catch (error) {
        if (!(error instanceof SetFault)) throw error;
        throw new ShellFault(
          line,
          `has a ${flag} that helm refuses: ${error.message}`,
          'Copy it again from the console.',
        );
      }
    }
  }
  return values.values();
}

function lineOf(words: readonly ShellWord[]): number {
  return words[0]?.line ?? 1;
}
