import { Command, Option } from 'commander';
import { exitCodes, Problem } from '../model/problem.ts';
import { helpText } from './help-text.ts';
import { repeatable } from './options.ts';
import { firstWord, siteFlags, withSiteOptions } from './site-options.ts';
import { targetOf } from './plan-options.ts';

interface Options {
  readonly file?: string;
  readonly to?: string;
  readonly version?: string;
  readonly allow: readonly string[];
}

interface ExportOptions extends Options {
  readonly output: 'yaml' | 'json';
  readonly outFile?: string;
  readonly showSecrets?: true;
}

interface DiffOptions extends Options {
  readonly output: 'text' | 'json';
  readonly all?: true;
}

/** `liftlock values`: the user's own values, as a file and between the defaults of two charts. Nothing is written to the cluster. */
export function addValues(): Command {
  return new Command('values')
    .description("the user's own values: as a file, and between the defaults of the former and the new chart")
    .addCommand(addExport().exitOverride())
    .addCommand(addDiff().exitOverride());
}

function addExport(): Command {
  return withTarget(new Command('export'))
    .usage('[component] [platform] [options]')
    .description("a live release's own values as YAML that every helm reads back; with --to what helm would be given")
    .addOption(new Option('-o, --output <format>', 'yaml or json').choices(['yaml', 'json']).default('yaml'))
    .option('--out-file <file>', 'write it whole, secrets included, to a file that only you can read')
    .option('--show-secrets', 'print secrets as well')
    .addHelpText(
      'after',
      helpText(
        [
          'On a terminal secrets are masked. Into a pipe nothing is written that a mask would make wrong: --out-file, or --show-secrets.',
        ],
        ['liftlock values export control-plane -f site.yaml --out-file values.yaml'],
      ),
    )
    .action(async (_word: string | undefined, options: ExportOptions, command: Command) => {
      const { exportValues } = await import('./valuing.ts');
      process.exitCode = await exportValues({ ...placeOf(command, options), ...askedOf(options) }, options);
    });
}

function addDiff(): Command {
  return withTarget(new Command('diff'))
    .usage('[component] [platform] [options]')
    .description('former defaults, your values and the new defaults, key by key, and what becomes of each')
    .addOption(new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text'))
    .option('--all', 'also defaults that change where you have set nothing')
    .addHelpText('after', helpText([], ['liftlock values diff control-plane -f site.yaml --to 2.19.3']))
    .action(async (_word: string | undefined, options: DiffOptions, command: Command) => {
      const { diffValues } = await import('./valuing.ts');
      process.exitCode = await diffValues({ ...placeOf(command, options), ...askedOf(options) }, options);
    });
}

function withTarget(command: Command): Command {
  return withSiteOptions(command)
    .option('--to <x.y.z>', 'the version whose chart they are for')
    .option('--version <x.y.z>', 'the same')
    .addOption(
      repeatable('--allow <what>', 'as for plan: keep-value:COMPONENT:PATH, drop-value:COMPONENT:PATH; repeatable'),
    );
}

function askedOf(options: Options) {
  return { target: targetOf(options), allow: options.allow };
}

/** The component stands before the platform; with a site file, or where one word stands alone, there is only one of the two. */
function placeOf(command: Command, { file }: Options) {
  const word = firstWord(command);
  if (file !== undefined) return { component: word, flags: siteFlags(command, word === undefined ? 0 : 1) };
  if (word === undefined)
    throw new Problem('NO_PLATFORM', 'Which platform? Name one, or give a site file with -f.', {
      exitCode: exitCodes.usage,
      advice: ['liftlock values export control-plane runai', 'liftlock values export control-plane -f site.yaml'],
    });
  const flags = siteFlags(command, 1);
  return flags.platform === undefined
    ? { component: undefined, flags: siteFlags(command) }
    : { component: word, flags };
}
