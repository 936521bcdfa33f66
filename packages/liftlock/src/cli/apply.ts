import { Command } from 'commander';
import { helpText } from './help-text.ts';
import { selectionOf, targetOf, withPlanOptions, type PlanOptions } from './plan-options.ts';
import { siteFlags } from './site-options.ts';
import { streamOption } from './options.ts';

interface Options extends PlanOptions {
  readonly output: 'text' | 'jsonl';
  readonly yes?: true;
  readonly ticket?: string;
  readonly stopAtWindowEnd?: true;
}

/** `liftlock apply`: plan, show, ask, carry out. */
export function addApply(): Command {
  return withPlanOptions(new Command('apply'))
    .description('upgrade: plan, show, ask, carry out; takes a saved plan.json too')
    .option('-y, --yes', 'do not ask; blockers still block')
    .option('--stop-at-window-end', 'begin no further component once the maintenance window has closed')
    .option('--ticket <id>', 'change ticket, kept with the run')
    .addOption(streamOption())
    .addHelpText(
      'after',
      helpText([], ['liftlock apply codemie --cloud aws --version 2.2.5 --affirm release-notes --affirm backups=dba']),
    )
    .action(async (_platform: string | undefined, options: Options, command: Command) => {
      const { applyUpgrade } = await import('./applying.ts');
      process.exitCode = await applyUpgrade(siteFlags(command), {
        targetOf: () => targetOf(options),
        selection: selectionOf(options),
        allow: options.allow,
        affirm: options.affirm,
        withForecast: true,
        yes: options.yes === true,
        ticket: options.ticket,
        stopAtWindowEnd: options.stopAtWindowEnd === true,
        output: options.output,
      });
    });
}
