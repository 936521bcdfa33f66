import type { JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { Hop, HopObject } from './hop.ts';

/** A Deployment of one pod, for tests that change one thing. */
export function deployment(name: string, pod: JsonObject = {}, spec: JsonObject = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'prod' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'main', image: 'team/web:1' }], ...pod },
      },
      ...spec,
    },
  };
}

/** Any object of the core group in `prod`. */
export function core(kind: string, name: string, fields: JsonObject = {}): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'prod' }, ...fields };
}

/** An object of the first component, new and written, unless told otherwise. */
export function item(object: KubeObject, fields: Partial<HopObject> = {}): HopObject {
  return { component: 'web', order: 0, namespace: 'prod', object, isWritten: true, isRefused: false, ...fields };
}

/** An upgrade of the components that the objects name, in their order. */
export function hop(objects: readonly HopObject[], fields: Partial<Hop> = {}): Hop {
  const all = [...objects, ...(fields.gone ?? [])].toSorted((a, b) => a.order - b.order);
  const components = [...new Set(all.map(({ component }) => component))];
  const releases = components.map((component) => ({
    component,
    namespace: 'prod',
    isInstall: false,
    kind: 'upgrade' as const,
  }));
  return { releases, objects, gone: [], ...fields };
}
