/** Objects as charts of the corpus hold them: the smallest that the API server accepts. */
type Fields = Readonly<Record<string, unknown>>;

/** A ConfigMap; `more` holds fields beside its data, such as `immutable`. */
export function configMap(name: string, data: Readonly<Record<string, string>>, more: Fields = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data, ...more };
}

export function secret(name: string, stringData: Readonly<Record<string, string>>, more: Fields = {}): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData, ...more };
}

export function serviceAccount(name: string): object {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } };
}

export function service(name: string, spec: Fields = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
  };
}

/** What differs from a workload of one plain container. */
export interface WorkloadShape {
  readonly image?: string | undefined;
  /** The label that its selector asks for. */
  readonly label?: string | undefined;
  readonly container?: Fields | undefined;
  readonly pod?: Fields | undefined;
  readonly spec?: Fields | undefined;
}

/** A Deployment, StatefulSet or DaemonSet whose pods end at once when they are deleted. */
export function workload(kind: 'Deployment' | 'StatefulSet' | 'DaemonSet', name: string, shape: WorkloadShape): object {
  const label = shape.label ?? name;
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas: 1 }),
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      selector: { matchLabels: { app: label } },
      template: { metadata: { labels: { app: label } }, spec: podSpec(shape) },
      ...shape.spec,
    },
  };
}

export function deployment(name: string, shape: WorkloadShape = {}): object {
  return workload('Deployment', name, shape);
}

export function job(
  name: string,
  shape: WorkloadShape = {},
  annotations: Readonly<Record<string, string>> = {},
): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, annotations },
    spec: { template: { spec: { ...podSpec(shape), restartPolicy: 'Never' } }, ...shape.spec },
  };
}

export function claim(name: string, size: string, storageClassName?: string): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: claimSpec(size, storageClassName),
  };
}

/** The claim template of a StatefulSet. */
export function claimTemplate(name: string, size: string): object {
  return { metadata: { name }, spec: claimSpec(size) };
}

/** Fields of a pod that mounts a claim. */
export function mounting(claimName: string): WorkloadShape {
  return {
    container: { volumeMounts: [{ name: 'data', mountPath: '/data' }] },
    pod: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] },
  };
}

/** A CustomResourceDefinition of namespaced Widgets in a group of the case's own. */
export function widgets(versions: readonly string[] = ['v1'], metadata: Fields = {}, schema: Fields = {}): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.__NS__.example.com', ...metadata },
    spec: {
      group: '__NS__.example.com',
      scope: 'Namespaced',
      names: { kind: 'Widget', listKind: 'WidgetList', plural: 'widgets', singular: 'widget' },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === versions.length - 1,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, ...schema } },
      })),
    },
  };
}

export function widget(name: string, version = 'v1'): object {
  return { apiVersion: `__NS__.example.com/${version}`, kind: 'Widget', metadata: { name }, spec: { size: 1 } };
}

function podSpec({ image = 'team/web:1', container, pod }: WorkloadShape): object {
  return { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image, ...container }], ...pod };
}

function claimSpec(size: string, storageClassName?: string): object {
  return {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: size } },
    ...(storageClassName === undefined ? {} : { storageClassName }),
  };
}
