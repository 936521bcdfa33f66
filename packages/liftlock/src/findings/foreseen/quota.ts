import type { Finding } from '../../model/finding.ts';
import { jsonAt, type Json, type JsonObject } from '../../model/json.ts';
import { refOf, type KubeObject } from '../../model/kube.ts';
import { parseQuantity } from '../../model/quantity.ts';
import { listAt } from '../faults/read.ts';
import { allowing, finding } from '../make-finding.ts';
import { podTemplateOf, replicasOf, rollingBounds, type Hop, type HopObject } from './hop.ts';
import { claimUsage, larger, objectUsage, podUsage, total, withDefaults, type Usage } from './pod-usage.ts';
import { countsPod, isScoped } from './quota-scope.ts';

export interface QuotaEvidence {
  readonly hop: Hop;
  /** Namespace by namespace: ResourceQuotas with their status, and LimitRanges. */
  readonly quotas: readonly KubeObject[];
  readonly limitRanges: readonly KubeObject[];
  /** The spec of a new pod as the API server would store it, with defaults and what webhooks add; undefined: not known. */
  readonly storedPod: (of: HopObject) => JsonObject | undefined;
  /** What one new pod counts as in the API server's own words, where a quota refused it: `requests.cpu`, `pods`, … */
  readonly requested: (of: HopObject) => Usage;
  /** Nodes that a new DaemonSet gets a pod on. */
  readonly nodes: number;
}

/** What one component needs beyond what is there, at different times of its upgrade. */
interface Needs {
  /** While its rollouts go on, with the pods that they cannot do without. */
  readonly peak: Usage;
  /** With every pod that a rolling update would like to run beside the old ones. */
  readonly widest: Usage;
  /** When it is done. */
  readonly lasting: Usage;
}

/**
 * What each fits and all together exceed (O10): a dry run judges object by object, against what is used now. Components go
 * one after the other, so each one's surge is judged alone, on top of what those before it have added for good.
 */
export function quotaFindings(evidence: QuotaEvidence): readonly Finding[] {
  return evidence.quotas.flatMap((quota) => quotaFinding(quota, evidence));
}

function quotaFinding(quota: KubeObject, evidence: QuotaEvidence): readonly Finding[] {
  const findings: Finding[] = [];
  const told = new Set<string>();
  const lasting: { component: string; usage: Usage }[] = [];
  for (const [order, { component }] of evidence.hop.releases.entries()) {
    const needs = needsOf(order, quota, evidence);
    const before = total(...lasting.map((item): readonly [Usage, number] => [item.usage, 1]));
    const over = Object.keys(hardOf(quota)).filter((name) => {
      const more = (before[name] ?? 0) + (needs.widest[name] ?? 0);
      // What is too much already and grows by nothing is not this upgrade's.
      return !told.has(name) && (needs.widest[name] ?? 0) > 0 && roomOf(quota, name) < more - tolerance;
    });
    for (const name of over) told.add(name);
    if (over.length > 0) findings.push(exceeded(quota, over, component, needs, lasting));
    lasting.push({ component, usage: needs.lasting });
  }
  return findings;
}

/** Sums of floating point numbers are off by less. */
const tolerance = 1e-6;

function hardOf({ spec, status }: KubeObject): JsonObject {
  const hard = jsonAt(status, ['hard']) ?? jsonAt(spec, ['hard']);
  return (hard ?? {}) as JsonObject;
}

function roomOf(quota: KubeObject, name: string): number {
  return parseQuantity(hardOf(quota)[name]) - parseQuantity(jsonAt(quota.status, ['used', name]));
}

function exceeded(
  quota: KubeObject,
  over: readonly string[],
  component: string,
  needs: Needs,
  lasting: readonly { readonly component: string; readonly usage: Usage }[],
): Finding {
  const isCertain = over.some((name) => {
    const more = lasting.reduce((sum, { usage }) => sum + (usage[name] ?? 0), 0) + (needs.peak[name] ?? 0);
    return (needs.peak[name] ?? 0) > 0 && roomOf(quota, name) < more - tolerance;
  });
  const parts = over.map((name) => {
    const shares = [...lasting, { component, usage: needs.widest }]
      .filter(({ usage }) => (usage[name] ?? 0) !== 0)
      .map(({ component: of, usage }) => ({ of, amount: usage[name] ?? 0 }));
    const needed = shares.reduce((sum, { amount }) => sum + amount, 0);
    const each = shares.map(({ of, amount }) => `${of} ${amountText(name, amount)}`).join(', ');
    return `${name}: ${writtenAmount(jsonAt(quota.status, ['used', name]))} of ${writtenAmount(hardOf(quota)[name])} used, ${amountText(name, needed)} more needed (${each})`;
  });
  const { name, namespace } = quota.metadata;
  const end = isCertain
    ? ''
    : ' Only pods beside the old ones do not fit: the rolling update goes on without them, and more slowly.';
  return finding({
    code: 'QUOTA_EXCEEDED_BY_SUM',
    severity: isCertain ? 'blocker' : 'warning',
    component,
    object: refOf(quota),
    field: over.join(', '),
    message: `ResourceQuota ${namespace ?? ''}/${name} has too little left while ${component} is upgraded: ${parts.join('; ')}.${end}`,
    remedies: [allowing(`quota:${name}`, 'Go on: there will be room in time')],
  });
}

function writtenAmount(amount: Json | undefined): string {
  return typeof amount === 'string' ? amount : JSON.stringify(amount ?? 0);
}

