import type { Remedy } from '../../model/finding.ts';
import type { ObjectRef } from '../../model/kube.ts';
import { shellWord } from '../make-finding.ts';

/** A remedy that a person carries out: it destroys nothing, and no plan takes it by itself. */
export function byHand(id: string, title: string, ...commands: readonly (readonly string[])[]): Remedy {
  return { id, title, destructive: false, commands: commands.map((words) => words.map(shellWord).join(' ')) };
}

/** The arguments of kubectl for the namespace of an object. */
export function within({ namespace }: Pick<ObjectRef, 'namespace'>): readonly string[] {
  return namespace === undefined ? [] : ['-n', namespace];
}

/** To make an object that is missing. */
export function create(kind: string, name: string, namespace?: string): Remedy {
  const plural = kind.toLowerCase();
  return byHand(`create:${plural}/${name}`, `Make ${kind} ${name}, which is missing`, [
    'kubectl',
    'get',
    plural,
    ...within({ namespace }),
  ]);
}

/** To raise a quota, or to free what it counts. */
export function raiseQuota(quota: string, namespace?: string): Remedy {
  return byHand(`raise-quota:${quota}`, `Raise ResourceQuota ${quota}, or ask for less`, [
    'kubectl',
    'describe',
    'resourcequota',
    quota,
    ...within({ namespace }),
  ]);
}

/** To ask for what a LimitRange allows. */
export function meetLimits(namespace?: string): Remedy {
  return byHand('meet-limits', 'Ask for a size that the LimitRange of the namespace allows', [
    'kubectl',
    'describe',
    'limitrange',
    ...within({ namespace }),
  ]);
}

/** To have a webhook answer again. Its configuration is never taken away: it guards others too. */
export function mendWebhook(webhook: string, service?: { readonly name: string; readonly namespace: string }): Remedy {
  return byHand(
    `mend-webhook:${webhook}`,
    'Get the program behind the webhook to answer again',
    ...(service === undefined
      ? []
      : [
          [
            'kubectl',
            'get',
            'endpointslices',
            '-l',
            `kubernetes.io/service-name=${service.name}`,
            '-n',
            service.namespace,
          ],
        ]),
  );
}

/** To make what is denied as the policy wants it. */
export function meetPolicy(by: string): Remedy {
  return byHand(`meet-policy:${by}`, 'Change what it denies by a value of the chart, or ask whoever owns the policy');
}

/** To have pods ask for less than they do. */
export function correctSecurityContext(): Remedy {
  return byHand(
    'correct-security-context',
    'Set the security context of the pods by a value of the chart, as the message asks',
  );
}

/** To set values that the chart takes. */
export function correctValues(): Remedy {
  return byHand('correct-values', 'Correct the values file of the component');
}

/** To wait for what mends itself, and go on. */
export function waitAndResume(title: string): Remedy {
  return byHand('wait', title, ['liftlock', 'resume']);
}
