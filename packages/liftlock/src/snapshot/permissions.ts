import type { KubeObject } from '../model/kube.ts';
import type { ClusterReader } from '../model/ports.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** Written by helm and by liftlock in every upgrade, whatever the charts hold. */
const always = [
  { group: '', resource: 'secrets' },
  { group: 'coordination.k8s.io', resource: 'leases' },
];
const verbs = ['get', 'create', 'update', 'patch', 'delete'];
/** Listed for the release records, or read while helm waits. */
const listed = [{ group: '', resource: 'secrets', verb: 'list' }];
/** What is followed while helm waits, as run/follow-namespace.ts has it. */
const watched = [
  { group: '', resource: 'pods' },
  { group: '', resource: 'events' },
  { group: '', resource: 'persistentvolumeclaims' },
  { group: 'apps', resource: 'deployments' },
  { group: 'apps', resource: 'replicasets' },
  { group: 'apps', resource: 'statefulsets' },
  { group: 'apps', resource: 'daemonsets' },
  { group: 'batch', resource: 'jobs' },
];

/** Asks the API server, by SelfSubjectAccessReview, for every verb and kind that the upgrade will use. */
export async function missingPermissions(
  reader: ClusterReader,
  namespace: string,
  objects: readonly KubeObject[],
): Promise<Snapshot['missingPermissions']> {
  const written = new Map(always.map((item) => [`${item.group}/${item.resource}`, item]));
  for (const object of objects) {
    const group = object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] ?? '') : '';
    const item = { group, resource: pluralOf(object.kind) };
    written.set(`${item.group}/${item.resource}`, item);
  }
  const questions = [
    ...[...written.values()].flatMap((item) => verbs.map((verb) => ({ ...item, verb }))),
    ...listed,
    ...watched.flatMap((item) => ['list', 'watch'].map((verb) => ({ ...item, verb }))),
  ];
  const answers = await Promise.all(
    questions.map(async (question) => ({
      ...question,
      isAllowed: await reader.canI(question.verb, question.group, question.resource, namespace),
    })),
  );
  return answers
    .filter((answer) => !answer.isAllowed)
    .map(({ verb, group, resource }) => ({
      verb,
      resource: group === '' ? resource : `${resource}.${group}`,
      namespace,
    }));
}

/** English plurals as the Kubernetes API forms them: ingresses, networkpolicies, endpoints. */
function pluralOf(kind: string): string {
  const word = kind.toLowerCase();
  if (word.endsWith('s')) return word === 'endpoints' ? word : `${word}es`;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return `${word}s`;
}
