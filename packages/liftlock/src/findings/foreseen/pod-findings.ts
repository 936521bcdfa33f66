import type { Finding } from '../../model/finding.ts';
import { refOf, type KubeObject, type ObjectRef } from '../../model/kube.ts';
import type { Redactor } from '../../model/redaction.ts';
import { allowing, finding } from '../make-finding.ts';
import { nameOf, replicasOf, type HopObject } from './hop.ts';
import { mutationsOf, type PodRefusal, type PodRefusalCode } from './pod-refusal.ts';

export interface PodEvidence {
  readonly of: HopObject;
  readonly asked: KubeObject;
  readonly stored?: KubeObject | undefined;
  readonly refusals: readonly PodRefusal[];
  readonly warnings: readonly string[];
  /** Warnings that the server gave to helm's own writes. */
  readonly told: ReadonlySet<string>;
  /** True for an object that the upgrade makes before it makes this workload's pods. */
  readonly isComing: (kind: string, name: string, of: HopObject) => boolean;
}

const kindOfMissing: Readonly<Partial<Record<PodRefusalCode, string>>> = {
  SERVICE_ACCOUNT_MISSING: 'ServiceAccount',
  PRIORITY_CLASS_MISSING: 'PriorityClass',
  RUNTIME_CLASS_MISSING: 'RuntimeClass',
};

/** Rejections, changes and warnings for one pod, told of the workload that makes it. */
export function podFindings(pod: PodEvidence, redactor: Redactor): readonly Finding[] {
  const { of, asked, stored, refusals, warnings, told } = pod;
  const object: ObjectRef = { namespace: of.namespace, ...refOf(of.object) };
  const mutations = stored === undefined ? [] : mutationsOf(asked, stored);
  return [
    ...refusals.flatMap((refusal) => refused(refusal, pod, object, redactor)),
    ...(mutations.length === 0
      ? []
      : [
          finding({
            code: 'POD_MUTATED',
            severity: 'info',
            component: of.component,
            object,
            message: `A webhook or policy changes the pods of ${nameOf(of)}: ${redactor.text(mutations.join('; '))}.`,
          }),
        ]),
    ...warnings
      .filter((warning) => !told.has(warning))
      .map((warning) =>
        finding({
          code: 'API_WARNING',
          severity: 'warning',
          component: of.component,
          object,
          message: `The API server warns about the pods of ${nameOf(of)}: ${redactor.text(warning)}`,
        }),
      ),
  ];
}

function refused(
  refusal: PodRefusal,
  { of, isComing }: PodEvidence,
  object: ObjectRef,
  redactor: Redactor,
): readonly Finding[] {
  const { code, missing } = refusal;
  // Room is summed over the hop: one more pod than now is not what the upgrade asks for.
  if (code === 'not-judged' || code === 'quota') return [];
  const kind = kindOfMissing[code];
  if (kind !== undefined && missing !== undefined && isComing(kind, missing, of)) return [];
  const isIdle = of.object.kind !== 'DaemonSet' && of.object.kind !== 'CronJob' && replicasOf(of.object) === 0;
  const lacks =
    kind === undefined || missing === undefined
      ? redactor.text(refusal.words)
      : `the ${kind} ${missing} neither exists nor comes with the upgrade`;
  const isHook = of.hook !== undefined;
  const consequence = isHook
    ? 'The hook would wait for its pod until the timeout.'
    : 'The rollout would hang until the timeout.';
  return [
    finding({
      code,
      severity: isIdle ? 'warning' : 'blocker',
      component: of.component,
      object,
      message: `The API server would refuse the pods of ${isHook ? 'the hook ' : ''}${nameOf(of)}: ${lacks.replace(/\.$/, '')}. ${isIdle ? 'None is asked for now.' : consequence}`,
      remedies: isIdle ? [] : [allowing(`pods:${of.component}`, 'Go on: the pods will be let in')],
    }),
  ];
}
