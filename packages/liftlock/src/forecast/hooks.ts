import { isOtherHook } from '../findings/foreseen/missing-references.ts';
import { nameOf, type HopObject } from '../findings/foreseen/hop.ts';
import { podRefusal } from '../findings/foreseen/pod-refusal.ts';
import { finding } from '../findings/make-finding.ts';
import type { Finding } from '../model/finding.ts';
import { refOf, type ObjectRef } from '../model/kube.ts';
import { isProblem } from '../model/problem.ts';
import type { Redactor } from '../model/redaction.ts';
import { objectPath } from '../snapshot/object-path.ts';
import { addressOf } from '../plan/remedy-steps.ts';
import type { HopLook, Judgement, LookParts } from './foreseen-release.ts';
import { readHop } from './read-hop.ts';

/**
 * Groups that the API server serves itself and whose objects it can judge without storing them (O7): of any other it would
 * have to be asked who serves it.
 */
const builtIn = new Set([
  '',
  'apps',
  'batch',
  'autoscaling',
  'policy',
  'rbac.authorization.k8s.io',
  'networking.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'coordination.k8s.io',
]);

/** Hook objects as dry-run creates: helm runs none in the shadow. What they do when they run is told as not foreseen. */
export const hooksOf: HopLook = async (releases, parts) => {
  const hop = await readHop(releases, parts);
  const hooks = hop.objects.filter((item) => item.hook !== undefined && !isOtherHook(item, hop));
  const judged = await Promise.all(hooks.map((hook) => judgeHook(hook, parts)));
  const run = [...Map.groupBy(hooks, ({ component }) => component)].map(([component, items]) => ({
    what: `hooks of ${component}: ${items.map(({ object }) => object.metadata.name).join(', ')}`,
    why: 'they are accepted or refused as said here, but what they do is seen only in the upgrade itself',
  }));
  return {
    findings: judged.flatMap(({ findings }) => findings),
    unforeseen: [...run, ...judged.flatMap(({ unforeseen }) => unforeseen)],
  };
};

async function judgeHook(item: HopObject, { reader, writer, redactor }: LookParts): Promise<Judgement> {
  const { apiVersion } = item.object;
  const object: ObjectRef = { namespace: item.namespace, ...refOf(item.object) };
  const unforeseen = (why: string): Judgement => ({
    findings: [],
    unforeseen: [{ what: `hook ${nameOf(item)}`, why }],
  });
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  if (!builtIn.has(group)) return unforeseen(`${group} is not one of Kubernetes' own groups`);
  try {
    const path = await objectPath(reader, object);
    const { status, message = '', reason, warnings } = await writer.dryRunCreate(parentOf(path), item.object);
    const told = warnings.map((warning) => warned(item, object, redactor.text(warning)));
    if (status < 300) return { findings: told, unforeseen: [] };
    if (reason === 'AlreadyExists') return { findings: [...told, ...exists(item, object)], unforeseen: [] };
    if (podRefusal(message).code === 'not-judged' || status === 404) return unforeseen(redactor.text(message));
    return { findings: [...told, refused(item, object, message, redactor)], unforeseen: [] };
  } catch (error) {
    if (!isProblem(error)) throw error;
    if (podRefusal(error.message).code === 'WEBHOOK_DOWN')
      return { findings: [refused(item, object, error.message, redactor, 'WEBHOOK_DOWN')], unforeseen: [] };
    return unforeseen(redactor.text(error.message));
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function exists(item: HopObject, object: ObjectRef): readonly Finding[] {
  if (item.hook?.deletePolicies.includes('before-hook-creation') === true) return [];
  return [
    finding({
      code: 'HOOK_EXISTS',
      severity: 'blocker',
      component: item.component,
      object,
      message: `The hook ${nameOf(item)} is there already, and its delete policy (${item.hook?.deletePolicies.join(', ') ?? ''}) keeps it: helm would stop with "already exists".`,
      remedies: [
        {
          id: `delete:${addressOf(object, item.namespace)}`,
          title: 'Delete it yourself, then plan again',
          destructive: true,
          commands: [`kubectl delete ${object.kind.toLowerCase()} ${object.name} -n ${object.namespace ?? ''}`],
        },
      ],
    }),
  ];
}

function refused(
  item: HopObject,
  object: ObjectRef,
  message: string,
  redactor: Redactor,
  code: 'FORECAST_REJECTED' | 'ADMISSION_DENIED' | 'WEBHOOK_DOWN' = 'FORECAST_REJECTED',
): Finding {
  return finding({
    code: podRefusal(message).code === 'ADMISSION_DENIED' ? 'ADMISSION_DENIED' : code,
    severity: 'blocker',
    component: item.component,
    object,
    message: `The API server would refuse the hook ${nameOf(item)}: ${redactor.text(message)}`,
  });
}

function warned(item: HopObject, object: ObjectRef, warning: string): Finding {
  return finding({
    code: 'API_WARNING',
    severity: 'warning',
    component: item.component,
    object,
    message: `The API server warns about the hook ${nameOf(item)}: ${warning}`,
  });
}
