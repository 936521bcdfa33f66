import type { Permission, ServedKind } from '../model/permission.ts';
import type { Step } from '../model/step.ts';

/** How a kind is served. */
export type ResolveKind = (kind: { readonly apiVersion: string; readonly kind: string }) => ServedKind;

const secrets = { group: '', resource: 'secrets' };
const configMaps = { group: '', resource: 'configmaps' };
const claims = { group: '', resource: 'persistentvolumeclaims' };
const volumes = { group: '', resource: 'persistentvolumes' };

/** What a step needs of the API server besides what every upgrade does. */
export function stepPermissions(step: Step, resolve: ResolveKind): readonly Permission[] {
  const one = (what: { group: string; resource: string }, namespace: string, ...verbs: string[]): Permission => ({
    ...what,
    verbs,
    namespace,
    purpose: 'apply',
    lack: 'blocker',
    why: `the step ${step.id}`,
  });
  const ofObject = (
    object: { apiVersion: string; kind: string; namespace?: string | undefined },
    ...verbs: string[]
  ) => {
    const { isNamespaced, ...what } = resolve(object);
    return one(what, isNamespaced ? (object.namespace ?? '') : '', ...verbs);
  };
  switch (step.kind) {
    case 'pull-secret':
    case 'create-secret':
      return [one(secrets, step.namespace, 'get', 'create', 'update', 'patch', 'delete')];
    case 'patch-object':
    case 'scale':
    case 'restart':
      return [ofObject(step.object, 'get', 'patch')];
    case 'replace-object':
      return [ofObject(step.object, 'get', 'delete')];
    case 'restore-object':
      return [ofObject(step.object, 'get', 'create', 'update', 'delete')];
    case 'run-job':
      return [one({ group: 'batch', resource: 'jobs' }, step.namespace, 'get', 'list', 'create', 'delete')];
    case 'prove-images':
      return [...new Set(step.images.map(({ namespace }) => namespace))].flatMap((namespace) => [
        one({ group: '', resource: 'pods' }, namespace, 'get', 'list', 'create', 'delete'),
        one({ group: '', resource: 'serviceaccounts' }, namespace, 'get'),
      ]);
    case 'apply-crds':
      return [
        one({ group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' }, '', 'get', 'create', 'patch'),
      ];
    case 'put-aside':
    case 'put-back':
      return [secrets, configMaps, claims].map((what) =>
        one(what, step.namespace, 'get', 'list', 'create', 'patch', 'delete'),
      );
    case 'retain-volumes':
    case 'compare-kept':
      return [one(volumes, '', 'get', 'patch')];
    case 'compare-claims':
      return [one(claims, step.namespace, 'get', 'list'), one(volumes, '', 'get')];
    case 'await-condition': {
      if (step.objects === undefined) return [];
      const { isNamespaced, ...what } = resolve(step.objects);
      const verb = step.objects.names === undefined ? 'list' : 'get';
      return [one(what, isNamespaced ? (step.objects.namespace ?? '') : '', verb)];
    }
    case 'rewrite-record':
      return [one(secrets, step.namespace, 'get', 'update')];
    default:
      return [];
  }
}
