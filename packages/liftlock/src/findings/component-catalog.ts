import type { CatalogEntry } from './catalog-entry.ts';

/** How components and their charts stand to each other, and to what they hold. */
export const componentCatalog = {
  PREDECESSOR_NOT_READY: {
    title: 'A component that has to be upgraded first is not at the target, or not healthy',
    meaning:
      'The guide upgrades this component only after another one was upgraded and works. The other one is at an older version than the target, stopped in the middle of an upgrade, or unhealthy, and this plan does not upgrade it.',
    whatToDo: [
      'Upgrade both in one run: leave --only, --from and --until out.',
      'Or upgrade the other one first, and wait until it is healthy: `liftlock status`.',
    ],
  },
  CHART_RENAMED: {
    title: 'The chart has another name in the new version',
    meaning:
      'The release keeps its name and its history; the chart behind it is called something else. helm does not mind: it compares what the two charts render. A chart that was renamed was often rewritten as well, so that keys of values and names of objects may differ.',
    whatToDo: ['See what the plan says of values, and of objects that are deleted.'],
  },
  CHART_OWNS_CLAIMS: {
    title: 'Claims with data belong to the installed chart: helm uninstall would delete them',
    meaning:
      'The claims are objects of the chart. The upgrade keeps them, because they are annotated `helm.sh/resource-policy: keep` before it. `helm uninstall` does not look at the live claims: it takes them from the manifest in its own record, where the annotation is not, and deletes them with what they hold. Once the upgrade has landed on a chart without them, they belong to no release any more, and an uninstall leaves them alone.',
    whatToDo: [
      'Do not uninstall the release, before the upgrade or after one that failed.',
      'Where it has to be, set the reclaim policy of the volumes to Retain first.',
    ],
  },
} satisfies Readonly<Record<string, CatalogEntry>>;
