import type { Command } from 'commander';
import { exitCodes, Problem } from '../model/problem.ts';
import type { SiteFlags } from '../main/open-site.ts';
import { nearestWord } from '../definition/nearest.ts';
import { repeatable } from './options.ts';

/** Flags that say which site is meant; every command that reaches one takes them. */
export interface SiteOptions {
  readonly file?: string;
  readonly option: readonly string[];
  readonly input: readonly string[];
  readonly answer: readonly string[];
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly helm?: string;
  readonly valuesFrom?: string;
  readonly keyFile?: string;
  readonly keyCreated?: string;
  readonly caFile?: string;
  readonly charts?: string;
  /** Of commands that plan. */
  readonly proveImages?: 'cluster' | 'local' | 'off';
}

/** The first word of a command that reaches a site. */
export interface SiteWord {
  readonly name: string;
  readonly meaning: string;
}

const platformWord: SiteWord = {
  name: '[platform]',
  meaning: 'a built-in platform or the path of a platform.yaml; the site file says it too',
};

/**
 * Adds the site flags. An option of the platform may be given as a flag of its own name (`--cloud aws`): which ones there
 * are, the definition says, so unknown flags are kept for siteFlags to judge.
 */
export function withSiteOptions(command: Command, word = platformWord): Command {
  return command
    .argument(word.name, word.meaning)
    .option('-f, --file <site.yaml>', 'site file; flags win over it')
    .addOption(repeatable('--option <name=value>', 'an option of the platform; also as a flag of its own: --cloud aws'))
    .addOption(repeatable('--input <name=value>', 'what the platform must be told; a path counts from this folder'))
    .addOption(repeatable('--answer <name=value>', 'the answer to a question that only a person can answer'))
    .option('--kubeconfig <path>', 'as for kubectl; else KUBECONFIG or ~/.kube/config')
    .option('--context <name>', 'context of the kubeconfig')
    .option('-n, --namespace <name>', "namespace, where it is not the platform's own")
    .option('--helm <path>', 'the helm binary; else LIFTLOCK_HELM, else the one on PATH')
    .option('--values-from <folder>', "folder that holds the platform's values files")
    .option('--key-file <key.json>', 'registry key')
    .option('--key-created <date>', 'when the key was made: the file itself does not say')
    .option('--ca-file <pem>', 'certificates to trust besides the system ones')
    .option('--charts <folder>', 'chart archives, as bundle load leaves them: charts come from there alone')
    .allowUnknownOption()
    .allowExcessArguments();
}

/** The first word of a command that wants something before the platform; undefined where there is none. */
export function firstWord(command: Command): string | undefined {
  return leftovers(command).words[0];
}

/**
 * The flags as data; leftovers become options of the platform or a Problem.
 * @param before words that stand before the platform
 */
export function siteFlags(command: Command, before = 0): SiteFlags {
  const options = command.opts<SiteOptions>();
  const { words, named } = leftovers(command);
  const [platform, ...extra] = words.slice(before);
  if (extra.length > 0) {
    throw new Problem('TOO_MANY_WORDS', `Unexpected: ${extra.join(' ')}.`, {
      exitCode: exitCodes.usage,
      advice: [`liftlock ${command.name()} --help`],
    });
  }
  const given = pairsOf('--option cloud=aws', options.option);
  const answers = pairsOf('--answer manyUsers=true', options.answer);
  return {
    platform,
    file: options.file,
    options: { ...given, ...named },
    ...(options.input.length === 0 ? {} : { inputs: pairsOf('--input domain=shop.example.com', options.input) }),
    ...(options.answer.length === 0 ? {} : { answers: readAnswers(answers) }),
    kubeconfig: options.kubeconfig,
    context: options.context,
    namespace: options.namespace,
    helm: options.helm,
    valuesFrom: options.valuesFrom,
    keyFile: options.keyFile,
    keyCreated: options.keyCreated,
    caFile: options.caFile,
    charts: options.charts,
    proveImages: options.proveImages,
  };
}

/** Pairs of a repeatable flag. @param example the flag as it should be: its first word is the flag */
export function pairsOf(example: string, texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text): [string, string] => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
      throw new Problem('BAD_OPTION', `${example.split(' ')[0] ?? ''} takes NAME=VALUE, not "${text}".`, {
        exitCode: exitCodes.usage,
        advice: [example],
      });
    }),
  );
}

/** As YAML reads them: true, false and numbers are no text. */
function readAnswers(answers: Readonly<Record<string, string>>): NonNullable<SiteFlags['answers']> {
  return Object.fromEntries(
    Object.entries(answers).map(([name, text]) => {
      if (text === 'true' || text === 'false') return [name, text === 'true'];
      return [name, /^-?\d{1,15}(\.\d{1,6})?$/.test(text) ? Number(text) : text];
    }),
  );
}

/** Commander leaves unknown flags among the arguments, in order. */
function leftovers(command: Command): {
  readonly words: readonly string[];
  readonly named: Readonly<Record<string, string>>;
} {
  const words: string[] = [];
  const named: Record<string, string> = {};
  const rest = [...command.args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith('-')) {
      words.push(word);
      continue;
    }
    const [flag = '', inline] = word.split(/=(.*)/s, 2);
    refuseTypo(flag, command);
    const value = inline ?? (rest[0]?.startsWith('-') === true ? undefined : rest.shift());
    if (value === undefined) throw new Problem('BAD_OPTION', `${flag} needs a value.`, { exitCode: exitCodes.usage });
    named[flag.replace(/^--/, '')] = value;
  }
  return { words, named };
}

/** A flag that is nearly one of the command's own is a typing error, not an option of the platform. */
function refuseTypo(flag: string, command: Command): void {
  const own = command.options.flatMap((option) => (option.long === undefined ? [] : [option.long]));
  const near = flag.startsWith('--') ? nearestWord(flag, own) : undefined;
  if (flag.startsWith('--') && near === undefined) return;
  throw new Problem('UNKNOWN_FLAG', `There is no flag ${flag}.`, {
    exitCode: exitCodes.usage,
    advice: [near === undefined ? `liftlock ${command.name()} --help` : `Did you mean ${near}?`],
  });
}
