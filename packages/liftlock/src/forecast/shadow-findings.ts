import type { Finding } from '../model/finding.ts';
import { formatRef, refOf, type KubeObject } from '../model/kube.ts';
import type { ShadowAnswer } from '../model/ports.ts';
import type { Redactor } from '../model/redaction.ts';
import type { HelmStep, ReleaseLook } from './foreseen-release.ts';

/** Kinds whose deletion takes data or other people's objects along (O6). */
const protectedKinds = new Set([
  'CustomResourceDefinition',
  'Namespace',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'StorageClass',
]);

/** What the shadow's answers to one helm step mean. */
export const findingsOf: ReleaseLook = async ({ step, answers, helm }, { redactor }) => {
  const refused = answers.filter(
    (answer) => answer.status >= 400 && answer.unforeseen === undefined && answer.method !== 'DELETE',
  );
  const findings: Finding[] = [
    ...refused.map((answer) => rejected(step, answer, redactor)),
    ...answers.flatMap((answer) => deletion(step, answer)),
    ...warnings(step, answers, redactor),
  ];
  if (refused.length === 0 && helm.code !== 0) findings.push(helmRefused(step, helm.words));
  return { findings, unforeseen: [] };
};

function rejected(step: { readonly component: string }, answer: ShadowAnswer, redactor: Redactor): Finding {
  const object = answer.before === undefined ? undefined : refOf(answer.before);
  return {
    code: 'FORECAST_REJECTED',
    severity: 'blocker',
    component: step.component,
    ...(object === undefined ? {} : { object }),
    message: `The API server would refuse ${object === undefined ? answer.path : formatRef(object)}: ${redactor.text(answer.message ?? '')}`,
    remedies: [],
  };
}

function helmRefused(step: HelmStep, words: string): Finding {
  const lines = words.split('\n').filter((line) => !line.startsWith('WARNING'));
  return {
    code: 'FORECAST_REJECTED',
    severity: 'blocker',
    component: step.component,
    message: `helm refuses the upgrade of ${step.release}: ${lines
      .slice(-3)
      .join(' ')
      .replace(/^Error: (UPGRADE FAILED: )?/, '')}`,
    remedies: [],
  };
}

function deletion(step: { readonly component: string }, answer: ShadowAnswer): readonly Finding[] {
  const { before } = answer;
  if (answer.method !== 'DELETE' || before === undefined || !isProtected(before)) return [];
  const object = refOf(before);
  const id = `delete:${object.kind.toLowerCase()}/${object.name}`;
  return [
    {
      code: 'DELETES_PROTECTED',
      severity: 'blocker',
      component: step.component,
      object,
      message: `${formatRef(object)} is no longer in the chart: helm would delete it, and what hangs from it.`,
      remedies: [
        {
          id,
          title: 'Let helm delete it',
          destructive: true,
          commands: [`--allow ${id}`],
        },
      ],
    },
  ];
}

/** Custom resources are protected too: their operators delete what they stand for. */
function isProtected(object: KubeObject): boolean {
  if (protectedKinds.has(object.kind)) return true;
  const group = object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] ?? '') : '';
  return group.includes('.') && !group.endsWith('.k8s.io');
}

function warnings(
  step: { readonly component: string },
  answers: readonly ShadowAnswer[],
  redactor: Redactor,
): readonly Finding[] {
  const texts = new Map<string, ShadowAnswer>();
  for (const answer of answers) for (const warning of answer.warnings) texts.set(warning, answer);
  return [...texts].map(([warning, answer]) => {
    const object = answer.after ?? answer.before;
    return {
      code: 'API_WARNING',
      severity: 'warning',
      component: step.component,
      ...(object?.metadata === undefined ? {} : { object: refOf(object) }),
      message: `The API server warns: ${redactor.text(warning)}`,
      remedies: [],
    } satisfies Finding;
  });
}
