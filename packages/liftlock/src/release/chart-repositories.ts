import { repositoryName, type ComponentChart, type Platform } from '../model/platform.ts';
import type { PinnedChart } from '../model/step.ts';

/** The remedy that lets another address under a known name go. */
export function repositoryRemedy(name: string): string {
  return `repo:${name}`;
}

/** The same repository, whatever its last slash says. */
export function isSameRepository(a: string, b: string): boolean {
  return a.replace(/\/+$/, '') === b.replace(/\/+$/, '');
}

/** The repositories that a platform's charts come from, each once. */
export function repositoriesOf(
  platform: Pick<Platform, 'components'>,
  chartOf: (component: string) => Pick<PinnedChart, 'source'> | undefined,
): readonly { readonly name: string; readonly url: string; readonly source: string }[] {
  const found = platform.components.flatMap(({ name: component, chart }) => {
    if (chart.repo === undefined) return [];
    const source = chartOf(component)?.source;
    return [{ name: repositoryName(chart), url: chart.repo, source: folderOf(chart, source) }];
  });
  return [...new Map(found.map((repository) => [repository.name, repository])).values()];
}

/** A chart's source is the repository's address and the chart's name. */
function folderOf({ repo = '', name = '' }: ComponentChart, source: string | undefined): string {
  return source?.endsWith(`/${name}`) === true ? source.slice(0, -name.length - 1) : repo;
}
