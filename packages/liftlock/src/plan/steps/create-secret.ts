import type { CreateSecretStep } from '../../model/step.ts';

/** Makes a Secret from files of the site; the paths stand in the plan and in the command, what they hold never does. */
export function createSecretStep(facts: Omit<CreateSecretStep, 'kind' | 'command' | 'risk'>): CreateSecretStep {
  return { ...facts, kind: 'create-secret', command: kubectlCreate(facts), risk: 'reversible' };
}

/** `kubectl create secret tls` for the two keys that it takes, else `generic` with the type named. */
function kubectlCreate({ name, namespace, type, files }: Omit<CreateSecretStep, 'kind' | 'risk'>): readonly string[] {
  const { 'tls.crt': certificate, 'tls.key': key, ...others } = files;
  const isPair = certificate !== undefined && key !== undefined && Object.keys(others).length === 0;
  if (type === 'kubernetes.io/tls' && isPair)
    return ['kubectl', 'create', 'secret', 'tls', name, '--namespace', namespace, '--cert', certificate, '--key', key];
  return [
    'kubectl',
    'create',
    'secret',
    'generic',
    name,
    '--namespace',
    namespace,
    '--type',
    type,
    ...Object.entries(files).map(([item, path]) => `--from-file=${item}=${path}`),
  ];
}
