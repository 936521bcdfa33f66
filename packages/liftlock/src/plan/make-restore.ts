import { formatRef, refOf, type KubeObject } from '../model/kube.ts';
import type { Plan } from '../model/plan.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import { differInManifestAlone, readReleaseRecord } from '../release/release-record.ts';
import { isSameObject } from '../release/restorable.ts';
import { sealPlan } from './make-plan.ts';
import { restoreObjectStep } from './steps/restore-object.ts';

/** One file of a run's backup, beside what the cluster holds now. */
export interface BackupItem {
  /** Below the run's folder. */
  readonly file: string;
  /** Over the file's text. */
  readonly digest: string;
  readonly object: KubeObject;
  readonly live: KubeObject | undefined;
}

export type BackupState = 'same' | 'differs' | 'gone' | 'kept to read';

/** What `--only` names it by: `secret/NAME`, `deployment/NAME`, and `release/NAME` for the records of a release. */
export function subjectOf({ kind, metadata, type, ...object }: KubeObject): string {
  if (type === 'helm.sh/release.v1') {
    const { record } = readReleaseRecord({ kind, metadata, type, ...object });
    return `release/${record?.name ?? metadata.labels?.['name'] ?? metadata.name}`;
  }
  return `${kind.toLowerCase()}/${metadata.name}`;
}

/**
 * How a backup stands to the cluster. A record of helm's that is there is never written over: it is newer; save where a run has
 * rewritten its manifest and nothing else has changed since. One that was
 * pending, and was unlocked, is kept to be read alone: put back, it would lock its release again.
 */
export function stateOf(item: BackupItem): BackupState {
  if (item.object.type === 'helm.sh/release.v1') {
    if (item.live !== undefined && differInManifestAlone(item.live, item.object)) return 'differs';
    if (item.live !== undefined) return isSameObject(item.live, item.object) ? 'same' : 'kept to read';
    return item.object.metadata.labels?.['status']?.startsWith('pending-') === true ? 'kept to read' : 'gone';
  }
  if (item.live === undefined) return 'gone';
  return isSameObject(item.live, item.object) ? 'same' : 'differs';
}

/** Revision of the record of a release. */
export function revisionOf(record: KubeObject): number {
  return Number(record.metadata.labels?.['version'] ?? 0);
}

export interface RestoreInput extends Pick<Plan, 'platform' | 'site' | 'cluster' | 'helm'> {
  /** The run that made the backup. */
  readonly run: string;
  readonly items: readonly BackupItem[];
  readonly only: string;
  /** The newest revision of every release in the cluster, 0 where there is none. */
  readonly newest: Readonly<Record<string, number>>;
}

/** Puts back what a run has backed up of one object or release (O23). Throws NOT_BACKED_UP, NOTHING_TO_RESTORE. */
export function makeRestore(input: RestoreInput): Plan {
  const { items, only } = input;
  const subject = only.toLowerCase();
  const own = items.filter(({ object }) => subjectOf(object) === subject);
  if (own.length === 0) {
    const known = [...new Set(items.map(({ object }) => subjectOf(object)))].toSorted();
    throw new Problem('NOT_BACKED_UP', `Run ${input.run} has not backed up "${only}".`, {
      exitCode: exitCodes.usage,
      advice: [known.length === 0 ? 'It has backed up nothing.' : `It has backed up: ${known.join(', ')}`],
    });
  }
  const steps = firstOfEach(own)
    .filter((item) => {
      // One that is there keeps the status that it has.
      const isOld = item.live === undefined && isOutdated(item.object, input.newest[subject]);
      return ['gone', 'differs'].includes(stateOf(item)) && !isOld;
    })
    .map(({ object, file, digest }) => restoreObjectStep({ object: refOf(object), run: input.run, file, digest }));
  if (steps.length === 0) {
    throw new Problem('NOTHING_TO_RESTORE', `The cluster holds ${only} as it was kept, or newer.`, {
      exitCode: exitCodes.done,
      advice: subject.startsWith('release/') ? ['Its values: --out-file FILE writes them.'] : [],
    });
  }
  const { platform, site, cluster, helm } = input;
  return sealPlan({
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Plan',
    purpose: 'restore',
    platform,
    site,
    cluster,
    helm,
    decisions: [],
    affirmations: {},
    state: {},
    route: [],
    hop: 0,
    ahead: [],
    components: [],
    steps,
  });
}

/** Of an object that a run wrote twice, the oldest copy: how it was before the run. */
function firstOfEach(items: readonly BackupItem[]): readonly BackupItem[] {
  const age = ({ object }: BackupItem) => Number(object.metadata.resourceVersion ?? 0);
  const sorted = items.toSorted((a, b) => age(a) - age(b));
  const placeOf = ({ object }: BackupItem) =>
    `${object.apiVersion.split('/').slice(0, -1).join('')} ${formatRef(refOf(object))}`;
  return sorted.filter((item, index) => sorted.findIndex((other) => placeOf(other) === placeOf(item)) === index);
}

/** A record that says `deployed` below a newer revision would give the release two states. */
function isOutdated(object: KubeObject, newest = 0): boolean {
  return object.metadata.labels?.['status'] === 'deployed' && revisionOf(object) < newest;
}