function amountText(name: string, amount: number): string {
  if (name.endsWith('cpu')) return Number.isInteger(amount) ? String(amount) : `${Math.round(amount * 1000)}m`;
  if (!/(memory|storage)$/.test(name)) return String(Math.round(amount * 1000) / 1000);
  const mebibytes = amount / 2 ** 20;
  return mebibytes >= 1024 && Number.isInteger(mebibytes / 1024)
    ? `${mebibytes / 1024}Gi`
    : `${Math.ceil(mebibytes)}Mi`;
}

const nothing: Usage = {};

function needsOf(order: number, quota: KubeObject, evidence: QuotaEvidence): Needs {
  const { namespace } = quota.metadata;
  const isHere = (item: HopObject) =>
    item.order === order && (item.object.metadata.namespace ?? item.namespace) === namespace;
  const all = evidence.hop.objects.filter(isHere);
  const own = all.filter(({ hook, isWritten }) => hook === undefined && isWritten);
  const objects = isScoped(quota)
    ? nothing
    : total(...own.map(objectDelta), [releaseRecord(evidence, order, namespace), 1]);
  const pods = own.map((item) => podNeeds(item, quota, evidence));
  // Pods of what leaves the chart go within seconds, and controllers try again until then; objects that helm makes do not.
  const freed = total(
    ...evidence.hop.gone.filter(isHere).map((item): readonly [Usage, number] => [livePods(item, quota, evidence), -1]),
  );
  const hooks = all
    .filter(({ hook }) => hook !== undefined)
    .map((item) => podNeeds(item, quota, evidence).peak)
    .reduce(larger, nothing);
  const goneObjects = isScoped(quota)
    ? nothing
    : total(...evidence.hop.gone.filter(isHere).map((item): readonly [Usage, number] => [goneUsage(item), -1]));
  const sum = (key: keyof Needs) =>
    total(...pods.map((item): readonly [Usage, number] => [item[key], 1]), [objects, 1], [freed, 1]);
  return {
    peak: larger(sum('peak'), hooks),
    widest: larger(sum('widest'), hooks),
    lasting: total([sum('lasting'), 1], [goneObjects, 1]),
  };
}

function objectDelta({ object, live, resource }: HopObject): readonly [Usage, number] {
  const now = live === undefined ? nothing : objectUsage(live, resource);
  return [total([objectUsage(object, resource), 1], [now, -1]), 1];
}

function goneUsage({ object, resource }: HopObject): Usage {
  return objectUsage(object, resource);
}

/** helm writes the record of the new revision before it takes the oldest one away. */
function releaseRecord({ hop }: QuotaEvidence, order: number, namespace: string | undefined): Usage {
  return hop.releases[order]?.namespace === namespace ? { secrets: 1, 'count/secrets': 1 } : nothing;
}

function livePods(item: HopObject, quota: KubeObject, evidence: QuotaEvidence): Usage {
  const template = podTemplateOf(item.object);
  if (template === undefined) return nothing;
  const spec = withDefaults(template.spec, inNamespace(evidence.limitRanges, quota));
  return countsPod(quota, spec) ? total([podUsage(spec), replicasOf(item.object, evidence.nodes)]) : nothing;
}

function inNamespace(objects: readonly KubeObject[], quota: KubeObject): readonly KubeObject[] {
  return objects.filter((object) => object.metadata.namespace === quota.metadata.namespace);
}

/** What the pods of one workload need beyond those that run. */
function podNeeds(item: HopObject, quota: KubeObject, evidence: QuotaEvidence): Needs {
  const { object, live } = item;
  const template = podTemplateOf(object);
  if (template === undefined) return { peak: nothing, widest: nothing, lasting: nothing };
  const limitRanges = inNamespace(evidence.limitRanges, quota);
  const plain = withDefaults(template.spec, limitRanges);
  const stored = evidence.storedPod(item) ?? plain;
  const onePod = { ...podUsage(stored), ...evidence.requested(item) };
  const young = countsPod(quota, stored) ? onePod : nothing;
  const replicas = replicasOf(object, evidence.nodes);
  const claims = isScoped(quota) ? nothing : claimNeeds(object, live);
  const before = live === undefined ? undefined : podTemplateOf(live);
  if (before === undefined || live === undefined) {
    const usage = total([young, replicas], [claims, 1]);
    return { peak: usage, widest: usage, lasting: usage };
  }
  const beforeSpec = withDefaults(before.spec, limitRanges);
  // What webhooks add to the new pods they have added to the old ones too.
  const added = total([onePod, 1], [podUsage(plain), -1]);
  const old = countsPod(quota, beforeSpec) ? total([podUsage(beforeSpec), 1], [added, 1]) : nothing;
  const lasting = total([young, replicas], [old, -replicasOf(live, evidence.nodes)], [claims, 1]);
  const isRolled = JSON.stringify(before.spec) !== JSON.stringify(template.spec);
  const { surge, unavailable } =
    object.kind === 'Deployment' && isRolled && evidence.hop.releases[item.order]?.isInstall !== true
      ? rollingBounds(object)
      : noSurge;
  const withPods = (count: number) => larger(total([young, count], [claims, 1]), total([lasting, 1], [old, count]));
  return { lasting, peak: withPods(unavailable > 0 ? 0 : surge), widest: withPods(surge) };
}

const noSurge = { surge: 0, unavailable: 1 };

/** Claims that a StatefulSet makes for replicas that it did not have. */
function claimNeeds(object: KubeObject, live: KubeObject | undefined): Usage {
  const more = replicasOf(object) - (live === undefined ? 0 : replicasOf(live));
  if (object.kind !== 'StatefulSet' || more <= 0) return nothing;
  const templates = listAt(object.spec, 'volumeClaimTemplates');
  return total(...templates.map((claim): readonly [Usage, number] => [claimUsage(claim['spec'] as JsonObject), more]));
}
