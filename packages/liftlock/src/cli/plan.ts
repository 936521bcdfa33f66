import { Command, Option } from 'commander';
import { exitCodes } from '../model/problem.ts';
import { helpText } from './help-text.ts';
import { selectionOf, targetOf, withPlanOptions, type PlanOptions } from './plan-options.ts';
import { siteFlags } from './site-options.ts';

interface Options extends PlanOptions {
  readonly forecast: boolean;
  readonly fresh?: true;
  readonly output: 'text' | 'json' | 'md' | 'html';
  readonly outFile?: string;
  readonly strict?: true;
  readonly verbose?: true;
  readonly detailedExitcode?: true;
}

/** `liftlock plan`: what an upgrade would do and what would go wrong. Writes nothing to the cluster. */
export function addPlan(): Command {
  return withPlanOptions(new Command('plan'))
    .description('show what an upgrade would do and what would go wrong; nothing is written')
    .addOption(
      new Option('-o, --output <format>', 'text, json, md or html')
        .choices(['text', 'json', 'md', 'html'])
        .default('text'),
    )
    .option('--no-forecast', 'do not ask the API server what it would refuse')
    .option('--fresh', 'make the forecast anew, though nothing that an earlier one rests on has changed')
    .option('--out-file <file>', 'write the answer to a file; apply takes the JSON form, a change request the HTML')
    .option('-v, --verbose', 'every changed field, every command')
    .option('--strict', 'warnings end with exit code 4')
    .option('--detailed-exitcode', 'exit code 10 when there is something to do')
    .addHelpText(
      'after',
      helpText([], ['liftlock plan codemie --cloud aws --version 2.2.5 --values-from ./codemie-helm-charts']),
    )
    .action(async (_platform: string | undefined, options: Options, command: Command) => {
      const { planFromFlags } = await import('./planning.ts');
      const { plan, site } = await planFromFlags(siteFlags(command), {
        target: targetOf(options),
        selection: selectionOf(options),
        allow: options.allow,
        affirm: options.affirm,
        withForecast: options.forecast,
        mayReuse: options.fresh !== true,
        isOnlyPlanned: true,
      });
      const { answer, screen } = await import('./output.ts');
      const { renderPlanAs } = await import('../render/plan-as.ts');
      const look = options.outFile === undefined ? screen(process.stdout) : { color: false, width: 100 };
      const { explain } = await import('./running.ts');
      const view = { width: look.width, color: look.color, verbose: options.verbose === true, explain };
      // Masked before it is escaped as well: a secret with a quote in it would look another afterwards.
      await answer(renderPlanAs(site.redactor.json(plan), options.output, view), {
        file: options.outFile,
        redactor: site.redactor,
      });
      process.exitCode = planExitCode(plan.forecast.findings, plan.steps.length, options);
    });
}

function planExitCode(findings: readonly { readonly severity: string }[], steps: number, options: Options): number {
  if (findings.some((finding) => finding.severity === 'blocker')) return exitCodes.blocked;
  if (options.strict === true && findings.some((finding) => finding.severity === 'warning')) return exitCodes.warnings;
  return options.detailedExitcode === true && steps > 0 ? exitCodes.changes : exitCodes.done;
}
