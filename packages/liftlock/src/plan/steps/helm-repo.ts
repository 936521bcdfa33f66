import type { HelmRepoStep } from '../../model/step.ts';

export interface RepositoryFacts {
  readonly name: string;
  readonly url: string;
  readonly source: string;
  readonly replaces: boolean;
  readonly caFile?: string | undefined;
}

/** One `helm repo add`, for the operator's own helm. Touches nothing in the cluster. */
export function helmRepoStep(facts: RepositoryFacts): HelmRepoStep {
  const { name, url, source, replaces, caFile } = facts;
  return {
    ...facts,
    kind: 'helm-repo',
    id: `repository/${name}`,
    title: `Make helm know the chart repository ${name}`,
    guideCommand: ['helm', 'repo', 'add', name, url],
    command: [
      'helm',
      'repo',
      'add',
      name,
      source,
      ...(replaces ? ['--force-update'] : []),
      ...(caFile === undefined ? [] : ['--ca-file', caFile]),
    ],
    risk: 'none',
  };
}
