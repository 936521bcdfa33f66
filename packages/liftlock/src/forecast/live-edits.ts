import { finding } from '../findings/make-finding.ts';
import type { Finding } from '../model/finding.ts';
import { formatRef, isSameObject, type KubeObject } from '../model/kube.ts';
import type { ObjectChange } from '../model/plan.ts';
import { isProblem } from '../model/problem.ts';
import type { Unread } from '../model/snapshot.ts';
import { isJsonObject } from '../model/json.ts';
import type { HelmStep, LookParts, ReleaseLook } from './foreseen-release.ts';

/** What a helm step would undo that was changed in the cluster, and replicas that chart and autoscaler both set (O21). */
export const liveEditsOf: ReleaseLook = async ({ step, changes, objects }, { reader }) => {
  const scaled = objects.filter((object) => typeof object.spec?.['replicas'] === 'number');
  const { autoscalers, unforeseen } = await readAutoscalers(step.namespace, scaled, reader);
  const underAutoscaler = scaled.flatMap((workload) => {
    const autoscaler = autoscalers.find((item) => isTarget(item, workload, step.namespace));
    return autoscaler === undefined ? [] : [{ workload, autoscaler }];
  });
  const isAutoscaled = (change: ObjectChange) =>
    underAutoscaler.some(({ workload }) => isOf(change, workload, step.namespace));
  return {
    findings: [
      ...changes.flatMap((change) => undone(step, change, isAutoscaled(change))),
      ...underAutoscaler.map(({ workload, autoscaler }) => replicas(step, workload, autoscaler, changes)),
    ],
    unforeseen,
  };
};

async function readAutoscalers(
  namespace: string,
  scaled: readonly KubeObject[],
  reader: LookParts['reader'],
): Promise<{ readonly autoscalers: readonly KubeObject[]; readonly unforeseen: readonly Unread[] }> {
  if (scaled.length === 0) return { autoscalers: [], unforeseen: [] };
  try {
    return {
      autoscalers: await reader.list(`/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`),
      unforeseen: [],
    };
  } catch (error) {
    if (!isProblem(error)) throw error;
    const what = `replicas that an autoscaler sets in the namespace ${namespace}`;
    return { autoscalers: [], unforeseen: [{ what, why: error.message }] };
  }
}

function isTarget(autoscaler: KubeObject, workload: KubeObject, namespace: string): boolean {
  const target = autoscaler.spec?.['scaleTargetRef'];
  if (!isJsonObject(target)) return false;
  const { apiVersion, kind, name } = target;
  if (typeof kind !== 'string' || typeof name !== 'string') return false;
  const there = autoscaler.metadata.namespace ?? namespace;
  return isSameObject(
    workload,
    {
      apiVersion: typeof apiVersion === 'string' ? apiVersion : workload.apiVersion,
      kind,
      metadata: { name, namespace: there },
    },
    namespace,
  );
}

function isOf({ object }: ObjectChange, workload: KubeObject, namespace: string): boolean {
  const { apiVersion, kind, name, namespace: there } = object;
  const live = { apiVersion, kind, metadata: { name, ...(there === undefined ? {} : { namespace: there }) } };
  return isSameObject(workload, live, namespace);
}

function wordOf(step: HelmStep): string {
  return step.kind === 'helm-rollback' ? 'rollback' : 'upgrade';
}

/** One finding an object: its fields, each with who changed it and when. */
function undone(step: HelmStep, { object, fields }: ObjectChange, isAutoscaled: boolean): readonly Finding[] {
  const edits = fields.filter(
    (field) => field.because === 'live edit' && !(isAutoscaled && field.path === 'spec.replicas'),
  );
  if (edits.length === 0) return [];
  const list = edits.map(({ path, manager, at }) => `${path} (${editedBy({ manager, at })})`).join(', ');
  return [
    finding({
      code: 'LIVE_EDIT_UNDONE',
      severity: 'warning',
      component: step.component,
      object,
      field: edits.map(({ path }) => path).join(', '),
      message: `The ${wordOf(step)} undoes what was changed in the cluster on ${formatRef(object)}: ${list}.`,
    }),
  ];
}

function editedBy({ manager, at }: { readonly manager?: string | undefined; readonly at?: string | undefined }) {
  return `by ${manager ?? 'someone'}${at === undefined ? '' : `, ${at}`}`;
}

function replicas(
  step: HelmStep,
  workload: KubeObject,
  autoscaler: KubeObject,
  changes: readonly ObjectChange[],
): Finding {
  const { apiVersion, kind, metadata } = workload;
  const object = { apiVersion, kind, name: metadata.name, namespace: metadata.namespace ?? step.namespace };
  const field = 'spec.replicas';
  const change = changes
    .filter((item) => isOf(item, workload, step.namespace))
    .flatMap((item) => item.fields)
    .find(({ path }) => path === field);
  const set = JSON.stringify(workload.spec?.['replicas']);
  const effect =
    change === undefined
      ? `Both set ${field}`
      : `The ${wordOf(step)} takes it from ${change.before} to ${change.after}`;
  return finding({
    code: 'REPLICAS_UNDER_HPA',
    severity: 'warning',
    component: step.component,
    object,
    field,
    message: `The chart sets ${field} of ${formatRef(object)} to ${set}, and HorizontalPodAutoscaler ${autoscaler.metadata.name} scales it. ${effect}, until the autoscaler acts again.`,
  });
}
