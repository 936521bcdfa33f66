import { counted } from '../model/counted.ts';
import { jsonAt, type Json } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { numberAt, textAt } from './faults/read.ts';

/** Resources without which the data of a claim is not in a Backup, in Velero's spellings. */
const volumeResources = ['persistentvolumeclaims', 'persistentvolumes', 'pods'];

/**
 * Why a Backup of Velero would not bring these namespaces back; undefined where it would. Only `Completed` counts: Velero calls a
 * backup with errors `PartiallyFailed`. Source: velero.io/v1 Backup, pkg/apis/velero/v1/backup_types.go; for what becomes of
 * volumes, internal/volumehelper/volume_policy_helper.go: data is moved out of snapshots alone.
 * @param now milliseconds, by the API server's clock
 */
export function whyNotBackup(
  { spec, status }: KubeObject,
  namespaces: readonly string[],
  now: number,
): string | undefined {
  const phase = textAt(status, 'phase');
  if (phase !== 'Completed') return phase === '' ? 'was not begun by Velero' : `is ${phase}`;
  const errors = numberAt(status, ['errors']);
  if (errors > 0) return `has ${counted(errors, 'error')}`;
  const missing = namespaces.filter((namespace) => !holdsNamespace(spec, namespace));
  if (missing.length > 0) return `does not hold namespace ${missing.join(', ')}`;
  if (hasSelector(spec)) return 'holds only what a label selector names';
  if (leavesOutVolumes(spec)) return 'leaves out the volumes';
  if (hasPolicy(spec)) return 'follows a policy that may leave volumes out';
  if (!copiesFiles(spec) && !showsVolumes(status)) return 'shows no volume in its status';
  const expires = Date.parse(textAt(status, 'expiration'));
  return expires <= now ? 'has expired' : undefined;
}

function holdsNamespace(spec: Json | undefined, namespace: string): boolean {
  const included = textsAt(spec, 'includedNamespaces');
  const isIncluded = included.length === 0 || included.some((pattern) => fits(pattern, namespace));
  return isIncluded && !textsAt(spec, 'excludedNamespaces').some((pattern) => fits(pattern, namespace));
}

function hasSelector(spec: Json | undefined): boolean {
  const selector = jsonAt(spec ?? {}, ['labelSelector']);
  const alternatives = jsonAt(spec ?? {}, ['orLabelSelectors']);
  const isFilled = typeof selector === 'object' && selector !== null && Object.keys(selector).length > 0;
  return isFilled || (Array.isArray(alternatives) && alternatives.length > 0);
}

function isTrue(spec: Json | undefined, ...names: readonly string[]): boolean {
  return names.some((name) => jsonAt(spec ?? {}, [name]) === true);
}

/** Of every volume of every pod, unless a pod asks for the contrary. */
function copiesFiles(spec: Json | undefined): boolean {
  return isTrue(spec, 'defaultVolumesToFsBackup', 'defaultVolumesToRestic');
}

/** Its rules lie in a ConfigMap, and may have been others when the backup was made. The first editions wrote the name without an i. */
function hasPolicy(spec: Json | undefined): boolean {
  return ['resourcePolicy', 'resourcePolices'].some((name) => textAt(spec, name, 'name') !== '');
}

/** A server without anything that takes snapshots completes all the same. Data that is moved is an operation. */
function showsVolumes(status: Json | undefined): boolean {
  const counts = ['volumeSnapshotsCompleted', 'csiVolumeSnapshotsCompleted', 'backupItemOperationsCompleted'];
  return counts.some((name) => numberAt(status, [name]) > 0);
}

/** Neither snapshots of volumes nor copies of their files, or not the objects that they hang from. */
function leavesOutVolumes(spec: Json | undefined): boolean {
  if (jsonAt(spec ?? {}, ['snapshotVolumes']) === false && !copiesFiles(spec)) return true;
  const named = (list: string) => textsAt(spec, list).map((resource) => resource.toLowerCase().split('.')[0] ?? '');
  const included = [...named('includedResources'), ...named('includedNamespaceScopedResources')];
  const excluded = [...named('excludedResources'), ...named('excludedNamespaceScopedResources')];
  const isClaim = (resource: string) =>
    ['*', 'persistentvolumeclaims', 'persistentvolumeclaim', 'pvc'].includes(resource);
  if (included.length > 0 && !included.some(isClaim)) return true;
  return excluded.some((resource) => resource === '*' || volumeResources.includes(resource) || isClaim(resource));
}

function textsAt(spec: Json | undefined, key: string): readonly string[] {
  const list = jsonAt(spec ?? {}, [key]);
  return Array.isArray(list) ? (list as readonly Json[]).filter((item) => typeof item === 'string') : [];
}

/** `*` stands for any letters, as in Velero's own patterns. No expression is made of it: the pattern is a stranger's. */
function fits(pattern: string, name: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === name;
  const tail = rest.pop() ?? '';
  if (!name.startsWith(head) || !name.endsWith(tail) || name.length < head.length + tail.length) return false;
  let at = head.length;
  return rest.every((part) => {
    const found = name.indexOf(part, at);
    at = found + part.length;
    return found >= 0 && at <= name.length - tail.length;
  });
}
