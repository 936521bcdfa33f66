/**
 * Pods that no node will have. The scheduler itself must say so, so a policy of the API server gives such pods a node
 * selector that no node satisfies; when the fault is cleared, the nodes get that label.
 */
import type { ApiClient, KubeObject } from './api-client.ts';
import { imagePattern } from './fault-stages.ts';
import { literal } from './pod-templates.ts';
import type { PodMatch } from './pod.ts';

const group = '/apis/admissionregistration.k8s.io/v1';

function celMatch(match: PodMatch): string {
  if ('image' in match) {
    const isImage = `c.image.matches(${literal(imagePattern(match.image))})`;
    return `object.spec.containers.exists(c, ${isImage}) || (has(object.spec.initContainers) && object.spec.initContainers.exists(c, ${isImage}))`;
  }
  if ('podNamePrefix' in match) {
    // A name made up from generateName is not there yet when policies look.
    const prefix = literal(match.podNamePrefix);
    const named = `(has(object.metadata.name) && object.metadata.name.startsWith(${prefix}))`;
    const generated = `(has(object.metadata.generateName) && object.metadata.generateName.startsWith(${prefix}))`;
    return `request.namespace == ${literal(match.namespace)} && (${named} || ${generated})`;
  }
  const key = literal(match.label.key);
  const label = `has(object.metadata.labels) && ${key} in object.metadata.labels && object.metadata.labels[${key}] == ${literal(match.label.value)}`;
  return match.namespace === undefined ? label : `${label} && request.namespace == ${literal(match.namespace)}`;
}

function labelOf(id: string): string {
  return `sandbox.liftlock.dev/fault-${id}`;
}

function policy(id: string, match: PodMatch): KubeObject {
  // A node selector is one value to server-side apply, so it takes a JSON patch to add to one.
  const key = literal(labelOf(id));
  const patch = `has(object.spec.nodeSelector)
    ? [JSONPatch{op: "add", path: "/spec/nodeSelector/" + jsonpatch.escapeKey(${key}), value: "cleared"}]
    : [JSONPatch{op: "add", path: "/spec/nodeSelector", value: {${key}: "cleared"}}]`;
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicy',
    metadata: { name: `fault-${id}`, labels: { [faultLabel]: id } },
    spec: {
      failurePolicy: 'Fail',
      reinvocationPolicy: 'Never',
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
      matchConditions: [{ name: 'match', expression: celMatch(match) }],
      mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: patch } }],
    },
  };
}

/** Label on everything in the cluster that belongs to a fault; its value is the fault's id. */
export const faultLabel = 'sandbox.liftlock.dev/fault';

/** Makes matching pods unschedulable that are created from now on. */
export async function setUnschedulable(api: ApiClient, id: string, match: PodMatch): Promise<void> {
  await api.create(`${group}/mutatingadmissionpolicies`, policy(id, match));
  await api.create(`${group}/mutatingadmissionpolicybindings`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name: `fault-${id}`, labels: { [faultLabel]: id } },
    spec: { policyName: `fault-${id}` },
  });
  await untilInForce(api, id, match);
}

/** The API server learns of a policy a moment later; asked with pods that are not stored. */
async function untilInForce(api: ApiClient, id: string, match: PodMatch): Promise<void> {
  const namespace = 'namespace' in match && match.namespace !== undefined ? match.namespace : 'default';
  const image = 'image' in match ? match.image : 'sandbox.invalid/probe';
  const name = 'podNamePrefix' in match ? `${match.podNamePrefix.replace(/-$/, '')}-probe` : 'sandbox-probe';
  const labels = 'label' in match ? { [match.label.key]: match.label.value } : {};
  const probe: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: { containers: [{ name: 'probe', image }] },
  };
  // Some seconds at most: pods in a namespace that is not there yet, or under a quota, cannot be asked with.
  for (let attempt = 0; attempt < 40; attempt += 1) {
    try {
      const answer = await api.create(`/api/v1/namespaces/${namespace}/pods?dryRun=All`, probe);
      const { nodeSelector } = answer['spec'] as { nodeSelector?: Record<string, string> };
      if (nodeSelector?.[labelOf(id)] !== undefined) return;
    } catch {
      // Asked again below.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Lets the pods be placed, and leaves new ones alone. */
export async function clearUnschedulable(api: ApiClient, id: string): Promise<void> {
  await api.delete(`${group}/mutatingadmissionpolicybindings/fault-${id}`);
  await api.delete(`${group}/mutatingadmissionpolicies/fault-${id}`);
  const nodes = await api.list('/api/v1/nodes');
  for (const { metadata } of nodes.items) {
    await api.patch(`/api/v1/nodes/${metadata.name}`, { metadata: { labels: { [labelOf(id)]: 'cleared' } } });
  }
}
