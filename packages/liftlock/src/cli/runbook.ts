import { Command, Option } from 'commander';
import { helpText } from './help-text.ts';
import { selectionOf, targetOf, withPlanOptions, type PlanOptions } from './plan-options.ts';
import { siteFlags } from './site-options.ts';

interface Options extends PlanOptions {
  readonly forecast: boolean;
  readonly output: 'md' | 'sh';
  readonly outFile?: string;
}

/** `liftlock runbook`: the same plan for those who type. */
export function addRunbook(): Command {
  return withPlanOptions(new Command('runbook'))
    .description('print the plan as a runbook, with the commands of the guide')
    .addOption(new Option('-o, --output <format>', 'md or sh').choices(['md', 'sh']).default('md'))
    .option('--no-forecast', 'do not ask the API server what it would refuse')
    .option('--out-file <file>', 'write the answer to a file')
    .addHelpText(
      'after',
      helpText([], ['liftlock runbook codemie --cloud aws --version 2.2.5 -o sh --out-file upgrade.sh']),
    )
    .action(async (_platform: string | undefined, options: Options, command: Command) => {
      const { planFromFlags } = await import('./planning.ts');
      const { answer } = await import('./output.ts');
      const { renderRunbook } = await import('../render/runbook.ts');
      const { renderRunbookScript } = await import('../render/runbook-script.ts');
      const { plan, site } = await planFromFlags(siteFlags(command), {
        target: targetOf(options),
        selection: selectionOf(options),
        allow: options.allow,
        affirm: options.affirm,
        withForecast: options.forecast,
      });
      const text = options.output === 'sh' ? renderRunbookScript(plan) : renderRunbook(plan, site.platform);
      await answer(text, { file: options.outFile, redactor: site.redactor });
    });
}
