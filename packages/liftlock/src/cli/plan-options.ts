import { Option, type Command } from 'commander';
import { exitCodes, Problem } from '../model/problem.ts';
import { parseTarget } from '../model/version.ts';
import type { Selection } from '../plan/select.ts';
import { withSiteOptions, type SiteWord } from './site-options.ts';
import { repeatable } from './options.ts';

/** Flags of every command that makes an upgrade plan. */
export interface PlanOptions {
  readonly to?: string;
  readonly version?: string;
  readonly allow: readonly string[];
  readonly affirm: readonly string[];
  readonly only: readonly string[];
  readonly from?: string;
  readonly until?: string;
}

/** Adds the site flags and those of a plan. */
export function withPlanOptions(command: Command, word?: SiteWord): Command {
  return withSiteOptions(command, word)
    .option(
      '--to <x.y.z>',
      'target version of every component, or a constraint as helm takes it (~2.19.0); left out: the latest of the chart repository',
    )
    .option('--version <x.y.z>', "the same, as the guide's script names it")
    .addOption(repeatable('--allow <what>', 'let a finding stand, by the id that the plan shows; repeatable'))
    .addOption(repeatable('--affirm <id[=by]>', 'affirm an item of the checklist; repeatable'))
    .addOption(repeatable('--only <component>', 'only this component; repeatable'))
    .addOption(
      new Option(
        '--prove-images <where>',
        'whether images exist: asked from here, or pulled by the nodes first',
      ).choices(['local', 'cluster', 'off']),
    )
    .option('--from <component>', 'begin with this component')
    .option('--until <component>', 'end with this component');
}

/** The target, by --to or --version: x.y.z, or a constraint such as ~2.19.0; undefined where none is named. See targetVersion. */
export function targetOf(options: Pick<PlanOptions, 'to' | 'version'>): string | undefined {
  const text = options.to ?? options.version;
  if (text === undefined) return undefined;
  if (options.to !== undefined && options.version !== undefined && options.to !== options.version) {
    throw new Problem('BAD_VERSION', `--to ${options.to} and --version ${options.version} differ.`, {
      exitCode: exitCodes.usage,
    });
  }
  return parseTarget(text);
}

export function selectionOf(options: Pick<PlanOptions, 'only' | 'from' | 'until'>): Selection {
  return { only: options.only.length === 0 ? undefined : options.only, from: options.from, until: options.until };
}
