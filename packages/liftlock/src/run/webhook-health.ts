import { listAt, textAt } from '../findings/faults/read.ts';
import { selects } from '../findings/foreseen/label-selector.ts';
import { isJsonObject, jsonAt, type Json, type JsonObject } from '../model/json.ts';
import { refOf, type KubeObject } from '../model/kube.ts';
import type { HealthItem } from '../model/snapshot.ts';

const group = '/apis/admissionregistration.k8s.io/v1';

/**
 * Webhooks that the API server would call and nobody would answer (O14): until their pods are back, it refuses what they
 * judge, and an upgrade may be just that. Webhooks whose failure is ignored, those outside the cluster and those that do
 * not look at the namespace are left out.
 * @param list lists objects; empty where that is not allowed
 * @param releases names of the releases of `namespace`, as owners
 */
export async function readWebhookHealth(
  list: (path: string) => Promise<readonly KubeObject[]>,
  releases: readonly string[],
  namespace: string,
): Promise<readonly HealthItem[]> {
  const configurations = (
    await Promise.all(
      ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'].map((kind) => list(`${group}/${kind}`)),
    )
  ).flat();
  if (configurations.length === 0) return [];
  const labels = await labelsOf(namespace, list);
  const judging = (configuration: KubeObject) =>
    servicesOf(configuration, isOwn(configuration, releases, namespace) ? undefined : labels);
  const services = new Map(configurations.flatMap(judging).map((service) => [keyOf(service), service]));
  const isAnswered = new Map(
    await Promise.all(
      [...services].map(async ([key, service]): Promise<[string, boolean]> => [key, await hasEndpoint(service, list)]),
    ),
  );
  return configurations.flatMap((configuration) => {
    const silent = judging(configuration).filter((service) => isAnswered.get(keyOf(service)) === false);
    return silent.length === 0 ? [] : [itemOf(configuration, silent, isOwn(configuration, releases, namespace))];
  });
}

interface WebhookService {
  readonly namespace: string;
  readonly name: string;
}

function keyOf({ namespace, name }: WebhookService): string {
  return `${namespace}/${name}`;
}

/** What is known of the labels of a namespace: its name, where it may not be read. */
async function labelsOf(
  namespace: string,
  list: (path: string) => Promise<readonly KubeObject[]>,
): Promise<JsonObject> {
  const namespaces = await list('/api/v1/namespaces');
  const found = namespaces.find(({ metadata }) => metadata.name === namespace);
  return { 'kubernetes.io/metadata.name': namespace, ...found?.metadata.labels };
}

/**
 * Services that must answer: the API server takes an absent `failurePolicy` as Fail, and an absent selector as everything.
 * @param labels of the namespace that is looked at; undefined: whatever the webhooks look at
 */
function servicesOf(configuration: KubeObject, labels: JsonObject | undefined): readonly WebhookService[] {
  const webhooks = listAt(configuration as unknown as JsonObject, 'webhooks').filter(
    (webhook) =>
      textAt(webhook, 'failurePolicy') !== 'Ignore' &&
      (labels === undefined || selects(webhook['namespaceSelector'] ?? {}, labels)),
  );
  const services = webhooks
    .map((webhook) => jsonAt(webhook, ['clientConfig', 'service']))
    .filter(isJsonObject)
    .map((service) => ({ namespace: textAt(service, 'namespace'), name: textAt(service, 'name') }));
  return [...new Map(services.map((service) => [keyOf(service), service])).values()];
}

/** True also where it cannot be told: a Service without a selector may lead out of the cluster. */
async function hasEndpoint(
  { namespace, name }: WebhookService,
  list: (path: string) => Promise<readonly KubeObject[]>,
): Promise<boolean> {
  const [services, slices] = await Promise.all([
    list(`/api/v1/namespaces/${namespace}/services`),
    list(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`),
  ]);
  const service = services.find(({ metadata }) => metadata.name === name);
  // An empty list may be one that is not allowed: a namespace that has a webhook has a Service.
  if (services.length === 0) return true;
  if (service !== undefined && !isJsonObject(service.spec?.['selector'])) return true;
  return slices
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
    .some((slice) => listAt(slice as unknown as JsonObject, 'endpoints').some(isReady));
}

/** An absent condition counts as ready. */
function isReady(endpoint: JsonObject): boolean {
  const addresses: Json | undefined = endpoint['addresses'];
  return jsonAt(endpoint, ['conditions', 'ready']) !== false && Array.isArray(addresses) && addresses.length > 0;
}

/** True where one of the releases has made it. */
function isOwn({ metadata }: KubeObject, releases: readonly string[], namespace: string): boolean {
  const { annotations = {} } = metadata;
  return (
    releases.includes(annotations['meta.helm.sh/release-name'] ?? '') &&
    annotations['meta.helm.sh/release-namespace'] === namespace
  );
}

function itemOf(configuration: KubeObject, silent: readonly WebhookService[], isOwned: boolean): HealthItem {
  const { annotations = {}, uid } = configuration.metadata;
  return {
    object: refOf(configuration),
    uid,
    ...(isOwned ? { release: annotations['meta.helm.sh/release-name'] } : {}),
    state: 'unhealthy',
    reason: 'NoEndpoints',
    message: `no pod behind Service ${silent.map(keyOf).join(', ')} is ready: the API server refuses what the webhook judges`,
    restarts: 0,
  };
}
