import { isOtherHook } from '../findings/foreseen/missing-references.ts';
import { podTemplateOf, type Hop, type HopObject } from '../findings/foreseen/hop.ts';
import { podFindings } from '../findings/foreseen/pod-findings.ts';
import { requestedOf } from '../findings/foreseen/pod-refusal.ts';
import type { Usage } from '../findings/foreseen/pod-usage.ts';
import { quotaFindings } from '../findings/foreseen/quota.ts';
import type { Finding } from '../model/finding.ts';
import { formatRef, refOf, type KubeObject } from '../model/kube.ts';
import { isProblem } from '../model/problem.ts';
import type { Unread } from '../model/snapshot.ts';
import type { HopLook, Judgement, LookParts } from './foreseen-release.ts';
import { judgePod, makesNewPods, type JudgedPod } from './judge-pods.ts';
import { readHop } from './read-hop.ts';

/**
 * Pods before they exist (O10): a dry run of one pod of each new or changed template, and quota as a sum over the hop. A
 * workload passes a dry run while its pods would be refused.
 */
export const podsOf: HopLook = async (releases, parts) => {
  const hop = await readHop(releases, parts);
  const makers = hop.objects.filter(
    (item) =>
      podTemplateOf(item.object) !== undefined &&
      (item.hook === undefined ? needsJudging(item) : !isOtherHook(item, hop)),
  );
  const pods = await judgeAll(makers, parts);
  const told = new Set(releases.flatMap(({ answers }) => answers.flatMap(({ warnings }) => warnings)));
  const judged = pods.filter(({ unforeseen }) => unforeseen === undefined);
  const isComing = (kind: string, name: string, of: HopObject) => comes(hop, kind, name, of);
  const quota = await quotaOf(hop, pods, parts);
  return {
    findings: [...judged.flatMap((pod) => podFindings({ ...pod, told, isComing }, parts.redactor)), ...quota.findings],
    unforeseen: [...unjudged(pods), ...quota.unforeseen],
  };
};

/** A bare Pod has been judged as helm wrote it. */
function needsJudging(item: HopObject): boolean {
  return item.object.kind !== 'Pod' && makesNewPods(item);
}

/** How many dry runs go side by side. */
const sideBySide = 4;

async function judgeAll(
  makers: readonly HopObject[],
  { writer }: Pick<LookParts, 'writer'>,
): Promise<readonly JudgedPod[]> {
  const queue = [...makers.entries()];
  const done: (JudgedPod | undefined)[] = [];
  await Promise.all(
    Array.from({ length: sideBySide }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [index, maker] = next;
        done[index] = await judgePod(maker, writer);
      }
    }),
  );
  return done.filter((pod) => pod !== undefined);
}

/** What a pod needs and the upgrade itself makes, before the pod: hooks that come first know nothing of the rest. */
function comes(hop: Hop, kind: string, name: string, of: HopObject): boolean {
  return hop.objects.some(
    (item) =>
      item.object.kind === kind &&
      item.object.metadata.name === name &&
      !item.isRefused &&
      item.order <= of.order &&
      (item.order < of.order || item.hook !== undefined || !isPreHook(of)),
  );
}

function isPreHook({ hook }: HopObject): boolean {
  return hook?.events.some((event) => event.startsWith('pre-')) === true;
}

/** Pods of one namespace that cannot be judged for one reason are told together. */
function unjudged(pods: readonly JudgedPod[]): readonly Unread[] {
  const open = pods.flatMap((pod) => (pod.unforeseen === undefined ? [] : [{ pod, why: pod.unforeseen }]));
  return [...Map.groupBy(open, ({ why }) => why.replaceAll(/"[^"]*-[a-z0-9]{5}"/g, ''))].map(([why, items]) => ({
    what: `pods of ${items.map(({ pod }) => formatRef({ namespace: pod.of.namespace, ...refOf(pod.of.object) })).join(', ')}`,
    why,
  }));
}

async function quotaOf(hop: Hop, pods: readonly JudgedPod[], parts: LookParts): Promise<Judgement> {
  const written = hop.objects.filter(({ isWritten }) => isWritten);
  const namespaces = new Set(written.map(({ object, namespace }) => object.metadata.namespace ?? namespace));
  const unforeseen: Unread[] = [];
  const list = async (namespace: string, resource: string, what: string): Promise<readonly KubeObject[]> => {
    try {
      const found = await parts.reader.list(`/api/v1/namespaces/${namespace}/${resource}`);
      return found.map((item) => ({ ...item, metadata: { namespace, ...item.metadata } }));
    } catch (error) {
      if (!isProblem(error)) throw error;
      unforeseen.push({ what: `${what} of the namespace ${namespace}`, why: error.message });
      return [];
    }
  };
  const read = await Promise.all(
    [...namespaces].map(async (namespace) => ({
      quotas: await list(namespace, 'resourcequotas', 'whether the quota suffices'),
      limitRanges: await list(namespace, 'limitranges', 'defaults for resources'),
    })),
  );
  const byWorkload = new Map(pods.map((pod) => [pod.of, pod]));
  const findings: readonly Finding[] = quotaFindings({
    hop: { ...hop, objects: hop.objects.filter((item) => !isOtherHook(item, hop)) },
    quotas: read.flatMap(({ quotas }) => quotas),
    limitRanges: read.flatMap(({ limitRanges }) => limitRanges),
    storedPod: (of) => byWorkload.get(of)?.stored?.spec,
    requested: (of) => Object.assign({}, ...(byWorkload.get(of)?.refusals ?? []).map(requestedOf)) as Usage,
    nodes: parts.snapshot.nodes.filter((node) => node.isSchedulable).length,
  });
  return { findings, unforeseen };
}
