import type { Plan } from '../model/plan.ts';
import type { ForeseenWorld } from '../model/ports.ts';
import type { ComponentSnapshot, Release, Revision, Snapshot } from '../model/snapshot.ts';
import type { HelmUpgradeStep } from '../model/step.ts';
import { carriedValues } from '../release/exported-values.ts';
import { parseManifest, workloadsOf } from '../release/manifest.ts';
import { readReleases } from '../release/record.ts';
import { recordedChart } from '../release/recorded-chart.ts';
import { valuesFor } from './values-for.ts';

/**
 * The site as it will be when a plan has been carried out: its releases at the new versions, with the values that they are
 * given. What else a hop changes is not in here; the charts are still those of the plan.
 * @param world what the forecast has left in the shadow: with helm's own records of the new revisions
 */
export function snapshotAfter(snapshot: Snapshot, plan: Plan, world: ForeseenWorld | undefined): Snapshot {
  const components = snapshot.components.map((component) => {
    const step = plan.steps.findLast(
      (item): item is HelmUpgradeStep & { kind: 'helm-upgrade' } =>
        item.kind === 'helm-upgrade' && item.component === component.name,
    );
    if (step === undefined) return component;
    const release = foreseenRelease(step, component, world) ?? plannedRelease(step, component);
    return withRelease(component, release);
  });
  return { ...snapshot, components };
}

function withRelease(component: ComponentSnapshot, release: Release): ComponentSnapshot {
  return {
    ...component,
    release,
    valuesFiles: component.valuesFiles.map((file) =>
      file.isCarried === true ? carriedValues(file.path, release.values) : file,
    ),
    workloads: workloadsOf(parseManifest(release.manifest)),
  };
}

/** The release as helm has recorded it in the shadow. */
function foreseenRelease(
  { release: name, namespace, chart }: HelmUpgradeStep,
  { release: live }: ComponentSnapshot,
  world: ForeseenWorld | undefined,
): Release | undefined {
  const records = (world?.records ?? []).filter(
    ({ metadata }) => metadata.labels?.['name'] === name && (metadata.namespace ?? namespace) === namespace,
  );
  const [release] = readReleases(records);
  if (release?.installed?.version !== chart.version) return undefined;
  const { installed } = release;
  const record = records.find(({ metadata: { labels } }) => labels?.['version'] === String(installed.revision));
  const revisions = [...(live?.revisions ?? []), ...release.revisions];
  return {
    ...release,
    revisions: [...new Map(revisions.map((revision) => [revision.revision, revision])).values()],
    ...(record === undefined ? {} : { chartContent: recordedChart(record) }),
  };
}

/** Without a forecast: what the plan says of it. Its objects are those of the installed revision. */
function plannedRelease(step: HelmUpgradeStep, component: ComponentSnapshot): Release {
  const { release: live, chart } = component;
  const installed: Revision = {
    revision: (live?.newest.revision ?? 0) + 1,
    status: 'deployed',
    chart: step.chart.name,
    version: step.chart.version,
    appVersion: chart?.appVersion ?? step.chart.version,
    updated: '',
    description: '',
  };
  const revisions = (live?.revisions ?? []).map((revision) =>
    revision.status === 'deployed' ? { ...revision, status: 'superseded' as const } : revision,
  );
  return {
    name: step.release,
    namespace: step.namespace,
    manifest: live?.manifest ?? '',
    hooks: live?.hooks ?? [],
    revisions: [...revisions, installed],
    newest: installed,
    installed,
    values: valuesFor(component, step.keep, step.carryOver),
    chartValues: chart?.values,
    ...(chart?.content === undefined ? {} : { chartContent: chart.content }),
    ...(live?.applyMethod === undefined ? {} : { applyMethod: live.applyMethod }),
  };
}
