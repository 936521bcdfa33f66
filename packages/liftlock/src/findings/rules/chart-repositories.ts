import type { Finding } from '../../model/finding.ts';
import { withoutUserinfo } from '../../model/redaction.ts';
import { isSameRepository, repositoriesOf, repositoryRemedy } from '../../release/chart-repositories.ts';
import { selectedComponents, type PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';

/** What the chart repositories say, and what the operator's own helm knows of them (D02, D05, D08). */
export function repositoryFindings(evidence: PreflightEvidence): readonly Finding[] {
  return [
    ...selectedComponents(evidence).flatMap((item) => indexFindings(item, evidence)),
    ...addressFindings(evidence),
  ];
}

function indexFindings(
  { component, read }: ReturnType<typeof selectedComponents>[number],
  { target, isLatestTarget, snapshot }: PreflightEvidence,
): readonly Finding[] {
  const index = read?.chart?.index;
  if (index === undefined || component.chart.repo === undefined) return [];
  const about = { severity: 'info', component: component.name } as const;
  const repo = withoutUserinfo(component.chart.repo);
  const named: readonly Finding[] =
    isLatestTarget === true
      ? [
          finding({
            ...about,
            code: 'VERSION_LATEST',
            message: `No version was named: ${target} is the latest in ${repo}.`,
          }),
        ]
      : [];
  const made = index.generated === undefined ? '' : ` of ${index.generated}`;
  const newest =
    index.newest === undefined || index.newest === target ? '' : ` The latest version there is ${index.newest}.`;
  const message = `The index${made} of ${repo} was read at ${snapshot.readAt}: ${index.digest}.${newest}`;
  return [...named, finding({ ...about, code: 'CHART_INDEX', message })];
}

/** Another address under the known name: whoever types the guide's command would install another chart. */
function addressFindings(evidence: PreflightEvidence): readonly Finding[] {
  const { snapshot } = evidence;
  const components = selectedComponents(evidence).map(({ component }) => component);
  const chartOf = (component: string) => snapshot.components.find((item) => item.name === component)?.chart;
  return repositoriesOf({ components }, chartOf).flatMap(({ name, url, source }) => {
    const known = snapshot.repositories?.find((repository) => repository.name === name);
    if (known === undefined || isSameRepository(known.url, url) || isSameRepository(known.url, source)) return [];
    return [
      finding({
        code: 'REPO_ADDRESS_DIFFERS',
        severity: 'blocker',
        message: `helm on this machine knows ${withoutUserinfo(known.url)} under the name ${name}; the guide means ${url}.`,
        // The entry's login goes with it: it is kept with the run alone.
        remedies: [allowing(repositoryRemedy(name), `Let ${name} be ${source}`, { destructive: true })],
      }),
    ];
  });
}
