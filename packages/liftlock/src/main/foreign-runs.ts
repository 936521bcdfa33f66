import { basename } from 'node:path';
import type { RunState } from '../journal/fold.ts';
import { Problem } from '../model/problem.ts';

/** The sites, other than the folder's own, that runs of its journal were made for: the folder is a copy. */
export function foreignSites(folder: string, runs: readonly Pick<RunState, 'plan'>[]): readonly string[] {
  const own = basename(folder);
  const sites = runs.flatMap(({ plan }) => (plan === undefined || plan.site.name === own ? [] : [plan.site.name]));
  return [...new Set(sites)];
}

/**
 * Refuses the journal of another site: to go on with its runs from here would be told in a journal that does not know them.
 * @throws Problem JOURNAL_OF_ANOTHER_SITE (exit 3)
 */
export function refuseForeignRuns(folder: string, runs: readonly Pick<RunState, 'plan'>[]): void {
  const [site] = foreignSites(folder, runs);
  if (site === undefined) return;
  throw new Problem(
    'JOURNAL_OF_ANOTHER_SITE',
    `The journal in ${folder} is that of site ${site}: the folder is a copy of another one.`,
    {
      advice: [
        `Take it away, to a place of its own: mv ${folder} ${folder}.copy`,
        'A run of another machine is found in its cluster: liftlock resume --kubeconfig, --context, --namespace',
      ],
    },
  );
}
