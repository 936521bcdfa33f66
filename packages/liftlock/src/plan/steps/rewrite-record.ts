import type { HelmUpgradeStep, RewriteRecordStep } from '../../model/step.ts';

/** Rewrites removed API versions in one record of helm's; the former record is kept with the run, and no object changes. */
export function rewriteRecordStep(
  upgrade: Pick<HelmUpgradeStep, 'component' | 'release' | 'namespace'>,
  revision: number,
  changes: RewriteRecordStep['changes'],
): RewriteRecordStep {
  const { component, release, namespace } = upgrade;
  const words = changes.map(({ kind, from, to }) => `${kind} ${from} ${to === undefined ? 'left out' : `to ${to}`}`);
  return {
    kind: 'rewrite-record',
    id: `${component}/rewrite`,
    title: `Rewrite helm's record of ${release}, revision ${revision}: ${words.join(', ')}`,
    component,
    release,
    namespace,
    revision,
    changes,
    // The plug-in that people know does the same.
    command: ['helm', 'mapkubeapis', release, '--namespace', namespace],
    risk: 'reversible',
  };
}
