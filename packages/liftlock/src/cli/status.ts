import { Command, Option } from 'commander';
import type { RunState } from '../journal/fold.ts';
import type { Described, SiteFlags } from '../main/open-site.ts';
import { exitCodes, isProblem, Problem } from '../model/problem.ts';
import { answer, screen } from './output.ts';
import { siteFlags, withSiteOptions } from './site-options.ts';

interface Options {
  readonly to?: string;
  readonly version?: string;
  readonly output: 'text' | 'json' | 'jsonl';
  readonly watch?: true;
}

/** `liftlock status`: what is installed, how far behind the target it is, and the run that is under way, which --watch follows. */
export function addStatus(): Command {
  return withSiteOptions(new Command('status'))
    .description('installed version of every component, how far behind a target, and the last run')
    .option('--to <x.y.z>', 'compare with this version')
    .option('--version <x.y.z>', 'the same')
    .option('-w, --watch', 'follow the run that is under way until it ends; Ctrl-C leaves it alone')
    .addOption(
      new Option('-o, --output <format>', 'text or json; with --watch text or jsonl')
        .choices(['text', 'json', 'jsonl'])
        .default('text'),
    )
    .action(async (_platform: string | undefined, options: Options, command: Command) => {
      refuseMismatch(options);
      if (options.watch === true) {
        const { watchRun } = await import('./watching.ts');
        process.exitCode = await watchRun(siteFlags(command), options.output === 'jsonl' ? 'jsonl' : 'text');
        return;
      }
      const { readStatus } = await import('../main/read-status.ts');
      const { renderStatus } = await import('../render/status.ts');
      const { theRedactor } = await import('./redactor.ts');
      const { parseExactVersion } = await import('../model/version.ts');
      const target = options.to ?? options.version;
      const status = await readStatus(
        await statusOf(siteFlags(command)),
        target === undefined ? undefined : parseExactVersion(target),
        {
          environment: process.env,
          redactor: theRedactor,
        },
      );
      const text =
        options.output === 'json'
          ? `${JSON.stringify(status, null, 2)}\n`
          : renderStatus(status, screen(process.stdout));
      await answer(text, { redactor: theRedactor });
    });
}

/** The site that is meant; where none is named, that of the newest run that this machine or the cluster knows. */
async function statusOf(flags: SiteFlags): Promise<Described> {
  const { describeSite } = await import('../main/open-site.ts');
  if (flags.platform === undefined && flags.file === undefined) {
    const { knownRun } = await import('./known-runs.ts');
    const { describeRun } = await import('../main/describe-run.ts');
    const { kubeconfig, context, namespace } = flags;
    const isPlanned = ({ plan }: RunState) => plan !== undefined;
    const known = await knownRun(
      undefined,
      undefined,
      isPlanned,
      { kubeconfig, context, namespace },
      'adopt site',
    ).catch((error: unknown) => {
      if (!isProblem(error) || error.code !== 'NO_SUCH_RUN') throw error;
      throw new Problem('NO_PLATFORM', `${error.message} Name a platform, or give a site file with -f.`, {
        exitCode: exitCodes.usage,
        advice: ['liftlock platform list', 'liftlock status codemie', ...error.advice.slice(1)],
        cause: error,
      });
    });
    const { plan, run } = known.state;
    const reached = Object.fromEntries(
      Object.entries({ kubeconfig, context }).filter(([, value]) => value !== undefined),
    );
    if (plan !== undefined) return (await describeRun(run, plan, reached)).described;
  }
  return describeSite(flags, process.env);
}

/** A picture of now is one object; a run that is followed is a stream. */
function refuseMismatch({ output, watch }: Options): void {
  if (output === 'text' || (output === 'jsonl') === (watch === true)) return;
  throw new Problem('BAD_OUTPUT', `-o ${output} does not go ${watch === true ? 'with' : 'without'} --watch.`, {
    exitCode: exitCodes.usage,
    advice: ['-o json for how things are now, --watch -o jsonl for a stream of events'],
  });
}
