import type { ObjectQuery } from '../../model/fact.ts';
import type { AwaitConditionStep } from '../../model/step.ts';

/** Waits until a condition holds; it writes nothing. Its command shows once what is being waited for. */
export function awaitConditionStep(facts: Omit<AwaitConditionStep, 'kind' | 'command' | 'risk'>): AwaitConditionStep {
  const command =
    facts.objects === undefined
      ? facts.url && ['curl', '--silent', '--show-error', '--include', facts.url]
      : kubectlGet(facts.objects);
  return { ...facts, kind: 'await-condition', ...(command ? { command } : {}), risk: 'none' };
}

/** The objects of a query, by kubectl. A query without a namespace is about objects that have none. */
function kubectlGet({ apiVersion, kind, namespace, names, labelSelector }: ObjectQuery): readonly string[] {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : [undefined, apiVersion];
  return [
    'kubectl',
    'get',
    [kind.toLowerCase(), ...(group === undefined ? [] : [version, group])].join('.'),
    ...(names ?? []),
    ...(namespace === undefined ? [] : ['--namespace', namespace]),
    ...(labelSelector === undefined ? [] : ['--selector', labelSelector]),
    ...(names === undefined ? [] : ['--ignore-not-found']),
    '--output',
    'yaml',
  ];
}
