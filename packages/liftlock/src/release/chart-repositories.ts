import { withoutUserinfo } from '../model/redaction.ts';
import { repositoryName, type ComponentChart, type Platform } from '../model/platform.ts';
import type { PinnedChart } from '../model/step.ts';

/** The remedy that lets another address under a known name go. */
export function repositoryRemedy(name: string): string {
  return `repo:${name}`;
}

/** The same repository, whatever its last slash says and whoever logs in to it. */
export function isSameRepository(a: string, b: string): boolean {
  const plain = (address: string) => withoutUserinfo(address).replace(/\/+$/, '');
  return plain(a) === plain(b);
}

/** The repositories that a platform's charts come from, each once; their addresses without credentials. */
export function repositoriesOf(
  platform: Pick<Platform, 'components'>,
  chartOf: (component: string) => Pick<PinnedChart, 'source'> | undefined,
): readonly { readonly name: string; readonly url: string; readonly source: string }[] {
  const found = platform.components.flatMap(({ name: component, chart }) => {
    if (chart.repo === undefined) return [];
    const source = chartOf(component)?.source;
    const { repo: url } = chart;
    const from = folderOf(chart, source);
    return [{ name: repositoryName(chart), url: withoutUserinfo(url), source: withoutUserinfo(from) }];
  });
  return [...new Map(found.map((repository) => [repository.name, repository])).values()];
}

/** A chart's source is the repository's address and the chart's name. */
function folderOf({ repo = '', name = '' }: ComponentChart, source: string | undefined): string {
  return source?.endsWith(`/${name}`) === true ? source.slice(0, -name.length - 1) : repo;
}
