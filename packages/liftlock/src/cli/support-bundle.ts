import { Command } from 'commander';
import { helpText } from './help-text.ts';
import { answer } from './output.ts';
import { selectionOf, targetOf, withPlanOptions, type PlanOptions } from './plan-options.ts';
import { theRedactor } from './redactor.ts';
import { siteFlags } from './site-options.ts';

interface Options extends PlanOptions {
  readonly site?: string;
  readonly file?: string;
  readonly outFile?: string;
}

/** `liftlock support-bundle`: the redacted archive that a failed run left behind, or one of a site as it is now. */
export function addSupportBundle(): Command {
  return withPlanOptions(new Command('support-bundle'), {
    name: '[run|platform]',
    meaning: 'a run, or a platform as plan takes it; without either, the newest run that left a support bundle',
  })
    .description(
      "the path of a run's masked support bundle, made when it failed; with a platform or a site file, one of how things are now",
    )
    .option('--site <name>', 'the site of a run, where this machine knows several')
    .option('--out-file <file>', 'where the bundle of how things are now goes')
    .addHelpText(
      'after',
      helpText(
        [],
        [
          'liftlock support-bundle',
          [
            'liftlock support-bundle -f site.yaml --version 2.2.5',
            'where every plan is refused: why, and what the cluster says',
          ],
        ],
      ),
    )
    .action(async (word: string | undefined, options: Options, command: Command) => {
      const isNow = options.file !== undefined || (word !== undefined && !isRun(word));
      await answer(`${isNow ? await makeNow(options, command) : await leftBy(word, options.site)}\n`, {
        redactor: theRedactor,
      });
    });
}

/** As newRunName makes them. */
function isRun(word: string): boolean {
  return /^\d{8}-\d{6}-[0-9a-f]{4}$/.test(word);
}

async function leftBy(run: string | undefined, site: string | undefined): Promise<string> {
  const { knownRun } = await import('./known-runs.ts');
  const { isProblem, Problem } = await import('../model/problem.ts');
  const advice = [
    'One of how things are now: liftlock support-bundle -f site.yaml',
    'That of a run which failed elsewhere lies on the machine where it failed.',
  ];
  const known = await knownRun(run, site, (item) => item.evidence !== undefined).catch((error: unknown) => {
    if (!isProblem(error) || error.code !== 'NO_SUCH_RUN') throw error;
    throw new Problem(error.code, error.message, { exitCode: error.exitCode, advice });
  });
  if (known.state.evidence !== undefined) return known.state.evidence;
  throw new Problem('NO_BUNDLE', `Run ${known.state.run} left no support bundle: it did not fail.`, { advice });
}

async function makeNow(options: Options, command: Command): Promise<string> {
  const { bundleNow } = await import('./bundling-now.ts');
  return bundleNow(siteFlags(command), {
    target: targetOf(options),
    selection: selectionOf(options),
    allow: options.allow,
    affirm: options.affirm,
    outFile: options.outFile,
  });
}
